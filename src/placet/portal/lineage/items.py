"""What lineage joins: kinds of items, the references that tell them apart, and their pages."""

from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from placet.stages.mandates import references


class Kind(StrEnum):
    """A kind of item, by the letters of its permanent reference."""

    STATEMENT = references.STATEMENT
    CONTRIBUTION = references.CONTRIBUTION
    TAKEAWAY = references.TAKEAWAY
    THEME = "TH"
    FINDING = references.FINDING
    PROPOSAL = references.PROPOSAL
    CLAUSE = references.CLAUSE
    DECISION = references.DECISION
    COMMITMENT = references.COMMITMENT


INPUTS = (Kind.STATEMENT, Kind.CONTRIBUTION, Kind.TAKEAWAY)
ABOVE_FINDINGS = (Kind.PROPOSAL, Kind.CLAUSE, Kind.DECISION, Kind.COMMITMENT)
NAMES = {
    Kind.STATEMENT: _("Statement"),
    Kind.CONTRIBUTION: _("Contribution"),
    Kind.TAKEAWAY: _("Takeaway"),
    Kind.THEME: _("Theme"),
    Kind.FINDING: _("Finding"),
    Kind.PROPOSAL: _("Proposal"),
    Kind.CLAUSE: _("Clause"),
    Kind.DECISION: _("Decision"),
    Kind.COMMITMENT: _("Commitment"),
}
_PAGES = {
    Kind.STATEMENT: "portal:statement",
    Kind.CONTRIBUTION: "contributions:contribution",
    Kind.TAKEAWAY: "dialogues:takeaway",
    Kind.FINDING: "sensemaking:finding",
    Kind.PROPOSAL: "proposals:proposal",
    Kind.DECISION: "decisions:decision",
    Kind.COMMITMENT: "followup:commitment",
}


def kind_of(reference: str) -> Kind | None:
    """The kind that a reference such as ``N30-PC-0007`` speaks of; None where lineage knows none."""
    parts = reference.split("-")
    if len(parts) != 3 or parts[1] not in Kind._value2member_map_:
        return None
    return Kind(parts[1])


def address_of(kind: Kind, reference: str) -> str:
    """The item's own page; empty where it has none."""
    return reverse(_PAGES[kind], args=[reference]) if kind in _PAGES else ""


def address_of_clause(proposal_reference: str, reference: str) -> str:
    """A clause's place on the page of its proposal."""
    return f"{address_of(Kind.PROPOSAL, proposal_reference)}#{reference}"

"""Who may use the addresses of proposals and of the desk on which they are drafted."""

from placet.stages.proposals.drafting.actions import (
    NewProposal,
    draft_proposal,
    publish_proposal,
    withdraw_proposal,
)
from placet.stages.proposals.drafting.clauses import add_clause
from placet.stages.proposals.drafting.evidence import cite_finding
from placet.stages.proposals.drafting.notes import write_note
from tests.permission_rows import EVERYBODY, SECRETARIAT, Row, Who
from tests.stages.proposals.proposals import add_finding
from tests.stages.reflections import SmallReflection

STATES = {"proposal": ("draft", "published", "withdrawn"), "proposals": ("some",)}
READ = {"draft": SECRETARIAT, "published": EVERYBODY, "withdrawn": EVERYBODY}
BOTH = {"en": "A text.", "fr": "Un texte."}


def _proposal(get: Who | None, post: Who | None = None) -> Row:
    return Row("proposal", get, post, ("proposal",))


def _clause(get: Who | None, post: Who | None = None, *more: str) -> Row:
    return Row("proposal", get, post, ("proposal", "clause", *more))


def _list(get: Who | None, post: Who | None = None, *more: str) -> Row:
    return Row("proposals", get, post, ("slug", *more))


TABLE = {
    "proposals:list": _list(EVERYBODY),
    "proposals:proposal": _proposal(READ),
    "proposals:clause": _clause(READ),
    "proposals:manage-list": _list(SECRETARIAT),
    "proposals:create-proposal": _list(SECRETARIAT, SECRETARIAT),
    "proposals:unanswered": _list(SECRETARIAT),
    "proposals:not-taken-up": _list(SECRETARIAT, SECRETARIAT, "finding"),
    "proposals:take-up-again": _list(None, SECRETARIAT, "finding"),
    "proposals:draft": _proposal(SECRETARIAT),
    "proposals:change-proposal": _proposal(SECRETARIAT, SECRETARIAT),
    "proposals:publish-proposal": _proposal(SECRETARIAT, SECRETARIAT),
    "proposals:withdraw-proposal": _proposal(SECRETARIAT, SECRETARIAT),
    "proposals:add-clause": _proposal(SECRETARIAT, SECRETARIAT),
    "proposals:write-note": _proposal(None, SECRETARIAT),
    "proposals:settle-note": Row("proposal", None, SECRETARIAT, ("proposal", "note")),
    "proposals:reword-clause": _clause(SECRETARIAT, SECRETARIAT),
    "proposals:place-clause": _clause(None, SECRETARIAT),
    "proposals:remove-clause": _clause(SECRETARIAT, SECRETARIAT),
    "proposals:split-clause": _clause(SECRETARIAT, SECRETARIAT),
    "proposals:merge-clauses": _clause(SECRETARIAT, SECRETARIAT),
    "proposals:evidence": _clause(SECRETARIAT),
    "proposals:cite-finding": _clause(None, SECRETARIAT),
    "proposals:take-back-citation": _clause(None, SECRETARIAT, "citation"),
}


def make(small: SmallReflection, kind: str, state: str) -> dict[str, object]:
    """A proposal of two clauses in a state; the first cites a finding and has a note in its margin."""
    actor = small.secretariat
    proposal = draft_proposal(actor, small.priority, NewProposal(BOTH, BOTH))
    clause, _second = (add_clause(actor, proposal, BOTH) for _number in range(2))
    finding = add_finding(small)
    citation = cite_finding(actor, clause, finding)
    note = write_note(actor, proposal, "A note.", clause=clause)
    if state in ("published", "withdrawn"):
        publish_proposal(actor, proposal)
    if state == "withdrawn":
        withdraw_proposal(actor, proposal, reason=BOTH)
    return {
        "slug": small.reflection.slug,
        "proposal": proposal.reference,
        "clause": clause.reference,
        "finding": finding.reference,
        "citation": citation.pk,
        "note": note.pk,
    }

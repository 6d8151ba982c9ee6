"""Who may use the addresses of amendments and frozen texts."""

from placet.stages.mandates.models import Member, Role
from placet.stages.mandates.participation import grant_role
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from placet.stages.proposals.amending.actions import (
    NewAmendment,
    answer_amendment,
    open_to_amendments,
    submit_amendment,
)
from placet.stages.proposals.drafting.actions import NewProposal, draft_proposal, publish_proposal
from placet.stages.proposals.drafting.clauses import add_clause
from placet.stages.proposals.freezing import freeze_proposal
from tests.permission_rows import EVERYBODY, NO_ONE, SECRETARIAT, Row, Who
from tests.stages.reflections import SmallReflection

DELEGATES = frozenset({"delegate"})
STATES = {
    "amended proposal": ("draft", "published", "amendable", "frozen"),
    "amendment": ("submitted", "refused"),
    "own amendment": ("submitted",),
    "delegations": ("some",),
}
READ = {"draft": SECRETARIAT} | dict.fromkeys(("published", "amendable", "frozen"), EVERYBODY)
AMENDED = {state: DELEGATES if state != "draft" else NO_ONE for state in READ}
FROZEN = dict.fromkeys(("draft", "published", "amendable"), NO_ONE) | {"frozen": EVERYBODY}
BOTH = {"en": "A text.", "fr": "Un texte."}


def _proposal(get: Who | None, post: Who | None = None, *more: str) -> Row:
    return Row("amended proposal", get, post, ("proposal", *more))


def _amendment(get: Who | None, post: Who | None = None) -> Row:
    return Row("amendment", get, post, ("amendment",))


TABLE = {
    "proposals:amendments": _proposal(READ),
    "proposals:amendments-csv": _proposal(READ),
    "proposals:amendments-docx": _proposal(READ),
    "proposals:consolidated": _proposal(READ),
    "proposals:frozen": _proposal(FROZEN, None, "number"),
    "proposals:frozen-document": _proposal(FROZEN, None, "number"),
    "proposals:choose-clause": _proposal(AMENDED),
    "proposals:amend-first": _proposal(AMENDED, AMENDED),
    "proposals:amend": _proposal(AMENDED, AMENDED, "clause", "kind"),
    "proposals:manage-amendments": _proposal(SECRETARIAT),
    "proposals:open-amendments": _proposal(SECRETARIAT, SECRETARIAT),
    "proposals:freeze-proposal": _proposal(SECRETARIAT, SECRETARIAT),
    "proposals:amendment": _amendment(EVERYBODY),
    "proposals:take-stand": _amendment(None, DELEGATES),
    "proposals:withdraw-amendment": Row("own amendment", DELEGATES, DELEGATES, ("amendment",)),
    "proposals:answer-amendment": _amendment(SECRETARIAT, SECRETARIAT),
    "proposals:delegation-amendments": Row("delegations", DELEGATES, None, ("slug",)),
}


def make(small: SmallReflection, kind: str, state: str) -> dict[str, object]:
    """A proposal in a state, with an amendment of Poland, or the own one of the account ``delegate``."""
    actor = small.secretariat
    proposal = draft_proposal(actor, small.priority, NewProposal(BOTH, BOTH))
    clause = add_clause(actor, proposal, BOTH)
    made: dict[str, object] = {
        "slug": small.reflection.slug,
        "proposal": proposal.reference,
        "clause": clause.reference,
        "kind": "reword",
        "number": 1,
    }
    if state == "draft":
        return made
    publish_proposal(actor, proposal)
    if state == "frozen":
        freeze_proposal(actor, proposal)
    if kind == "amended proposal" and state != "amendable":
        return made
    open_to_amendments(actor, proposal)
    delegate = small.accounts[Role.DELEGATE] if kind == "own amendment" else _poland(small)
    new = NewAmendment("delete", clause, None, BOTH, 1)
    amendment = submit_amendment(delegate, proposal, new)
    if state == "refused":
        answer_amendment(actor, amendment, "refused", BOTH)
    return made | {"amendment": amendment.reference}


def _poland(small: SmallReflection) -> Account:
    delegate = create_account(f"poland@{small.slug}.example", is_verified=True)
    member = Member.objects.get(reflection=small.reflection, code="PL")
    grant_role(small.secretariat, small.reflection, delegate, Role.DELEGATE, member=member)
    return delegate

"""Who may use the addresses of communiqués and of the brief on a proposal."""

from datetime import timedelta

from django.utils import timezone

from placet.stages.decisions.communiques.actions import draft_communique, publish_communique
from placet.stages.decisions.models import Decision, Meeting
from placet.stages.proposals.drafting.actions import NewProposal, draft_proposal, publish_proposal
from placet.stages.proposals.drafting.clauses import add_clause
from placet.stages.proposals.freezing import freeze_proposal
from placet.stages.proposals.models import Proposal
from placet.stages.texts.actions import create_text
from tests.permission_rows import EVERYBODY, NO_ONE, SECRETARIAT, Row, Who
from tests.stages.reflections import SmallReflection

STATES = {
    "communiques": ("some",),
    "communique": ("draft", "published"),
    "briefed proposal": ("draft", "published"),
}
READ = {"draft": NO_ONE, "published": EVERYBODY}
BRIEFED = {"draft": SECRETARIAT, "published": EVERYBODY}
BOTH = {"en": "A text.", "fr": "Un texte."}


def _list(get: Who, post: Who | None = None) -> Row:
    return Row("communiques", get, post, ("slug",))


def _communique(get: Who, post: Who | None = None, *more: str) -> Row:
    return Row("communique", get, post, ("communique", *more))


TABLE = {
    "decisions:communiques": _list(EVERYBODY),
    "decisions:communique": _communique(READ),
    "decisions:communique-file": _communique(READ, None, "name"),
    "decisions:manage-communiques": _list(SECRETARIAT),
    "decisions:draft-communique": _list(SECRETARIAT, SECRETARIAT),
    "decisions:manage-communique": _communique(SECRETARIAT),
    "decisions:change-communique": _communique(SECRETARIAT, SECRETARIAT),
    "decisions:publish-communique": _communique(SECRETARIAT, SECRETARIAT),
    "portal:brief": Row("briefed proposal", BRIEFED, None, ("proposal",)),
    "portal:brief-pdf": Row("briefed proposal", BRIEFED, None, ("proposal",)),
}


def make(small: SmallReflection, kind: str, state: str) -> dict[str, object]:
    """A proposal in a state; or a communiqué in a state, over one decision of a meeting."""
    actor = small.secretariat
    proposal = draft_proposal(actor, small.priority, NewProposal(BOTH, BOTH))
    add_clause(actor, proposal, BOTH)
    made: dict[str, object] = {
        "slug": small.reflection.slug,
        "proposal": proposal.reference,
        "name": "json",
    }
    if (kind, state) != ("briefed proposal", "draft"):
        publish_proposal(actor, proposal)
    if kind == "briefed proposal":
        return made
    communique = draft_communique(
        actor,
        small.reflection,
        title=BOTH,
        issued_date=timezone.now().date() + timedelta(days=1),
        decisions=[_adopted(small, proposal)],
    )
    if state == "published":
        publish_communique(actor, communique)
    return made | {"communique": communique.reference}


def _adopted(small: SmallReflection, proposal: Proposal) -> Decision:
    """A decision on record, without the meeting that led to it."""
    prefix = small.reflection.reference_prefix
    meeting = Meeting.objects.create(
        reflection=small.reflection,
        reference=f"{prefix}-M-9001",
        title=create_text(BOTH, original="en"),
        starts_at=timezone.now(),
        time_zone="UTC",
    )
    return Decision.objects.create(
        text=freeze_proposal(small.secretariat, proposal),
        reference=f"{prefix}-DC-9001",
        way=Decision.Way.MEETING,
        meeting=meeting,
        adopted_at=timezone.now(),
        positions={},
    )

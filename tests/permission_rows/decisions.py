"""Who may use the addresses of meetings, positions and silence procedures.

The account ``delegate`` speaks for France; the members' other delegates act while the object is made.
"""

from placet.stages.decisions.models import Position
from tests.permission_rows import EVERYBODY, NO_ONE, SECRETARIAT, Row, Who
from tests.stages.decisions.decisions import SmallMeeting, SmallSilence
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.reflections import SmallReflection

DELEGATES = frozenset({"delegate"})
STATES = {
    "deciding": ("some",),
    "meeting": ("planned", "open", "adopted"),
    "silence": ("running",),
    "unconfirmed position": ("given",),
}


def _deciding(get: Who | None, post: Who | None = None) -> Row:
    return Row("deciding", get, post, ("slug",))


def _meeting(get: Who | None, post: Who | None = None, *more: str) -> Row:
    return Row("meeting", get, post, ("meeting", *more))


def _silence(get: Who | None, post: Who | None = None) -> Row:
    return Row("silence", get, post, ("silence",))


TABLE = {
    "decisions:list": _deciding(EVERYBODY),
    "decisions:delegation": _deciding(DELEGATES),
    "decisions:manage-list": _deciding(SECRETARIAT),
    "decisions:rules": _deciding(SECRETARIAT, SECRETARIAT),
    "decisions:plan-meeting": _deciding(SECRETARIAT, SECRETARIAT),
    "decisions:open-silence": _deciding(SECRETARIAT, SECRETARIAT),
    "decisions:meeting": _meeting(EVERYBODY),
    "decisions:position": _meeting(DELEGATES, DELEGATES, "item"),
    "decisions:manage-meeting": _meeting(SECRETARIAT),
    "decisions:change-meeting": _meeting(SECRETARIAT, SECRETARIAT),
    "decisions:open-meeting": _meeting(SECRETARIAT, SECRETARIAT),
    "decisions:close-meeting": _meeting(SECRETARIAT, SECRETARIAT),
    "decisions:put-on-agenda": _meeting(SECRETARIAT, SECRETARIAT),
    "decisions:take-off-agenda": _meeting(SECRETARIAT, SECRETARIAT, "item"),
    "decisions:adopt": _meeting(SECRETARIAT, SECRETARIAT, "item"),
    "decisions:decision": Row(
        "meeting", {"planned": NO_ONE, "open": NO_ONE, "adopted": EVERYBODY}, None, ("decision",)
    ),
    "decisions:of-proposal": Row("meeting", EVERYBODY, None, ("proposal",)),
    "decisions:silence": _silence(EVERYBODY),
    "decisions:break-silence": _silence(DELEGATES, DELEGATES),
    "decisions:manage-silence": _silence(SECRETARIAT),
    "decisions:written-objection": _silence(SECRETARIAT, SECRETARIAT),
    "decisions:extend-silence": _silence(SECRETARIAT, SECRETARIAT),
    "decisions:suspend-silence": _silence(SECRETARIAT, SECRETARIAT),
    "decisions:resume-silence": _silence(SECRETARIAT, SECRETARIAT),
    "decisions:cancel-silence": _silence(SECRETARIAT, SECRETARIAT),
    "decisions:confirm-position": Row("unconfirmed position", DELEGATES, DELEGATES, ("slug", "position")),
}


def make(small: SmallReflection, kind: str, state: str) -> dict[str, object]:
    """A meeting or a procedure in a state, on the proposal of a small reflection."""
    proposals = SmallProposal(small)
    made: dict[str, object] = {"slug": small.reflection.slug}
    if kind == "silence":
        return made | {"silence": SmallSilence(proposals).procedure.reference}
    held = SmallMeeting(proposals, is_open=state != "planned", needs_second=kind == "unconfirmed position")
    made["proposal"] = held.proposal.reference
    made |= {"meeting": held.meeting.reference, "item": held.item.pk, "decision": "SMALL-DC-0001"}
    if state == "adopted":
        held.all_join()
        made["decision"] = held.adopt().reference
    if kind == "unconfirmed position":
        made["position"] = held.say("FR2", Position.Kind.JOINS).pk
    return made

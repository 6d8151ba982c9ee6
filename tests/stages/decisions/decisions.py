"""A small meeting and a small silence procedure to test with: made by the same actions that people use.

``SmallMeeting(SmallProposal())`` has a delegate for each member (two for France), and one open
meeting with the proposal on its agenda; ``SmallSilence`` a procedure that runs on it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from placet.stages.decisions.meetings import actions as meetings
from placet.stages.decisions.models import AgendaItem, Decision, Meeting, Position, SilenceProcedure
from placet.stages.decisions.positions.actions import adopt_text, confirm_position, take_position
from placet.stages.decisions.silence.actions import NewSilence, open_silence
from placet.stages.mandates.models import Reflection
from placet.stages.people.actions import update_profile
from placet.stages.people.models import Account
from placet.stages.proposals.models import FrozenText, Proposal
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.reflections import SmallReflection

ZONE = "Europe/Brussels"
WHY = {"en": "It goes too far.", "fr": "Cela va trop loin."}


def delegates_for(proposals: SmallProposal) -> dict[str, Account]:
    """The delegates of all members by code, and ``FR2``, a second one of France who reads French."""
    second = proposals.add_delegate("FR", "second")
    update_profile(second, name="", language="fr")
    return {**proposals.delegates, "FR2": second}


@dataclass
class SmallMeeting:
    """Delegates, a meeting (open, or as asked for) and the proposal on its agenda."""

    proposals: SmallProposal
    is_open: bool = True
    needs_second: bool = False
    delegates: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.delegates = self.delegates or delegates_for(self.proposals)
        if self.needs_second:
            meetings.set_rules(self.secretariat, self.reflection, meetings.NewRules(True, 60, 24))
        self.meeting: Meeting = meetings.plan_meeting(self.secretariat, self.reflection, meeting_frame())
        self.item: AgendaItem = meetings.put_on_agenda(self.secretariat, self.meeting, self.proposal)
        if self.is_open:
            meetings.open_meeting(self.secretariat, self.meeting)

    @property
    def small(self) -> SmallReflection:
        return self.proposals.small

    @property
    def reflection(self) -> Reflection:
        return self.small.reflection

    @property
    def secretariat(self) -> Account:
        return self.small.secretariat

    @property
    def proposal(self) -> Proposal:
        return self.proposals.proposal

    @property
    def text(self) -> FrozenText:
        return self.item.text

    def say(self, name: str, kind: str = Position.Kind.JOINS, **changes: Any) -> Position:
        """One delegate takes a position, with a reason where one is needed."""
        why = None if kind == Position.Kind.JOINS else WHY
        return take_position(self.delegates[name], self.text, kind, **({"explanation": why} | changes))

    def all_join(self) -> None:
        """Every member joins, confirmed where the rules ask for it."""
        for code in self.proposals.members:
            self.say(code)
        if self.needs_second:
            for code in self.proposals.members:
                self.confirm(code)

    def confirm(self, code: str) -> None:
        """A second delegate of a member, made where there is none yet, confirms its last entry."""
        if f"{code}2" not in self.delegates:
            self.delegates[f"{code}2"] = self.proposals.add_delegate(code, "second")
        position = Position.objects.filter(member__code=code, text=self.text).latest("id")
        confirm_position(self.delegates[f"{code}2"], position)

    def adopt(self) -> Decision:
        """The secretariat writes the adoption down."""
        return adopt_text(self.secretariat, self.item)


@dataclass
class SmallSilence:
    """Delegates and a procedure that runs on the proposal; its times are given, or begin now."""

    proposals: SmallProposal
    opened_at: datetime | None = None
    hours: int = 48
    remind_hours_before: tuple[int, ...] = (24,)
    delegates: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.delegates = self.delegates or delegates_for(self.proposals)
        self.begin = self.opened_at or timezone.now()
        deadline = (self.begin + timedelta(hours=self.hours)).replace(second=0, microsecond=0)
        self.procedure: SilenceProcedure = open_silence(
            self.secretariat,
            self.proposals.proposal,
            NewSilence(deadline, ZONE, self.remind_hours_before),
            now=self.opened_at,
        )

    @property
    def small(self) -> SmallReflection:
        return self.proposals.small

    @property
    def reflection(self) -> Reflection:
        return self.small.reflection

    @property
    def secretariat(self) -> Account:
        return self.small.secretariat

    @property
    def deadline(self) -> datetime:
        """The deadline as it was stated at first."""
        return (self.begin + timedelta(hours=self.hours)).replace(second=0, microsecond=0)


def meeting_frame(**changes: Any) -> meetings.NewMeeting:
    """What is said of a meeting in Brussels, ten days from now."""
    values: dict[str, Any] = {
        "title": {"en": "Meeting of the leaders", "fr": "Réunion des dirigeants"},
        "place": {"en": "Brussels", "fr": "Bruxelles"},
        "starts_at": timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=10),
        "time_zone": ZONE,
    }
    return meetings.NewMeeting(**(values | changes))


def at(day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """A moment of January 2031, in UTC."""
    return datetime(2031, 1, day, hour, minute, second, tzinfo=UTC)

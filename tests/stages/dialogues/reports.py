"""A dialogue that has ended, with points to report on, to test with."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.test import Client

from placet.stages.dialogues.models import Dialogue, HouseRule, Point, Staff, Takeaway
from placet.stages.dialogues.reporting import gathering, takeaways
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.dialogues.reporting.takeaways import TakeawayFrame, summary_mark
from placet.stages.dialogues.states import move
from placet.stages.people.models import Account
from tests.stages.dialogues.meetings import SmallDialogue
from tests.stages.reflections import SmallReflection

SUMMARY = {"en": "What we came to.", "fr": "Ce à quoi nous sommes arrivés."}
_WAY = (Dialogue.State.LIVE, Dialogue.State.ENDED)
BOTH = {"en": "Chips are scarce.", "fr": "Les puces sont rares."}


@dataclass
class Reporting:
    """A small dialogue and its rapporteur; over, unless another state is asked for."""

    house_rule: str = HouseRule.CHATHAM_HOUSE
    state: Dialogue.State = Dialogue.State.ENDED
    slug: str = "small"
    prefix: str = "SMALL"

    def __post_init__(self) -> None:
        self.small = SmallReflection(slug=self.slug, prefix=self.prefix)
        self.meeting = SmallDialogue(self.small, house_rule=self.house_rule)
        self.rapporteur: Account = self.meeting.add_staff(Staff.Duty.RAPPORTEUR)
        for step in _WAY[: _WAY.index(self.state) + 1]:
            move(self.meeting.dialogue, step, self.meeting.representative)
        self.dialogue = self.meeting.dialogue

    def points(self, *bodies: str, language: str = "en") -> list[Point]:
        """Points from the rapporteur's notes."""
        return gathering.type_in_points(self.rapporteur, self.dialogue, bodies, language=language)

    def takeaway(self, points: Sequence[Point] = (), **changes: object) -> Takeaway:
        """A takeaway in both languages."""
        values = {"bodies": BOTH, "point_ids": [point.pk for point in points], **changes}
        frame = TakeawayFrame(**values)  # type: ignore[arg-type]
        return takeaways.write_takeaway(self.rapporteur, self.dialogue, frame)

    def summary(self) -> None:
        """The summary in both languages."""
        takeaways.write_summary(self.rapporteur, self.dialogue, SUMMARY, seen=summary_mark(None))

    def published(self, *bodies: str) -> Takeaway:
        """A published report with one takeaway that rests on points."""
        takeaway = self.takeaway(self.points(*(bodies or ("Chips come from one island.",))))
        self.summary()
        publish_report(self.rapporteur, self.dialogue)
        return takeaway

    def client(self, account: Account | None = None) -> Client:
        """A browser of the rapporteur, or of somebody else."""
        client = Client()
        client.force_login(account or self.rapporteur)
        return client

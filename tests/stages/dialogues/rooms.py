"""A room to test with: a dialogue under way, led by its facilitator, and devices in it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.stages.dialogues.live.facilitating import start_dialogue
from placet.stages.dialogues.live.points import say_point
from placet.stages.dialogues.live.presence import join_room
from placet.stages.dialogues.live.questions import write_question
from placet.stages.dialogues.models import Dialogue, HouseRule, LiveQuestion, Point, Staff
from placet.stages.dialogues.receipts import digest_of
from placet.stages.mandates.models import Constituency
from tests.stages.dialogues.meetings import SmallDialogue
from tests.stages.reflections import SmallReflection

ADDRESS = "203.0.113.7"


@dataclass
class SmallRoom:
    """A dialogue with two items and a question, under way unless told otherwise."""

    house_rule: str = HouseRule.CHATHAM_HOUSE
    is_live: bool = True
    reflection: SmallReflection = field(default_factory=SmallReflection)

    def __post_init__(self) -> None:
        invited = {"admission": Dialogue.Admission.INVITED}
        self.small = SmallDialogue(self.reflection, house_rule=self.house_rule, frame=invited)
        self.facilitator = self.small.add_staff(Staff.Duty.FACILITATOR)
        self.small.add_item("Welcome", 10)
        self.small.add_item("What breaks first", 30)
        self.question: LiveQuestion = self.write_question()
        if self.is_live:
            start_dialogue(self.facilitator, self.small.dialogue)

    @property
    def dialogue(self) -> Dialogue:
        """As it stands in the database."""
        return Dialogue.objects.select_related("series__reflection").get(pk=self.small.dialogue.pk)

    @property
    def constituency(self) -> Constituency:
        return Constituency.objects.get(reflection=self.reflection.reflection, key="young-leaders")

    def write_question(self, body: str = "Where first?", *options: str) -> LiveQuestion:
        """One more question of the facilitator."""
        return write_question(
            self.facilitator,
            self.small.dialogue,
            body={"en": body, "fr": f"{body} (fr)"},
            options=[{"en": option} for option in options or ("North", "South")],
        )

    def join(self, *, constituency: Constituency | None = None, source: str = ADDRESS) -> str:
        """One more device; its secret."""
        return join_room(
            self.dialogue, key=uuid4(), constituency=constituency, source=source, now=timezone.now()
        )

    def say(self, secret: str, body: str = "Ports come first.", **changes: Any) -> Point:
        """A point by a device."""
        values: dict[str, Any] = {"body": body, "language": "en", "client_key": uuid4()} | changes
        return Point.objects.get(receipt_digest=digest_of(say_point(self.dialogue, secret, **values)))

    def address(self, name: str) -> str:
        """An address of the room."""
        return reverse(f"dialogues:{name}", args=[self.dialogue.room_code])

    def device(self, **data: object) -> Client:
        """A browser that joined."""
        client = Client()
        answer = client.post(self.address("join-room"), {"key": str(uuid4()), **data})
        assert answer.status_code == 302, answer.content
        return client

    def leader(self) -> Client:
        """The facilitator's browser."""
        client = Client()
        client.force_login(self.facilitator)
        return client

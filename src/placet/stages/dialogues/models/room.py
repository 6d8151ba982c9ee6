"""What happens in the room: who is present, points, support, questions to all.

Nothing here points to an account, a participant or a registration. A presence is a device that holds a
secret of which the digest is kept; presences, supports and answers are deleted when the dialogue ends, and
their counts stay.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from placet.stages.consultations.models import Statement
from placet.stages.dialogues.models.meetings import Dialogue, HouseRule, Room
from placet.stages.mandates.models import Constituency, text_field
from placet.stages.texts.models import Text

POINT_MAX_LENGTH = 600


class Presence(models.Model):
    """A device in the room, while the dialogue lasts."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="+")
    secret_digest = models.CharField(max_length=64, unique=True)
    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", null=True)
    point_count = models.PositiveSmallIntegerField(default=0, help_text="For the limit.")

    def __str__(self) -> str:
        return "presence"


class PointGroup(models.Model):
    """Points that the rapporteur put together."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="point_groups")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.title


class Point(models.Model):
    """One thing said. Who said it stands nowhere, unless the dialogue was on the record and says so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.PROTECT, related_name="points")
    house_rule = models.CharField(max_length=13, choices=HouseRule, help_text="Of its dialogue.")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+", null=True)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    constituency = models.ForeignKey(
        Constituency,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Emptied at the end where fewer were present than the dialogue asks for.",
    )
    attribution = models.CharField(max_length=200, blank=True, help_text="On the record alone.")
    group = models.ForeignKey(PointGroup, on_delete=models.SET_NULL, related_name="points", null=True)
    receipt_digest = models.CharField(
        max_length=64, blank=True, help_text="Of the secret that whoever said it keeps."
    )
    client_key = models.UUIDField(unique=True, null=True, help_text="Emptied when the dialogue ends.")
    support_count = models.PositiveIntegerField(default=0)
    is_hidden = models.BooleanField(default=False)
    is_simulated = models.BooleanField(default=False)
    said_date = models.DateField(help_text="A day, not a moment.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("receipt_digest",), condition=~Q(receipt_digest=""), name="one_point_per_receipt"
            ),
            models.CheckConstraint(
                condition=Q(house_rule="on-record") | Q(attribution=""),
                name="only_what_is_on_record_is_attributed",
            ),
            models.CheckConstraint(
                condition=~Q(house_rule="closed"), name="nothing_is_kept_of_a_closed_dialogue"
            ),
        )
        indexes = (models.Index(fields=("dialogue", "is_hidden"), name="points_of_dialogue"),)

    def __str__(self) -> str:
        return f"point {self.pk}"


class PointSupport(models.Model):
    """A device supports a point; deleted when the dialogue ends."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="+")
    presence = models.ForeignKey(Presence, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("point", "presence"), name="a_point_is_supported_once_by_each"),
        )

    def __str__(self) -> str:
        return "support"


class LiveQuestion(models.Model):
    """A question to everybody in the room."""

    class State(models.TextChoices):
        READY = "ready", pgettext_lazy("live question", "ready")
        OPEN = "open", pgettext_lazy("live question", "open")
        CLOSED = "closed", pgettext_lazy("live question", "closed")

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    body = text_field()
    state = models.CharField(max_length=6, choices=State, default=State.READY)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("dialogue",), condition=Q(state="open"), name="one_question_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"question {self.pk}"


class LiveOption(models.Model):
    """One of the answers to choose from, and how many chose it."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    question = models.ForeignKey(LiveQuestion, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    body = text_field()
    answer_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"option {self.pk}"


class LiveAnswer(models.Model):
    """What a device chose; deleted when the dialogue ends."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    question = models.ForeignKey(LiveQuestion, on_delete=models.CASCADE, related_name="+")
    option = models.ForeignKey(LiveOption, on_delete=models.CASCADE, related_name="+")
    presence = models.ForeignKey(Presence, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("question", "presence"), name="a_question_is_answered_once"),
        )

    def __str__(self) -> str:
        return "answer"


class PointStatement(models.Model):
    """A point that went into a consultation as a statement."""

    point = models.OneToOneField(Point, on_delete=models.PROTECT, related_name="became", primary_key=True)
    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="+")
    made_date = models.DateField()

    def __str__(self) -> str:
        return f"{self.point_id} became {self.statement_id}"

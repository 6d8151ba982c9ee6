"""A meeting of the members, what is on its agenda, and the rules that a reflection decides by."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from placet.stages.mandates.models import Reflection, text_field
from placet.stages.proposals.models import FrozenText


class DecisionRules(models.Model):
    """How members decide in a reflection. Without a row, the defaults hold. No rule allows a majority."""

    reflection = models.OneToOneField(
        Reflection, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    needs_second_delegate = models.BooleanField(
        default=False, help_text="A position counts once a second delegate of the member confirms it."
    )
    outage_allowance_minutes = models.PositiveIntegerField(
        default=60, help_text="An outage longer than this extends a silence procedure by its length."
    )
    least_silence_hours = models.PositiveIntegerField(default=24, help_text="From opening to deadline.")

    def __str__(self) -> str:
        return f"rules of {self.reflection_id}"


class Meeting(models.Model):
    """A meeting at which the members decide: a summit, a ministerial, a council."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("meeting", "planned")
        OPEN = "open", pgettext_lazy("meeting", "open")
        CLOSED = "closed", pgettext_lazy("meeting", "closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    title = text_field()
    place = text_field(null=True)
    starts_at = models.DateTimeField()
    time_zone = models.CharField(max_length=50)
    state = models.CharField(max_length=7, choices=State, default=State.PLANNED)
    is_simulated = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("starts_at", "reference")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="a_closed_meeting_says_when"
            ),
        )

    def __str__(self) -> str:
        return self.reference


class AgendaItem(models.Model):
    """A frozen text that a meeting is to decide on."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    text = models.ForeignKey(FrozenText, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    taken_off_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(
                fields=("text",), condition=Q(taken_off_at=None), name="a_text_is_on_one_agenda"
            ),
        )

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.position}"

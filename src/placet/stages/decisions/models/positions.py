"""Where each member stands on a frozen text."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from placet.stages.mandates.models import Member, text_field
from placet.stages.proposals.models import FrozenText


class Position(models.Model):
    """What a member says to a text, given by a delegate. Changed by a new entry only; the last one counts."""

    class Kind(models.TextChoices):
        JOINS = "joins", pgettext_lazy("position", "joins")
        RESERVES = "reserves", pgettext_lazy("position", "joins with a reservation")
        OBJECTS = "objects", pgettext_lazy("position", "objects")

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    text = models.ForeignKey(FrozenText, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    explanation = text_field(null=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Sent again: no second entry.")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="joins") | Q(explanation__isnull=False),
                name="a_reservation_or_objection_is_explained",
            ),
        )
        indexes = (models.Index(fields=("text", "member", "id"), name="position_latest"),)

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind}"


class PositionConfirmation(models.Model):
    """A second delegate of the same member confirms a position, where the rules ask for it. Never changed."""

    position = models.OneToOneField(Position, on_delete=models.PROTECT, related_name="+", primary_key=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"confirmation of {self.position_id}"

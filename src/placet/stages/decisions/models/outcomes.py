"""What was adopted."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from placet.stages.decisions.models.meetings import Meeting
from placet.stages.decisions.models.silence import SilenceProcedure
from placet.stages.proposals.models import FrozenText


class Decision(models.Model):
    """A frozen text was adopted by all members, at a meeting or by silence. Never changed."""

    class Way(models.TextChoices):
        MEETING = "meeting", pgettext_lazy("decision", "by consensus at a meeting")
        SILENCE = "silence", pgettext_lazy("decision", "by silence procedure")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = models.OneToOneField(FrozenText, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    way = models.CharField(max_length=7, choices=Way)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+", null=True)
    silence = models.OneToOneField(SilenceProcedure, on_delete=models.PROTECT, related_name="+", null=True)
    adopted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    positions = models.JSONField(
        default=dict, help_text="By member code: the number of the position that counted, null in silence."
    )
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("adopted_at", "reference")
        constraints = (
            models.CheckConstraint(
                condition=Q(way="meeting", meeting__isnull=False, silence=None)
                | Q(way="silence", meeting=None, silence__isnull=False),
                name="a_decision_is_taken_in_one_way",
            ),
        )

    def __str__(self) -> str:
        return self.reference

"""What a dialogue concluded: the rapporteur's report and its takeaways, with the points they rest on."""

import uuid

from django.db import models

from placet.stages.dialogues.models.meetings import Dialogue
from placet.stages.dialogues.models.room import Point
from placet.stages.mandates.models import text_field
from placet.stages.texts.models import Text

TAKEAWAY_MAX_LENGTH = 1_200


class Report(models.Model):
    """What the rapporteur writes; seen by those who hold the dialogue until it is published."""

    dialogue = models.OneToOneField(
        Dialogue, on_delete=models.PROTECT, related_name="report", primary_key=True
    )
    summary = text_field(null=True)
    source_url = models.URLField(blank=True, help_text="Where the report was published first.")
    published_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"report of {self.dialogue_id}"


class Takeaway(models.Model):
    """One thing that a dialogue concluded. Attributed to nobody: it is what the room took with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="takeaways")
    reference = models.CharField(max_length=20, unique=True)
    position = models.PositiveSmallIntegerField()
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    points = models.ManyToManyField(Point, related_name="takeaways")
    rests_on_whole = models.BooleanField(
        default=False, help_text="On the dialogue as a whole: its rapporteur says so, and names no points."
    )
    is_dissent = models.BooleanField(default=False, help_text="A view that the room did not share.")
    is_simulated = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("position", "reference")

    def __str__(self) -> str:
        return self.reference

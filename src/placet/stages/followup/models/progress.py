"""How far a commitment is, as those who carry it report, and what shows it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from placet.stages.followup.models.commitments import Commitment
from placet.stages.mandates.models import Member, text_field


class Indicator(models.Model):
    """Something that is counted or measured."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="indicators")
    name = text_field()
    unit = models.CharField(max_length=40, blank=True)
    baseline = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    target = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"indicator {self.pk}"


class ProgressReport(models.Model):
    """What was done, said by whom and when. Never changed: a correction is a new report."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", pgettext_lazy("report", "progress")
        FULFILLED = "fulfilled", pgettext_lazy("report", "fulfilled")
        ENDED = "ended", pgettext_lazy("report", "ended without being fulfilled")
        TAKEN_UP_AGAIN = "again", pgettext_lazy("report", "taken up again")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=9, choices=Kind)
    text = text_field()
    of_date = models.DateField(help_text="The day that it speaks of.")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="+", null=True, help_text="For which it reports."
    )
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    reported_at = models.DateTimeField(auto_now_add=True)
    request_key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Sent again: no second report.")

    class Meta:
        ordering = ("of_date", "reported_at", "id")

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.of_date}"


class ReportEvidence(models.Model):
    """Where it can be checked. Never changed."""

    report = models.ForeignKey(ProgressReport, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=200)
    url = models.URLField()

    def __str__(self) -> str:
        return self.title


class IndicatorValue(models.Model):
    """What an indicator stood at on a day, as a report says. Never changed."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="values")
    report = models.ForeignKey(ProgressReport, on_delete=models.PROTECT, related_name="values")
    value = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("indicator", "report"), name="one_value_per_indicator_and_report"
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.value}"

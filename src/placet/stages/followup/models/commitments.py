"""What was decided, who carries it, and by when."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from placet.stages.decisions.models import Decision
from placet.stages.mandates.models import Member, Organisation, text_field
from placet.stages.proposals.models import Clause


class Precision(models.TextChoices):
    """How much is known of a date; the date itself is the last day that it may be."""

    DAY = "day", _("that day")
    MONTH = "month", _("some day of the month")
    YEAR = "year", _("some day of the year")


class Commitment(models.Model):
    """A thing to be done, from a decision. How far it is follows from its reports, milestones and dates."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    clause = models.ForeignKey(
        Clause, on_delete=models.PROTECT, related_name="+", null=True, help_text="Null: the text as a whole."
    )
    reference = models.CharField(max_length=20, unique=True)
    title = text_field()
    description = text_field(null=True)
    lead_member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    lead_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    lead_name = text_field(null=True)
    due_date = models.DateField(null=True)
    due_precision = models.CharField(max_length=5, choices=Precision, default=Precision.DAY)
    source_url = models.URLField(blank=True)
    is_simulated = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("reference",)
        constraints = (
            models.CheckConstraint(
                condition=Q(lead_member__isnull=False, lead_organisation=None, lead_name=None)
                | Q(lead_member=None, lead_organisation__isnull=False, lead_name=None)
                | Q(lead_member=None, lead_organisation=None, lead_name__isnull=False),
                name="a_commitment_has_one_lead",
            ),
        )

    def __str__(self) -> str:
        return self.reference


class CommitmentMember(models.Model):
    """A member that contributes."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="members")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("commitment", "member"), name="a_member_contributes_once"),
        )

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.member_id}"


class CommitmentMilestone(models.Model):
    """A step on the way."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="milestones")
    title = text_field()
    due_date = models.DateField()
    precision = models.CharField(max_length=5, choices=Precision, default=Precision.DAY)
    reached_date = models.DateField(null=True)
    source_url = models.URLField(blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due_date", "id")

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.due_date}"

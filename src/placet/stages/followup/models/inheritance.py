"""The world changes: a new reflection starts from the last one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from placet.stages.followup.models.commitments import Commitment
from placet.stages.mandates.models import Reflection
from placet.stages.sensemaking.finding_models import Finding


class Succession(models.Model):
    """A reflection starts from an earlier one. Never changed."""

    later = models.OneToOneField(Reflection, on_delete=models.PROTECT, related_name="+", primary_key=True)
    earlier = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(later=F("earlier")), name="a_reflection_follows_another"),
        )

    def __str__(self) -> str:
        return f"{self.earlier_id} → {self.later_id}"


class InheritedCommitment(models.Model):
    """An open commitment that the later reflection keeps in sight. Never changed."""

    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reflection", "commitment"), name="a_commitment_is_inherited_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.commitment_id} in {self.reflection_id}"


class InheritedFinding(models.Model):
    """A finding that nothing answered, and that the later reflection starts from. Never changed."""

    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("reflection", "finding"), name="a_finding_is_inherited_once"),
        )

    def __str__(self) -> str:
        return f"{self.finding_id} in {self.reflection_id}"

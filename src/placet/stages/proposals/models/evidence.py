"""What a clause rests on, and why a finding was not taken up."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from placet.stages.mandates.models import text_field
from placet.stages.proposals.models.drafting import Clause
from placet.stages.sensemaking.finding_models import Finding, Stance


class Citation(models.Model):
    """A clause cites a finding: for it, or as the view of a minority against it. Final once taken back."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    stance = models.CharField(max_length=8, choices=Stance, default=Stance.SUPPORTS)
    cited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    cited_at = models.DateTimeField(auto_now_add=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("clause", "finding"), condition=Q(taken_back_at=None), name="a_finding_is_cited_once"
            ),
        )

    def __str__(self) -> str:
        return f"citation {self.pk}"


class NotTakenUp(models.Model):
    """Why no clause takes up a finding; final once it is taken back."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    reason = text_field()
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    said_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("finding",), condition=Q(taken_back_at=None), name="one_reason_per_finding"
            ),
        )

    def __str__(self) -> str:
        return f"not taken up: {self.finding_id}"

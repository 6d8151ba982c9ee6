"""Communiqués: adopted texts as one document."""

import uuid

from django.conf import settings
from django.db import models

from placet.stages.decisions.models.outcomes import Decision
from placet.stages.mandates.models import Reflection, text_field


class Communique(models.Model):
    """Adopted texts, in an order, under a title. Once published, its document and digest stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    title = text_field()
    preamble = text_field(null=True)
    issued_date = models.DateField()
    is_simulated = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    document = models.TextField(blank=True, help_text="Canonical JSON of what was published.")
    digest = models.CharField(max_length=80, blank=True, help_text="sha256:… of the document.")

    class Meta:
        ordering = ("issued_date", "reference")

    def __str__(self) -> str:
        return self.reference


class CommuniqueText(models.Model):
    """A decision has its place in a communiqué."""

    communique = models.ForeignKey(Communique, on_delete=models.PROTECT, related_name="texts")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("communique", "decision"), name="a_decision_stands_once_in_it"),
        )

    def __str__(self) -> str:
        return f"{self.communique_id} {self.position}"

"""Frozen texts: a proposal as it was put to the members, in every language, with its digest."""

import uuid

from django.conf import settings
from django.db import models

from placet.stages.proposals.models.drafting import Proposal


class FrozenText(models.Model):
    """A proposal's title and clauses as they stood, word for word. Never changed: the database refuses."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    document = models.TextField(help_text="Canonical JSON, byte for byte what the digest is taken of.")
    digest = models.CharField(max_length=80, help_text="sha256:… of the document.")
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("proposal", "number"), name="one_frozen_text_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id} frozen {self.number}"

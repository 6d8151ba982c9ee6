"""A proposal, its clauses, and the notes in their margin."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placet.stages.mandates.models import Priority, text_field
from placet.stages.texts.models import TextVersion

CLAUSE_MAX_LENGTH = 3_000


class Proposal(models.Model):
    """What is put to the leaders under one priority. Its clauses are its text."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", pgettext_lazy("proposal", "published")
        AMENDABLE = "amendable", pgettext_lazy("proposal", "open to amendments")
        FROZEN = "frozen", pgettext_lazy("proposal", "put to the members")
        ADOPTED = "adopted", pgettext_lazy("proposal", "adopted")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    title = text_field()
    summary = text_field()
    is_simulated = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    amendable_until = models.DateTimeField(null=True)
    withdrawal_reason = text_field(null=True)

    class Meta:
        ordering = ("position", "reference")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(withdrawal_reason__isnull=False),
                name="a_withdrawn_proposal_says_why",
            ),
        )
        indexes = (models.Index(fields=("priority", "state"), name="proposal_state"),)

    def __str__(self) -> str:
        return self.reference


class Clause(models.Model):
    """One clause. Its reference stays, whatever becomes of its wording or its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="clauses")
    reference = models.CharField(max_length=20, unique=True)
    position = models.PositiveSmallIntegerField()
    text = text_field()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("position", "reference")

    def __str__(self) -> str:
        return self.reference


class ClauseSuccession(models.Model):
    """A clause that was split, or put together with another, lives on in this one. Never changed."""

    class Kind(models.TextChoices):
        SPLIT = "split", pgettext_lazy("clause", "split")
        MERGED = "merged", pgettext_lazy("clause", "put together")

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=6, choices=Kind)
    earlier = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="+")
    later = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("earlier", "later"), name="a_clause_lives_on_once_in_another"),
            models.CheckConstraint(condition=~Q(earlier=F("later")), name="a_clause_lives_on_in_another"),
        )

    def __str__(self) -> str:
        return f"{self.earlier_id} → {self.later_id}"


class MarginNote(models.Model):
    """What one who drafts says to the others about a clause, or about the proposal as a whole."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="+", null=True)
    version = models.ForeignKey(
        TextVersion,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="The wording that it speaks of.",
    )
    answers = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    body = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("written_at", "id")
        constraints = (models.CheckConstraint(condition=~Q(body=""), name="a_margin_note_says_something"),)

    def __str__(self) -> str:
        return f"note {self.pk}"

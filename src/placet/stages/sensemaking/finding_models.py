"""Findings: what the secretariat takes from an analysis, a theme or a dialogue, and what each rests on."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.contributions.models import Contribution
from placet.stages.dialogues.models import Takeaway
from placet.stages.mandates.models import Priority, Reflection, text_field
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.theme_models import Theme

FINDING_MAX_LENGTH = 4_000


class Finding(models.Model):
    """One thing that was found. Its text may hold references to figures, which are filled from its runs."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", pgettext_lazy("finding", "published")
        WITHDRAWN = "withdrawn", pgettext_lazy("finding", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+", null=True)
    reference = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    title = text_field()
    text = text_field()
    is_simulated = models.BooleanField(default=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = text_field(null=True)

    class Meta:
        ordering = ("reference",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="a_published_finding_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False, withdrawal_reason__isnull=False)
                | ~Q(state="withdrawn"),
                name="a_withdrawn_finding_says_when_and_why",
            ),
        )
        indexes = (models.Index(fields=("reflection", "state"), name="finding_state"),)

    def __str__(self) -> str:
        return self.reference


class FindingRun(models.Model):
    """The analysis run that a finding's figures of one consultation come from; the last row counts."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(AnalysisRun, on_delete=models.PROTECT, related_name="+")
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    chosen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("finding", "consultation", "id"), name="finding_run_latest"),)

    def __str__(self) -> str:
        return f"{self.finding_id} from {self.run_id}"


class Stance(models.TextChoices):
    """What a piece of evidence does for what it is cited by."""

    SUPPORTS = "supports", pgettext_lazy("evidence", "supports it")
    AGAINST = "against", pgettext_lazy("evidence", "speaks against it")


class Evidence(models.Model):
    """A finding cites exactly one statement, contribution, takeaway or theme. Final once it is taken back.

    The link holds to the item, not to its wording or its author: it survives rewording, merging, withdrawal
    and the erasure of a person.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    stance = models.CharField(max_length=8, choices=Stance, default=Stance.SUPPORTS)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+", null=True)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="+", null=True)
    takeaway = models.ForeignKey(Takeaway, on_delete=models.PROTECT, related_name="+", null=True)
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="+", null=True)
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
            models.CheckConstraint(
                condition=Q(statement__isnull=False, contribution=None, takeaway=None, theme=None)
                | Q(statement=None, contribution__isnull=False, takeaway=None, theme=None)
                | Q(statement=None, contribution=None, takeaway__isnull=False, theme=None)
                | Q(statement=None, contribution=None, takeaway=None, theme__isnull=False),
                name="evidence_is_one_thing",
            ),
            *(
                models.UniqueConstraint(
                    fields=("finding", kind), condition=Q(taken_back_at=None), name=f"a_{kind}_is_cited_once"
                )
                for kind in ("statement", "contribution", "takeaway", "theme")
            ),
        )

    def __str__(self) -> str:
        return f"evidence {self.pk}"

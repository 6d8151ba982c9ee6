"""Themes of a consultation: the runs that find them, what stands in them, and who edited what."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates.models import Reflection, text_field
from placet.stages.texts.models import TextVersion

THEME, THEME_RUN = "TH", "TR"  # kinds of public references


class ThemeRun(models.Model):
    """The statements as they stood, through the engine. Final once it is done or failed."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("themes", "waiting")
        RUNNING = "running", pgettext_lazy("themes", "running")
        DONE = "done", pgettext_lazy("themes", "done")
        FAILED = "failed", pgettext_lazy("themes", "failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    enqueued_at = models.DateTimeField(help_text="When a worker was last told of it.")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    share_done = models.FloatField(default=0.0, help_text="How far it is, from 0 to 1.")
    seed = models.PositiveBigIntegerField()
    model = models.CharField(max_length=100, blank=True, help_text="Of the vectors: name and version.")
    parameters = models.JSONField(default=dict)
    n_texts = models.PositiveIntegerField(null=True)
    stability = models.FloatField(null=True, help_text="Adjusted Rand index of two samples of 90 %.")
    input_digest = models.CharField(max_length=80, blank=True)
    software_version = models.CharField(max_length=40, blank=True)
    result = models.TextField(blank=True, help_text="What was found as JSON, without any text.")
    error = models.CharField(max_length=200, blank=True, help_text="A kind of error, never its data.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("consultation",),
                condition=Q(state__in=("waiting", "running")),
                name="one_theme_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(result=""), name="a_finished_theme_run_has_a_result"
            ),
        )
        indexes = (models.Index(fields=("consultation", "state", "finished_at"), name="theme_run_latest"),)

    def __str__(self) -> str:
        return self.reference


class Theme(models.Model):
    """Statements about one thing, across languages. Its reference stays, whatever becomes of it."""

    class State(models.TextChoices):
        LIVE = "live"
        MERGED = "merged"
        GONE = "gone"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=6, choices=State, default=State.LIVE)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    name = text_field(null=True)
    labels = models.JSONField(default=dict, help_text="By language, the terms that set it apart.")
    label_languages = models.JSONField(default=dict, help_text="By language, the one that its terms are in.")
    representative = models.JSONField(default=list, help_text="References of statements, the best first.")
    position = models.PositiveIntegerField(default=0)
    level = models.PositiveSmallIntegerField(
        default=0,
        help_text="Where runs look for it: 0 a main theme, 1 below one; hands may place it elsewhere.",
    )
    first_run = models.ForeignKey(ThemeRun, on_delete=models.PROTECT, related_name="+", null=True)
    overlap = models.FloatField(
        null=True, help_text="Share of its statements that the last run found together again."
    )
    language_p_value = models.FloatField(null=True)
    is_only_a_language = models.BooleanField(default=False)
    is_edited = models.BooleanField(default=False, help_text="By hand: no run makes it disappear.")
    is_placed = models.BooleanField(default=False, help_text="Its parent was chosen by hand.")
    is_hidden = models.BooleanField(default=False)
    needs_a_look = models.BooleanField(default=False, help_text="The last run did not find it again.")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="a_merged_theme_says_into_which",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="no_theme_is_its_own_parent"
            ),
        )
        indexes = (models.Index(fields=("consultation", "state"), name="theme_state"),)

    def __str__(self) -> str:
        return self.reference


class ThemeAssignment(models.Model):
    """In which theme a statement stands now, by the last run or by hand. History is in runs and edits."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="+", primary_key=True)
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(TextVersion, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(ThemeRun, on_delete=models.PROTECT, related_name="+")
    first_run = models.ForeignKey(
        ThemeRun, on_delete=models.PROTECT, related_name="+", help_text="The first that had this statement."
    )
    is_by_hand = models.BooleanField(default=False, help_text="Pinned: no run moves it.")

    def __str__(self) -> str:
        return f"{self.statement_id} in {self.theme_id}"


class ThemeEdit(models.Model):
    """What the secretariat changed about a theme, and when. Never changed."""

    class Kind(models.TextChoices):
        RENAMED = "renamed", pgettext_lazy("theme", "renamed")
        MERGED = "merged", pgettext_lazy("theme", "merged")
        SPLIT = "split", pgettext_lazy("theme", "split")
        MOVED_STATEMENTS = "statements", pgettext_lazy("theme", "statements moved")
        PLACED = "placed", pgettext_lazy("theme", "moved")
        PINNED = "pinned", pgettext_lazy("theme", "statements pinned")
        RELEASED = "released", pgettext_lazy("theme", "statements released")
        HIDDEN = "hidden", pgettext_lazy("theme", "hidden")
        SHOWN = "shown", pgettext_lazy("theme", "shown again")
        LOOKED_AT = "looked", pgettext_lazy("theme", "looked at")

    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(auto_now_add=True)
    other = models.ForeignKey(
        Theme, on_delete=models.PROTECT, related_name="+", null=True, help_text="The other theme concerned."
    )
    statements = models.JSONField(default=list, help_text="References of the statements concerned.")

    class Meta:
        indexes = (models.Index(fields=("theme", "edited_at"), name="theme_edit_latest"),)

    def __str__(self) -> str:
        return f"{self.theme_id} {self.kind}"


class KeptSummary(models.Model):
    """Which statements sum up a theme, a consultation or a reflection; holds as long as its digest does."""

    reflection = models.ForeignKey(Reflection, on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(max_length=60, unique=True, help_text="Kind and reference of what is summed up.")
    digest = models.CharField(max_length=64, help_text="Of the versions that it rests on, and the engine's.")
    quoted = models.JSONField(help_text="References of statements.")
    minority = models.JSONField(help_text="References of statements.")

    def __str__(self) -> str:
        return self.scope

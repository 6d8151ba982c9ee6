"""Analysis runs (immutable once finished), when they are due, live maps, and releases of small figures."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from placet.stages.consultations.models import Consultation
from placet.stages.texts.languages import LANGUAGE_CODE_LENGTH
from placet.stages.texts.models import TextVersion


class AnalysisRun(models.Model):
    """Votes as they stood, through the engine. Cited by its reference; recomputable from digest and seed."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("analysis", "waiting")
        RUNNING = "running", pgettext_lazy("analysis", "running")
        DONE = "done", pgettext_lazy("analysis", "done")
        FAILED = "failed", pgettext_lazy("analysis", "failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Null: by schedule.",
    )
    requested_at = models.DateTimeField(auto_now_add=True)
    enqueued_at = models.DateTimeField(null=True, help_text="When a worker was last told of it.")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_sequence = models.PositiveBigIntegerField(null=True, help_text="Of the last ballot counted.")
    seed = models.PositiveBigIntegerField()
    parameters = models.JSONField(default=dict)
    input_digest = models.CharField(max_length=80, blank=True)
    software_version = models.CharField(max_length=40, blank=True)
    result = models.TextField(blank=True, help_text="The analysis document as JSON, byte for byte.")
    error = models.CharField(max_length=200, blank=True, help_text="A kind of error, never its data.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("consultation",),
                condition=Q(state__in=("waiting", "running")),
                name="one_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(result=""), name="a_finished_run_has_a_result"
            ),
        )
        indexes = (models.Index(fields=("consultation", "state", "finished_at"), name="run_latest"),)

    def __str__(self) -> str:
        return self.reference


class RunRendering(models.Model):
    """What was drawn of a finished run, in one language, from the wordings of one time; can be drawn anew."""

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=LANGUAGE_CODE_LENGTH)
    version = models.CharField(max_length=80, help_text="Of the engine, and of any texts shown.")
    body = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "kind", "language"), name="one_rendering_per_kind"),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.kind} {self.language}"


class AnalysisSchedule(models.Model):
    """When the next run and the next release of a consultation are due. Workers pull what is due."""

    consultation = models.OneToOneField(Consultation, on_delete=models.PROTECT, related_name="+")
    run_every_minutes = models.PositiveIntegerField(null=True, help_text="Null: on request only.")
    next_run_at = models.DateTimeField(null=True)
    release_every_days = models.PositiveIntegerField(null=True, help_text="Null: no releases.")
    next_release_at = models.DateTimeField(null=True)
    least_cell_count = models.PositiveIntegerField(default=10, help_text="k: upwards of 10 only.")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(least_cell_count__gte=10), name="k_is_at_least_ten"),
        )
        indexes = (
            models.Index(fields=("next_run_at",), name="run_due"),
            models.Index(fields=("next_release_at",), name="release_due"),
        )

    def __str__(self) -> str:
        return f"schedule of {self.consultation_id}"


class LiveMap(models.Model):
    """The opinion map of a consultation as its ballots come in: provisional, and made anew at any time.

    It is drawn less often than it is counted (see ``following.follower``), hence two sequences.
    """

    consultation = models.OneToOneField(
        Consultation, on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    last_sequence = models.PositiveBigIntegerField(help_text="Of the last ballot counted.")
    statements_version = models.CharField(max_length=120, help_text="Of the statements and their moderation.")
    computed_at = models.DateTimeField()
    counts = models.JSONField()
    drawn_sequence = models.PositiveBigIntegerField(null=True, help_text="Of the last ballot drawn.")
    drawn_at = models.DateTimeField(null=True)
    drawing = models.JSONField(null=True, help_text="Groups and base clusters; names no participant.")

    def __str__(self) -> str:
        return f"live map of {self.consultation_id}"


class Release(models.Model):
    """Tables by member and constituency, with small cells suppressed: the only ones ever shown."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    last_sequence = models.PositiveBigIntegerField()
    least_cell_count = models.PositiveIntegerField()
    tables = models.JSONField(help_text="As published: what was suppressed is not in them.")
    consent = models.JSONField(default=list, help_text="Consent across members, from the tables alone.")
    memory = models.JSONField(help_text="What the next release must know: true counts, never shown.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("consultation", "number"), name="one_release_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.number}"


class TextVector(models.Model):
    """What a wording means to one model, as a direction: compared with others of that model alone."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(TextVersion, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=100, help_text="Name and version, and whether languages are centred.")
    vector = models.BinaryField(help_text="Little-endian numbers of 32 bits, of unit length together.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "model"), name="one_vector_per_version_and_model"),
        )

    def __str__(self) -> str:
        return f"{self.model} of version {self.version_id}"


from placet.stages.sensemaking.finding_models import (  # noqa: E402 - Django looks for models here
    Finding as Finding,
)
from placet.stages.sensemaking.theme_models import KeptSummary as KeptSummary  # noqa: E402 - the same

"""Originals, their versions and their translations. The original is authoritative.

People and reflections come later in the order of the stages: authors, translators and scopes are identifiers
here.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placet.stages.texts.languages import LANGUAGE_CODE_LENGTH


class Text(models.Model):
    """One text in its author's language; what it says stands in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    language = models.CharField(max_length=LANGUAGE_CODE_LENGTH, help_text="BCP 47 tag of the original.")

    def __str__(self) -> str:
        return f"{self.id} ({self.language})"


class TextVersion(models.Model):
    """The original's wording at one time. The one with the highest number is current."""

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    body = models.TextField()
    author_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("text", "number"), name="one_version_per_number"),
            models.CheckConstraint(condition=~models.Q(body=""), name="version_has_a_body"),
        )

    def __str__(self) -> str:
        return self.body[:60]


class Origin(models.TextChoices):
    """Where a translation comes from; readers are told."""

    AUTHOR = "author"
    HUMAN = "human"
    MACHINE = "machine"


class Translation(models.Model):
    """One version in another language; a correction is a new row with the next number.

    A new version of the original makes all its translations stale by construction. Once written, a row
    changes once at most, when somebody certifies it: the database refuses anything else.
    """

    version = models.ForeignKey(TextVersion, on_delete=models.PROTECT, related_name="translations")
    number = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=LANGUAGE_CODE_LENGTH)
    body = models.TextField()
    origin = models.CharField(max_length=10, choices=Origin)
    model_name = models.CharField(max_length=100, blank=True, help_text="Where a machine translated.")
    translator_id = models.UUIDField(null=True)
    certifier_id = models.UUIDField(null=True)
    certified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("version", "language", "number"), name="one_translation_per_language_and_number"
            ),
            models.CheckConstraint(condition=~models.Q(body=""), name="translation_has_a_body"),
            models.CheckConstraint(
                condition=models.Q(origin="machine") | models.Q(model_name=""),
                name="only_machines_have_a_model",
            ),
            models.CheckConstraint(
                condition=Q(certifier_id=None, certified_at=None)
                | Q(certifier_id__isnull=False, certified_at__isnull=False),
                name="certified_by_somebody_at_a_moment",
            ),
        )

    def __str__(self) -> str:
        return f"{self.language}: {self.body[:60]}"


class TranslationState(models.TextChoices):
    """How it stands with one text in one language; the later, the further."""

    MISSING = "missing", pgettext_lazy("translation", "missing")
    STALE = "stale", pgettext_lazy("translation", "out of date")
    MACHINE = "machine", pgettext_lazy("translation", "by machine")
    HUMAN = "human", pgettext_lazy("translation", "by a person")
    CERTIFIED = "certified", pgettext_lazy("translation", "certified")


class Term(models.Model):
    """How a term is to be put into another language, within one scope."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    scope_id = models.UUIDField(help_text="Reflection.")
    source_language = models.CharField(max_length=LANGUAGE_CODE_LENGTH)
    target_language = models.CharField(max_length=LANGUAGE_CODE_LENGTH)
    source = models.CharField(max_length=100)
    target = models.CharField(max_length=100)
    note = models.CharField(max_length=300, blank=True)
    author_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("source_language", "source", "target_language", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("scope_id", "source_language", "target_language", "source"),
                name="a_term_is_put_in_one_way",
            ),
            models.CheckConstraint(condition=~Q(source="") & ~Q(target=""), name="a_term_has_both_sides"),
            models.CheckConstraint(
                condition=~Q(source_language=F("target_language")), name="a_term_joins_two_languages"
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class DailySpending(models.Model):
    """How many characters machines were given to translate on a day (UTC)."""

    date = models.DateField(primary_key=True)
    character_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.date}: {self.character_count}"


class TranslationRun(models.Model):
    """What a machine was asked to translate into one language, and how far it is."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("translation run", "waiting")
        RUNNING = "running", pgettext_lazy("translation run", "running")
        DONE = "done", pgettext_lazy("translation run", "done")
        OVER_BUDGET = "budget", pgettext_lazy("translation run", "stopped at today’s budget")
        FAILED = "failed", pgettext_lazy("translation run", "failed")

    class Failure(models.TextChoices):
        """Why a machine did not go on."""

        NO_PROVIDER = "provider", _("No translation service is set up.")
        OUTBOUND = "outbound", _("The address of the translation service is not one that Placet may call.")
        UNAVAILABLE = "unavailable", _("The translation service did not answer, however often it was asked.")
        REFUSED = "refused", _("The translation service refused the request: its key or model may be wrong.")
        ANSWER = "answer", _("The translation service answered with something that is no translation.")
        INTERRUPTED = "interrupted", _("Something went wrong on our side. What was translated is kept.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope_id = models.UUIDField(help_text="Reflection.")
    language = models.CharField(max_length=LANGUAGE_CODE_LENGTH)
    requested_by = models.UUIDField(null=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    failure = models.CharField(max_length=11, choices=Failure, blank=True)
    translated_count = models.PositiveIntegerField(default=0)
    refused_texts = models.JSONField(default=list, help_text="Texts whose machine translation was refused.")
    term_warning_count = models.PositiveIntegerField(default=0, help_text="Translations that lack a term.")
    left_count = models.PositiveIntegerField(null=True, help_text="What was left when it ended.")
    created_at = models.DateTimeField(auto_now_add=True)
    progressed_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("scope_id", "language"),
                condition=Q(state__in=("waiting", "running")),
                name="one_translation_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(failure="")) | (~Q(state="failed") & Q(failure="")),
                name="a_failed_translation_run_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.language} {self.state}"

    @property
    def refused_count(self) -> int:
        return len(self.refused_texts)

"""Originals, their versions and their translations. The original is authoritative.

People come later in the order of the stages: authors and translators are identifiers here.
"""

import uuid

from django.db import models

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
    created_at = models.DateTimeField(auto_now_add=True)

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

    A new version of the original makes all its translations stale by construction.
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
        )

    def __str__(self) -> str:
        return f"{self.language}: {self.body[:60]}"

"""Contributions: what is written at length, by a person or an organisation, with what is attached to it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placet.stages.contributions.models.calls import Call
from placet.stages.mandates.models import (
    Constituency,
    Member,
    Organisation,
    Participant,
    Priority,
    Reflection,
    text_field,
)
from placet.stages.texts.languages import LANGUAGE_CODE_LENGTH
from placet.stages.texts.models import Text, TextVersion

TITLE_MAX_LENGTH = 160
SUMMARY_MAX_LENGTH = 600
BODY_MAX_LENGTH = 20_000


class Collection(models.Model):
    """A report, or an export of another platform, whose numbered parts were brought in together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    title = text_field()
    authors = text_field(null=True)
    description = text_field(null=True)
    published_date = models.DateField(null=True)
    source_url = models.URLField(blank=True)
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"collection {self.pk}"


class Contribution(models.Model):
    """An idea, a solution, a position paper, or a recommendation of a report.

    While it was never submitted, it has a draft and nothing else: no reference, no texts.
    """

    class Kind(models.TextChoices):
        IDEA = "idea", _("idea")
        SOLUTION = "solution", _("solution")
        POSITION_PAPER = "paper", _("position paper")
        RECOMMENDATION = "recommendation", _("recommendation")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("awaiting moderation")
        PUBLISHED = "published", pgettext_lazy("contribution", "published")
        REJECTED = "rejected", pgettext_lazy("contribution", "rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("contribution", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, blank=True, help_text="Empty until it is submitted.")
    kind = models.CharField(max_length=14, choices=Kind)
    title = text_field(null=True)
    summary = text_field(null=True)
    body = text_field(null=True)
    author = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", null=True)
    signature = models.CharField(
        max_length=120, blank=True, help_text="The name under which the author wants it shown."
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    constituency = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+", null=True)
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+", null=True)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="contributions", null=True)
    collection = models.ForeignKey(
        Collection, on_delete=models.PROTECT, related_name="contributions", null=True
    )
    number = models.PositiveIntegerField(null=True, help_text="Within its collection.")
    foreign_id = models.CharField(max_length=60, blank=True, help_text="In the export it came from.")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    revision_count = models.PositiveIntegerField(default=0)
    comment_count = models.PositiveIntegerField(default=0, help_text="Those that are shown.")
    endorsement_count = models.PositiveIntegerField(default=0)
    client_key = models.UUIDField(null=True)
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reference",), condition=~Q(reference=""), name="one_contribution_per_reference"
            ),
            models.UniqueConstraint(fields=("author", "client_key"), name="a_contribution_is_begun_once"),
            models.UniqueConstraint(
                fields=("collection", "foreign_id"),
                condition=~Q(foreign_id=""),
                name="a_contribution_is_imported_once",
            ),
            models.UniqueConstraint(
                fields=("collection", "number"),
                condition=Q(number__isnull=False),
                name="one_number_in_a_collection",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (~Q(reference="") & Q(title__isnull=False, body__isnull=False)),
                name="a_contribution_that_was_sent_says_something",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="a_published_contribution_has_its_moment",
            ),
        )
        indexes = (
            models.Index(fields=("reflection", "state", "-published_at", "id"), name="contributions_listed"),
            models.Index(fields=("author", "state"), name="contributions_of_author"),
        )

    def __str__(self) -> str:
        return self.reference or f"draft {self.pk}"


class Draft(models.Model):
    """What its author is writing: saved by itself, seen by nobody else, gone once it is submitted."""

    contribution = models.OneToOneField(
        Contribution, on_delete=models.CASCADE, related_name="draft", primary_key=True
    )
    language = models.CharField(max_length=LANGUAGE_CODE_LENGTH)
    title = models.CharField(max_length=TITLE_MAX_LENGTH, blank=True)
    summary = models.CharField(max_length=SUMMARY_MAX_LENGTH, blank=True)
    body = models.TextField(max_length=BODY_MAX_LENGTH, blank=True)
    number = models.PositiveIntegerField(
        default=1, help_text="Of the last save: one that comes late from another window does not win."
    )
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft of {self.contribution_id}"


class Revision(models.Model):
    """What a contribution said from a moment on. Never changed."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.ForeignKey(TextVersion, on_delete=models.PROTECT, related_name="+")
    summary = models.ForeignKey(TextVersion, on_delete=models.PROTECT, related_name="+", null=True)
    body = models.ForeignKey(TextVersion, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("contribution", "number"), name="one_revision_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.contribution_id} {self.number}"


class Attachment(models.Model):
    """A file beside a contribution: looked at before it is kept, served as a download and nothing else."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "DOCX"
        ODT = "odt", "ODT"
        IMAGE = "image", pgettext_lazy("attachment", "image")

    class Extraction(models.TextChoices):
        """Whether its text could be read, so that it is found and made sense of."""

        WAITING = "waiting", pgettext_lazy("attachment", "being read")
        DONE = "done", pgettext_lazy("attachment", "read")
        NOTHING = "nothing", pgettext_lazy("attachment", "without text")
        FAILED = "failed", pgettext_lazy("attachment", "could not be read")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=5, choices=Kind)
    file = models.FileField(upload_to="attachments/", max_length=200)
    file_name = models.CharField(max_length=120, help_text="As it is shown and offered for download.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what is kept.")
    position = models.PositiveSmallIntegerField()
    extraction = models.CharField(max_length=7, choices=Extraction, default=Extraction.WAITING)
    extracted = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+", null=True)
    is_published = models.BooleanField(default=False, help_text="Part of what was submitted.")
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("position", "added_at")
        constraints = (
            models.UniqueConstraint(
                fields=("contribution", "digest"),
                condition=Q(removed_at=None),
                name="a_file_is_attached_once",
            ),
        )

    def __str__(self) -> str:
        return self.file_name


class Endorsement(models.Model):
    """An organisation stands behind a contribution, until it withdraws."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="endorsements")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    endorsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True
    )
    endorsed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contribution", "organisation"),
                condition=Q(withdrawn_at=None),
                name="an_organisation_endorses_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("endorsed_at")),
                name="an_endorsement_ends_after_it_began",
            ),
        )

    def __str__(self) -> str:
        return f"endorsement {self.pk}"


class ContributionImport(models.Model):
    """A file of many contributions: looked at first, then put in as a whole or not at all."""

    class Format(models.TextChoices):
        REPORT = "docx", _("report with numbered paragraphs (DOCX)")
        TABLE = "csv", _("table (CSV)")
        DECIDIM = "decidim", _("Decidim’s export of proposals (CSV)")

    class State(models.TextChoices):
        READING = "reading", pgettext_lazy("import", "being read")
        READY = "ready", pgettext_lazy("import", "to be confirmed")
        WAITING = "waiting", pgettext_lazy("import", "waiting")
        RUNNING = "running", pgettext_lazy("import", "running")
        DONE = "done", pgettext_lazy("import", "done")
        FAILED = "failed", pgettext_lazy("import", "failed")
        CANCELLED = "cancelled", pgettext_lazy("import", "cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=7, choices=Format)
    kind = models.CharField(max_length=14, choices=Contribution.Kind)
    language = models.CharField(max_length=LANGUAGE_CODE_LENGTH)
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+", null=True)
    file = models.FileField(upload_to="imports/", max_length=200)
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State, default=State.READING)
    error = models.TextField(blank=True)
    row_count = models.PositiveIntegerField(null=True)
    new_count = models.PositiveIntegerField(null=True)
    known_count = models.PositiveIntegerField(null=True, help_text="Imported before: not added again.")
    done_count = models.PositiveIntegerField(default=0, help_text="For the progress bar.")
    preview = models.JSONField(default=list, help_text="The first rows as they were read.")
    faults = models.JSONField(default=list, help_text="Row, column and what is wrong there.")
    fault_count = models.PositiveIntegerField(default=0, help_text="All of them: the first ones are kept.")
    findings = models.JSONField(default=list, help_text="What is worth knowing before it is confirmed.")
    source_url = models.URLField(blank=True, help_text="Where its rows stand on the web, as the file says.")
    created_at = models.DateTimeField(auto_now_add=True)
    progressed_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.file_name

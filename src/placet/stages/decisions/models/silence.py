"""Silence procedures: a frozen text and a deadline. Adopted unless a member objects in time."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from placet.stages.mandates.models import Member, Reflection, text_field
from placet.stages.proposals.models import FrozenText


class SilenceProcedure(models.Model):
    """One procedure on one frozen text; what happened to it stands in its events."""

    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("silence procedure", "running")
        SUSPENDED = "suspended", pgettext_lazy("silence procedure", "suspended")
        BROKEN = "broken", pgettext_lazy("silence procedure", "broken")
        ADOPTED = "adopted", pgettext_lazy("silence procedure", "adopted")
        CANCELLED = "cancelled", pgettext_lazy("silence procedure", "cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    text = models.ForeignKey(FrozenText, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    opened_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    time_zone = models.CharField(max_length=50, help_text="In which the deadline was stated.")
    outage_allowance_minutes = models.PositiveIntegerField(help_text="As the rules stood at its opening.")
    remind_hours_before = models.JSONField(default=list, help_text="Hours before the deadline.")
    left_seconds = models.PositiveIntegerField(
        null=True, help_text="While it is suspended: what was left until the deadline."
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    ended_at = models.DateTimeField(null=True, help_text="Adopted: the deadline itself.")
    is_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ("opened_at", "reference")
        constraints = (
            models.UniqueConstraint(
                fields=("text",),
                condition=Q(state__in=("running", "suspended")),
                name="one_silence_procedure_per_text_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(deadline_at__gt=F("opened_at")), name="a_silence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(state="suspended", left_seconds__isnull=False)
                | (~Q(state="suspended") & Q(left_seconds=None)),
                name="a_suspended_silence_knows_what_is_left",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("running", "suspended"), ended_at=None)
                | (~Q(state__in=("running", "suspended")) & Q(ended_at__isnull=False)),
                name="an_ended_silence_says_when",
            ),
        )
        indexes = (models.Index(fields=("state", "deadline_at"), name="silence_due"),)

    def __str__(self) -> str:
        return self.reference


class Pulse(models.Model):
    """The last moment at which the platform is known to have run; one row, kept by the clock."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    beat_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="one_pulse"),)

    def __str__(self) -> str:
        return f"{self.beat_at:%Y-%m-%d %H:%M:%S}"


class Outage(models.Model):
    """A time during which the platform did not run. Never changed."""

    started_at = models.DateTimeField(unique=True)
    ended_at = models.DateTimeField()

    class Meta:
        ordering = ("started_at",)
        constraints = (
            models.CheckConstraint(condition=Q(ended_at__gt=F("started_at")), name="an_outage_has_a_length"),
        )

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} – {self.ended_at:%Y-%m-%d %H:%M}"


class SilenceEvent(models.Model):
    """One thing that happened to a procedure. Never changed: the database refuses."""

    class Kind(models.TextChoices):
        OPENED = "opened", pgettext_lazy("silence procedure", "opened")
        REMINDED = "reminded", pgettext_lazy("silence procedure", "members reminded")
        EXTENDED = "extended", pgettext_lazy("silence procedure", "extended")
        OUTAGE = "outage", pgettext_lazy("silence procedure", "extended after an outage")
        SUSPENDED = "suspended", pgettext_lazy("silence procedure", "suspended")
        RESUMED = "resumed", pgettext_lazy("silence procedure", "resumed")
        BROKEN = "broken", pgettext_lazy("silence procedure", "silence broken")
        TOO_LATE = "late", pgettext_lazy("silence procedure", "an objection came too late")
        ADOPTED = "adopted", pgettext_lazy("silence procedure", "adopted")
        CANCELLED = "cancelled", pgettext_lazy("silence procedure", "cancelled")

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    procedure = models.ForeignKey(SilenceProcedure, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)
    happened_at = models.DateTimeField(help_text="By the database's clock, under the procedure's lock.")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    reason = text_field(null=True)
    deadline_at = models.DateTimeField(null=True, help_text="The deadline that holds from here on.")
    received_at = models.DateTimeField(
        null=True, help_text="When a written objection arrived that came by other means."
    )
    hours_before = models.PositiveIntegerField(null=True, help_text="Of a reminder.")
    outage = models.ForeignKey(
        Outage, on_delete=models.PROTECT, related_name="+", null=True, help_text="That extended it."
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind__in=("broken", "late")) | Q(member__isnull=False, reason__isnull=False),
                name="silence_is_broken_by_a_member_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=("procedure", "hours_before", "deadline_at"),
                condition=Q(kind="reminded"),
                name="members_are_reminded_once",
            ),
            models.UniqueConstraint(
                fields=("procedure", "outage"),
                condition=Q(kind="outage"),
                name="an_outage_extends_a_silence_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.kind}"

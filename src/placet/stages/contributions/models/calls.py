"""Calls for contributions: criteria, jurors, scores, the audience's votes, and what came of them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placet.stages.mandates.models import Participant, Priority, Reflection, text_field


class Call(models.Model):
    """An invitation for contributions, judged by a jury and, if wished, by an audience."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", pgettext_lazy("call", "open")
        JUDGING = "judging", _("being judged")
        DECIDED = "decided", _("decided")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, related_name="+", null=True)
    reference = models.CharField(max_length=20, unique=True)
    title = text_field()
    description = text_field()
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    has_audience_vote = models.BooleanField(default=False)
    audience_closes_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True, help_text="From then on no score changes.")
    figures = models.JSONField(null=True, help_text="What the jury’s scores say, frozen when judging ended.")
    audience_figures = models.JSONField(null=True, help_text="Counted when the result is published.")
    result = text_field(null=True)
    decided_at = models.DateTimeField(null=True)
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="call_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(decided_at__isnull=False),
                name="a_decided_call_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(judged_at__isnull=False),
                name="a_decided_call_was_judged",
            ),
            models.CheckConstraint(
                condition=Q(has_audience_vote=False) | Q(audience_closes_at__gt=F("closes_at")),
                name="an_audience_votes_once_entries_are_in",
            ),
        )

    def __str__(self) -> str:
        return self.reference


class Criterion(models.Model):
    """What entries are judged by, and how much it weighs."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    name = text_field()
    description = text_field(null=True)
    weight = models.PositiveSmallIntegerField(help_text="Per cent; those of a call add up to 100.")

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("call", "position"), name="one_criterion_per_position"),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=100), name="a_criterion_weighs_something"
            ),
        )

    def __str__(self) -> str:
        return f"{self.call_id} {self.position}"


class Juror(models.Model):
    """Whoever judges the entries of a call."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="jurors")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    public_name = models.CharField(max_length=120)
    public_title = models.CharField(max_length=160, blank=True)
    named_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("call", "account"), condition=Q(removed_at=None), name="a_juror_sits_once"
            ),
        )

    def __str__(self) -> str:
        return f"juror {self.pk}"


class Conflict(models.Model):
    """A juror declares an interest in an entry, and neither sees its scores nor scores it. Kept on record."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    juror = models.ForeignKey(Juror, on_delete=models.PROTECT, related_name="conflicts")
    contribution = models.ForeignKey(
        "contributions.Contribution", on_delete=models.PROTECT, related_name="conflicts"
    )
    reason = models.CharField(max_length=400)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("juror", "contribution"), name="a_conflict_is_declared_once"),
        )

    def __str__(self) -> str:
        return f"conflict {self.pk}"


class Score(models.Model):
    """What a juror gives an entry by one criterion, from 0 to 10; the last one counts until judging ends."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    juror = models.ForeignKey(Juror, on_delete=models.PROTECT, related_name="scores")
    contribution = models.ForeignKey(
        "contributions.Contribution", on_delete=models.PROTECT, related_name="scores"
    )
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("juror", "contribution", "criterion"), name="one_score_per_juror_and_criterion"
            ),
            models.CheckConstraint(condition=Q(value__lte=10), name="a_score_is_at_most_ten"),
        )

    def __str__(self) -> str:
        return f"{self.value}"


class AudienceVote(models.Model):
    """A participant's one vote in a call; it may be moved until voting ends."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    contribution = models.ForeignKey("contributions.Contribution", on_delete=models.PROTECT, related_name="+")
    cast_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("call", "participant"), name="one_audience_vote_per_call"),
        )

    def __str__(self) -> str:
        return f"audience vote {self.pk}"


class Verdict(models.Model):
    """What the jury decided about an entry: on the shortlist or not, a prize, and why."""

    contribution = models.OneToOneField(
        "contributions.Contribution", on_delete=models.PROTECT, related_name="verdict", primary_key=True
    )
    is_shortlisted = models.BooleanField(default=False)
    prize = text_field(null=True)
    reason = text_field(null=True)
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"verdict on {self.contribution_id}"

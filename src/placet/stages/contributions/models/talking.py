"""Comments below contributions, moderation by a public rule, and appeals."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from placet.stages.contributions.models.writing import Contribution
from placet.stages.mandates.models import Participant, Reflection, text_field
from placet.stages.texts.models import Text

COMMENT_MAX_LENGTH = 1_500


class Comment(models.Model):
    """One thing said about a contribution, or in answer to another comment."""

    class State(models.TextChoices):
        SHOWN = "shown", pgettext_lazy("comment", "shown")
        HIDDEN = "hidden", pgettext_lazy("comment", "hidden by moderation")
        WITHDRAWN = "withdrawn", pgettext_lazy("comment", "withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="comments")
    answers = models.ForeignKey("self", on_delete=models.PROTECT, related_name="answered_by", null=True)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.SHOWN)
    client_key = models.UUIDField(null=True)
    is_simulated = models.BooleanField(default=False)
    written_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("author", "client_key"), name="a_comment_is_sent_once"),
            models.CheckConstraint(condition=~Q(answers=F("id")), name="a_comment_answers_another"),
        )
        indexes = (models.Index(fields=("contribution", "state"), name="comment_state"),)

    def __str__(self) -> str:
        return f"comment {self.pk}"


class CommentVote(models.Model):
    """Whether a participant finds a comment helpful; the last word counts."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="votes")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    vote = models.SmallIntegerField()
    cast_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("comment", "participant"), name="one_vote_per_comment"),
            models.CheckConstraint(condition=Q(vote__in=(-1, 1)), name="a_comment_is_helpful_or_not"),
        )

    def __str__(self) -> str:
        return f"{self.vote}"


class CommentReport(models.Model):
    """A reader thinks that a comment breaks a point of the rule; a moderator looks, and that settles it."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="reports")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey("contributions.ModerationRule", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("comment", "participant"), name="a_comment_is_reported_once"),
        )
        indexes = (
            models.Index(fields=("comment",), condition=Q(settled_at=None), name="open_comment_reports"),
        )

    def __str__(self) -> str:
        return f"report {self.pk}"


class ModerationRule(models.Model):
    """One point of the public rule that every decision names. Retired, it stays on what was decided by it."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    title = text_field()
    explanation = text_field()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("reflection", "number"), name="one_rule_per_number"),)

    def __str__(self) -> str:
        return f"rule {self.number}"


class ModerationDecision(models.Model):
    """What was decided about a contribution or a comment, by which rule and why. Never changed.

    The public log shows the day, the rule and the reason: neither the author nor the moderator.
    """

    class Verdict(models.TextChoices):
        PUBLISHED = "published", pgettext_lazy("moderation", "published")
        REJECTED = "rejected", pgettext_lazy("moderation", "rejected")
        HIDDEN = "hidden", pgettext_lazy("moderation", "hidden")
        RESTORED = "restored", pgettext_lazy("moderation", "shown again")

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    reflection = models.ForeignKey(Reflection, on_delete=models.PROTECT, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="+", null=True)
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="+", null=True)
    verdict = models.CharField(max_length=9, choices=Verdict)
    rule = models.ForeignKey(ModerationRule, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField()
    appeal = models.ForeignKey(
        "contributions.Appeal",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Which this answers.",
    )

    class Meta:
        ordering = ("-decided_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(contribution__isnull=True, comment__isnull=False)
                | Q(contribution__isnull=False, comment__isnull=True),
                name="a_decision_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=("published", "restored")) | (~Q(reason="") & Q(rule__isnull=False)),
                name="a_refusal_names_its_rule_and_reason",
            ),
        )
        indexes = (models.Index(fields=("reflection", "-decided_at"), name="moderation_log"),)

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"


class Appeal(models.Model):
    """An author asks for a decision to be looked at again, by somebody else; once a decision."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("appeal", "being looked at")
        UPHELD = "upheld", pgettext_lazy("appeal", "the decision stands")
        GRANTED = "granted", pgettext_lazy("appeal", "the decision was reversed")

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    decision = models.OneToOneField(ModerationDecision, on_delete=models.PROTECT, related_name="appealed_by")
    text = models.CharField(max_length=1_000)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    answer = models.CharField(max_length=1_000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="an_appeal_is_answered_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk}"

"""Talking about contributions: writing a comment, finding one helpful, taking one's own back, reporting one.

Authors are pseudonyms, so the audit entries name no actor: the record must not undo that.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placet.stages.consultations.arrivals import CrowdError, Rate, take
from placet.stages.contributions.cleaning import clean_paragraphs
from placet.stages.contributions.models import (
    COMMENT_MAX_LENGTH,
    Comment,
    CommentReport,
    CommentVote,
    Contribution,
    ModerationRule,
)
from placet.stages.mandates.models import Participant, Reflection, Standing
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Origin

HELPFUL, NOT_HELPFUL = 1, -1

# Of one participant: a lively discussion passes, a script does not.
COMMENTS = Rate("comments", burst=6, interval=timedelta(seconds=30))
COMMENT_VOTES = Rate("comment votes", burst=60, interval=timedelta(seconds=1))
REPORTS = Rate("comment reports", burst=10, interval=timedelta(minutes=5))


@transaction.atomic
def write_comment(
    contribution: Contribution,
    participant: Participant,
    *,
    body: str,
    language: str,
    client_key: UUID,
    answers: Comment | None = None,
    now: datetime | None = None,
) -> Comment:
    """Say something below a published contribution, or in answer to a comment there. A key counts once.

    Raises
    ------
    PermissionDenied
        Where the participant belongs elsewhere or takes part without an account.
    ValidationError
        Where nothing is said, it is too long, its language is unknown, the contribution takes no comments
        now, the comment answered is not shown there any more, or the author writes too fast (code ``pace``).
    """
    _require_account(contribution, participant)
    sent = Comment.objects.filter(author=participant, client_key=client_key)
    if existing := sent.first():
        return existing
    current = _open_for_talk(contribution)
    if existing := sent.first():
        return existing  # the same request again, while this one waited for the lock
    body = clean_paragraphs(body)
    _check_comment(body, language)
    if answers is not None:
        answers = Comment.objects.filter(pk=answers.pk, contribution=current).first()
        if answers is None or answers.state != Comment.State.SHOWN:
            raise ValidationError(_("The comment that you answer is not shown any more."))
    moment = now or timezone.now()
    _keep_pace(COMMENTS, participant, moment)
    comment = Comment.objects.create(
        contribution=current,
        answers=answers,
        text=create_text({language: body}, original=language, origin=Origin.AUTHOR),
        author=participant,
        client_key=client_key,
        written_at=moment,
    )
    _count(current, 1)
    _record("write_comment", comment)
    return comment


@transaction.atomic
def vote_on_comment(
    comment: Comment, participant: Participant, vote: int, *, now: datetime | None = None
) -> None:
    """Say whether a comment is helpful (1) or not (-1), or take that back (0). The last word counts.

    Raises
    ------
    PermissionDenied
        Where the participant belongs elsewhere or takes part without an account.
    ValidationError
        Where the comment is one's own or not shown any more, or votes come too fast (code ``pace``).
    """
    _require_account(comment.contribution, participant)
    if vote not in (HELPFUL, NOT_HELPFUL, 0):
        raise ValidationError(_("Say whether it is helpful or not."))
    current = _shown(comment)
    if current.author_id == participant.pk:
        raise ValidationError(_("Others say whether your comment is helpful."))
    moment = now or timezone.now()
    _keep_pace(COMMENT_VOTES, participant, moment)
    if vote == 0:
        CommentVote.objects.filter(comment=current, participant=participant).delete()
        return
    CommentVote.objects.update_or_create(
        comment=current, participant=participant, defaults={"vote": vote, "cast_at": moment}
    )


@transaction.atomic
def withdraw_comment(comment: Comment, participant: Participant) -> None:
    """Take one's own comment back: its text is shown no more, its place stays where it was answered.

    Asked twice, it does nothing the second time. What moderators have hidden may be withdrawn as well.

    Raises
    ------
    PermissionDenied
        To everybody but the author.
    """
    if comment.author_id != participant.pk:
        raise PermissionDenied(_("Only its author can withdraw a comment."))
    current = Comment.objects.select_for_update().get(pk=comment.pk)
    if current.state == Comment.State.WITHDRAWN:
        return
    was_shown = current.state == Comment.State.SHOWN
    current.state = Comment.State.WITHDRAWN
    current.save(update_fields=["state"])
    CommentReport.objects.filter(comment=current, settled_at=None).update(settled_at=timezone.now())
    if was_shown:
        _count(current.contribution, -1)
    _record("withdraw_comment", current)
    comment.refresh_from_db()


@transaction.atomic
def report_comment(
    comment: Comment, participant: Participant, rule: ModerationRule, *, now: datetime | None = None
) -> CommentReport:
    """Ask moderators to look at a comment, by a point of the rule. Each participant once for each comment.

    Raises
    ------
    PermissionDenied
        Where the participant belongs elsewhere or takes part without an account.
    ValidationError
        Where it is one's own or not shown any more, the point is not in force, or reports come too fast.
    """
    _require_account(comment.contribution, participant)
    if existing := CommentReport.objects.filter(comment=comment, participant=participant).first():
        return existing
    current = _shown(comment)
    if current.author_id == participant.pk:
        raise ValidationError(_("You can withdraw your own comment."))
    if rule.reflection_id != participant.reflection_id or rule.retired_at is not None:
        raise ValidationError({"rule": _("Choose the point of the rule that it breaks.")})
    moment = now or timezone.now()
    _keep_pace(REPORTS, participant, moment)
    report, _is_new = CommentReport.objects.get_or_create(
        comment=current, participant=participant, defaults={"rule": rule, "made_at": moment}
    )
    _record("report_comment", current, rule=rule.number)
    return report


def _require_account(contribution: Contribution, participant: Participant) -> None:
    belongs = participant.reflection_id == contribution.reflection_id
    if not belongs or participant.standing not in (Standing.VERIFIED, Standing.INVITED):
        raise PermissionDenied(_("Sign in to take part in the discussion."))


def _open_for_talk(contribution: Contribution) -> Contribution:
    """The contribution under its lock, where it takes comments now."""
    current = (
        Contribution.objects.select_for_update(of=("self",))
        .select_related("reflection")
        .get(pk=contribution.pk)
    )
    is_open = current.reflection.state == Reflection.State.PUBLISHED
    if current.state != Contribution.State.PUBLISHED or not is_open:
        raise ValidationError(_("This contribution takes no comments now."))
    return current


def _shown(comment: Comment) -> Comment:
    """The comment under its lock, where it is shown and talk goes on."""
    current = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("contribution__reflection")
        .get(pk=comment.pk)
    )
    is_open = current.contribution.reflection.state == Reflection.State.PUBLISHED
    if current.state != Comment.State.SHOWN or not is_open:
        raise ValidationError(_("This comment is not shown any more, or the discussion is over."))
    return current


def _check_comment(body: str, language: str) -> None:
    if language not in CONTENT_LANGUAGES:
        raise ValidationError({"language": _("Choose the language in which you write.")})
    if not body:
        raise ValidationError({"body": _("Write your comment first.")})
    if len(body) > COMMENT_MAX_LENGTH:
        raise ValidationError(
            {
                "body": _("A comment has at most %(limit)d characters; this one has %(count)d.")
                % {"limit": COMMENT_MAX_LENGTH, "count": len(body)}
            }
        )


def _keep_pace(rate: Rate, participant: Participant, now: datetime) -> None:
    """Count one more of a participant's deeds, or refuse it with how long to wait."""
    try:
        take(rate, f"participant {participant.pk}", now)
    except CrowdError as crowd:
        raise ValidationError(
            ngettext(
                "That was a lot at once: please wait for %(seconds)d second.",
                "That was a lot at once: please wait for %(seconds)d seconds.",
                crowd.seconds,
            )
            % {"seconds": crowd.seconds},
            code="pace",
        ) from None


def _count(contribution: Contribution, change: int) -> None:
    row = Contribution.objects.filter(pk=contribution.pk)
    row.update(comment_count=F("comment_count") + change)
    contribution.refresh_from_db(fields=["comment_count"])


def _record(verb: str, comment: Comment, **detail: int) -> None:
    record(
        f"contributions.{verb}",
        target=f"comment {comment.pk}",
        actor_id=None,
        scope_id=comment.contribution.reflection_id,
        **detail,
    )

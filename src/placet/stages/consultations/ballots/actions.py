"""Taking part: casting ballots and submitting statements, under a pseudonym.

A ballot is its own audit entry (the one exception to the rule of actions): it is never changed, and its
sequence orders it within the consultation.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.consultations.actions import check_statement
from placet.stages.consultations.ballots.casting import (
    BATCH_LIMIT,
    REFUSALS,
    BallotResult,
    NewBallot,
    Refusal,
    Submission,
)
from placet.stages.consultations.ballots.recording import record_ballots
from placet.stages.consultations.models import Consultation, Participation, Statement
from placet.stages.consultations.queries import may_vote, require_open
from placet.stages.mandates import references
from placet.stages.mandates.models import Participant, Standing
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Origin

STATEMENTS_AWAITING_LIMIT = 20


def take_part(consultation: Consultation, participant: Participant) -> Participation:
    """The participant's part in a consultation, made on first use.

    Raises
    ------
    PermissionDenied
        Where the participant belongs elsewhere or may not take part.
    """
    _require_eligible(consultation, participant)
    participation, _is_new = Participation.objects.get_or_create(
        consultation=consultation, participant=participant
    )
    return participation


@transaction.atomic
def cast_ballots(
    consultation: Consultation,
    participant: Participant,
    ballots: Sequence[NewBallot],
    *,
    now: datetime | None = None,
) -> list[BallotResult]:
    """Record the ballots of one participant; each gets its own result, in the order given.

    What the ballot path does for a browser with scripts, for one participant: a form, a test, a command.

    Raises
    ------
    PermissionDenied
        Where the participant belongs elsewhere or may not take part.
    ValidationError
        Where the consultation is not open, or there are more than 100 ballots.
    """
    if len(ballots) > BATCH_LIMIT:
        raise ValidationError(_("At most %(limit)d ballots at once."), params={"limit": BATCH_LIMIT})
    participation = take_part(consultation, participant)
    submission = Submission(consultation.pk, participation.pk, ballots)
    clock = timezone.now if now is None else lambda: now
    (results,) = record_ballots([submission], clock=clock)
    refusals = {result.refusal for result in results}
    if Refusal.NOT_ELIGIBLE in refusals:
        raise PermissionDenied(REFUSALS[Refusal.NOT_ELIGIBLE])
    if Refusal.CLOSED in refusals:
        raise ValidationError(REFUSALS[Refusal.CLOSED], code="closed")
    return results


@transaction.atomic
def submit_statement(
    consultation: Consultation,
    participant: Participant,
    *,
    body: str,
    language: str,
    client_key: UUID,
    now: datetime | None = None,
) -> Statement:
    """Submit a statement in the author's own language; a moderator looks at it before others vote on it.

    Raises
    ------
    PermissionDenied
        Where the participant belongs elsewhere or may not take part.
    ValidationError
        Where the consultation takes no statements now, the statement is empty or too long, or too many of
        the author's wait for moderation.
    """
    if existing := Statement.objects.filter(author=participant, client_key=client_key).first():
        return existing
    moment = now or timezone.now()
    current = _open_for(consultation, participant, moment)
    if existing := Statement.objects.filter(author=participant, client_key=client_key).first():
        return existing  # the same request again, while this one waited for the lock
    if not current.takes_statements:
        raise ValidationError(_("This consultation takes no new statements."))
    check_statement({language: body}, language)
    waiting = Statement.objects.filter(
        consultation=current, author=participant, state=Statement.State.SUBMITTED
    ).count()
    if waiting >= STATEMENTS_AWAITING_LIMIT:
        raise ValidationError(_("Many of your statements wait for a moderator: please come back later."))
    reflection = current.priority.reflection
    statement = Statement.objects.create(
        consultation=current,
        reference=next(references.take_references(reflection, references.STATEMENT)),
        text=create_text({language: body}, original=language, origin=Origin.AUTHOR),
        author=participant,
        submitted_at=moment,
        client_key=client_key,
    )
    record(
        "consultations.submit_statement",
        target=statement.reference,
        actor_id=None,  # the author is a pseudonym, and the record must not undo that
        scope_id=reflection.id,
    )
    return statement


def _open_for(consultation: Consultation, participant: Participant, now: datetime) -> Consultation:
    """The consultation under its lock, where it is open to the participant."""
    current = (
        Consultation.objects.select_for_update(of=("self",))
        .select_related("priority__reflection")
        .get(pk=consultation.pk)
    )
    _require_eligible(current, participant)
    require_open(current, now)
    return current


def _require_eligible(consultation: Consultation, participant: Participant) -> None:
    belongs = participant.reflection_id == consultation.priority.reflection_id
    if not belongs or not may_vote(consultation, Standing(participant.standing)):
        raise PermissionDenied(REFUSALS[Refusal.NOT_ELIGIBLE])

"""Taking part: casting ballots and submitting statements, under a pseudonym.

A ballot is its own audit entry (the one exception to the rule of actions): it is never changed, and its
sequence orders it within the consultation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placet.stages.consultations.actions import check_statement
from placet.stages.consultations.models import Ballot, Consultation, Statement, Vote
from placet.stages.consultations.queries import is_eligible, require_open
from placet.stages.mandates import references
from placet.stages.mandates.models import Participant, Standing
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Origin, TextVersion, Translation

BATCH_LIMIT = 100
STATEMENTS_AWAITING_LIMIT = 20

NOT_ELIGIBLE = gettext_lazy("You cannot take part in this consultation.")


@dataclass(frozen=True, slots=True)
class NewBallot:
    """A vote as a client sends it.

    ``client_key`` is made by the client, once per vote: sent again, it has no second effect.
    ``version_id`` and ``translation_id`` say which wording was on the screen.
    """

    statement_id: UUID
    vote: int
    client_key: UUID
    version_id: int
    translation_id: int | None = None


@dataclass(frozen=True, slots=True)
class BallotResult:
    """What became of one ballot: its sequence where it counts, else why it was refused."""

    client_key: UUID
    sequence: int | None
    refusal: str = ""


@transaction.atomic
def cast_ballots(
    consultation: Consultation,
    participant: Participant,
    ballots: Sequence[NewBallot],
    *,
    now: datetime | None = None,
) -> list[BallotResult]:
    """Record the ballots of one participant; each gets its own result, in the order given.

    Whether the consultation is open is read inside the transaction, under its lock: nothing enters after
    it closed. A refused ballot does not stop the others.

    Raises
    ------
    PermissionDenied
        Where the participant belongs elsewhere or may not take part.
    ValidationError
        Where the consultation is not open, or there are more than 100 ballots.
    """
    if len(ballots) > BATCH_LIMIT:
        raise ValidationError(_("At most %(limit)d ballots at once."), params={"limit": BATCH_LIMIT})
    moment = now or timezone.now()
    known = _known_sequences(participant, ballots)
    if all(ballot.client_key in known for ballot in ballots):  # recorded before, whatever has closed since
        return [BallotResult(ballot.client_key, known[ballot.client_key]) for ballot in ballots]
    current = _open_for(consultation, participant, moment)
    known = _known_sequences(participant, ballots)  # again, now that no other request is between
    live = _live_wordings(current, ballots)
    results: list[BallotResult] = []
    rows: list[Ballot] = []
    for ballot in ballots:
        if (sequence := known.get(ballot.client_key)) is not None:
            results.append(BallotResult(ballot.client_key, sequence))
        elif refusal := _refusal(ballot, live):
            results.append(BallotResult(ballot.client_key, None, refusal))
        else:
            sequence = current.last_sequence + len(rows) + 1
            rows.append(_row(current, participant, ballot, sequence, moment))
            known[ballot.client_key] = sequence
            results.append(BallotResult(ballot.client_key, sequence))
    Ballot.objects.bulk_create(rows)
    Consultation.objects.filter(pk=current.pk).update(last_sequence=F("last_sequence") + len(rows))
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
    if participant.reflection_id != current.priority.reflection_id:
        raise PermissionDenied(NOT_ELIGIBLE)
    is_signed_in = participant.standing in (Standing.VERIFIED, Standing.INVITED)
    if not is_eligible(current, participant, is_signed_in=is_signed_in):
        raise PermissionDenied(NOT_ELIGIBLE)
    require_open(current, now)
    return current


def _known_sequences(participant: Participant, ballots: Sequence[NewBallot]) -> dict[UUID, int]:
    keys = [ballot.client_key for ballot in ballots]
    seen = Ballot.objects.filter(participant=participant, client_key__in=keys)
    return dict(seen.values_list("client_key", "sequence"))


@dataclass(frozen=True, slots=True)
class _LiveWordings:
    """What may be voted on: statements with their texts, versions by text, translations by version."""

    text_of_statement: dict[UUID, UUID]
    text_of_version: dict[int, UUID]
    version_of_translation: dict[int, int]


def _live_wordings(consultation: Consultation, ballots: Sequence[NewBallot]) -> _LiveWordings:
    statements = Statement.objects.filter(
        consultation=consultation,
        state=Statement.State.ACCEPTED,
        pk__in=[ballot.statement_id for ballot in ballots],
    )
    versions = TextVersion.objects.filter(pk__in=[ballot.version_id for ballot in ballots])
    translations = Translation.objects.filter(
        pk__in=[ballot.translation_id for ballot in ballots if ballot.translation_id is not None]
    )
    return _LiveWordings(
        dict(statements.values_list("pk", "text_id")),
        dict(versions.values_list("pk", "text_id")),
        dict(translations.values_list("pk", "version_id")),
    )


def _refusal(ballot: NewBallot, live: _LiveWordings) -> str:
    if ballot.vote not in Vote.values:
        return _("A vote is agree, disagree or pass.")
    if ballot.statement_id not in live.text_of_statement:
        return _("This statement is not open for votes.")
    if live.text_of_version.get(ballot.version_id) != live.text_of_statement[ballot.statement_id]:
        return _("That is not a wording of this statement.")
    if (
        ballot.translation_id is not None
        and live.version_of_translation.get(ballot.translation_id) != ballot.version_id
    ):
        return _("That is not a wording of this statement.")
    return ""


def _row(
    consultation: Consultation, participant: Participant, ballot: NewBallot, sequence: int, now: datetime
) -> Ballot:
    return Ballot(
        consultation=consultation,
        sequence=sequence,
        statement_id=ballot.statement_id,
        participant=participant,
        vote=ballot.vote,
        version_seen_id=ballot.version_id,
        translation_seen_id=ballot.translation_id,
        client_key=ballot.client_key,
        cast_at=now,
    )

"""What an export adds to a consultation: statements, participants and ballots, as far as they are new."""

from uuid import UUID, uuid5

import numpy as np
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.consultations.actions import SeedStatement, add_statements
from placet.stages.consultations.ballots.columns import BallotColumns, read_imported
from placet.stages.consultations.bulk import (
    add_imported_participants,
    append_ballots,
    microseconds,
    take_part_together,
)
from placet.stages.consultations.imports.known import exceed_current, exceed_known
from placet.stages.consultations.imports.reading import UNKNOWN, Export
from placet.stages.consultations.models import Consultation, Participation, Statement, VoteImport
from placet.stages.mandates.models import Role, Standing
from placet.stages.mandates.permissions import require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.models import TextVersion

FOREIGN_ID_MAX_LENGTH = 60


@transaction.atomic
def write_import(vote_import: VoteImport, export: Export) -> None:
    """Put statements, participants and ballots there, as far as they are new.

    Raises
    ------
    PermissionDenied
        Where whoever asked for the import has lost the secretariat since then.
    ValidationError
        Where the consultation was closed meanwhile, or an identifier is too long.
    """
    consultation = Consultation.objects.select_for_update().get(pk=vote_import.consultation_id)
    if consultation.state == Consultation.State.CLOSED:
        raise ValidationError(_("The consultation is closed: its record is final."))
    require_role(vote_import.requested_by, consultation.priority.reflection, Role.SECRETARIAT)
    if VoteImport.objects.filter(pk=vote_import.pk, state=VoteImport.State.DONE).exists():
        return  # another worker was first
    is_first = not Participation.objects.filter(
        consultation=consultation, participant__standing=Standing.IMPORTED
    ).exists()
    names = [participant_id(consultation, foreign) for foreign in export.participants]
    n_participants = add_imported_participants(consultation, [*names, *_authors(consultation, export)])
    n_statements = _add_statements(vote_import, consultation, export)
    participations = take_part_together(consultation, names)
    ballots = _ballots(vote_import, consultation, export, [participations[name] for name in names])
    if not is_first:
        ballots = _new_ballots(vote_import, export, ballots)
    n_ballots = append_ballots(consultation, ballots)
    vote_import.state = VoteImport.State.DONE
    vote_import.finished_at = timezone.now()
    vote_import.statement_count = n_statements
    vote_import.participant_count = n_participants
    vote_import.ballot_count = n_ballots
    vote_import.notices = list(export.conversation.notices)
    name = str(vote_import.file.name)
    vote_import.file = ""
    vote_import.save()
    record_import(
        "finish_import",
        vote_import,
        None,
        n_statements=n_statements,
        n_participants=n_participants,
        n_ballots=n_ballots,
        digest=f"sha256:{export.digest}",
    )
    transaction.on_commit(lambda: default_storage.delete(name))


def participant_id(consultation: Consultation, foreign: object) -> UUID:
    """Who a participant of an export is in a consultation."""
    return uuid5(consultation.pk, f"participant {foreign}")


def _authors(consultation: Consultation, export: Export) -> list[UUID]:
    """Who wrote in the export without having voted."""
    authors = {s.author_id for s in export.conversation.statements if s.author_id is not None}
    return [
        participant_id(consultation, each) for each in sorted(authors - set(export.participants), key=str)
    ]


def _add_statements(vote_import: VoteImport, consultation: Consultation, export: Export) -> int:
    """Those that are not there yet, by their number in the export; returns how many."""
    known = set(
        Statement.objects.filter(consultation=consultation)
        .exclude(foreign_id="")
        .values_list("foreign_id", flat=True)
    )
    seeds = []
    for statement in export.conversation.statements:
        if str(statement.id) in known:
            continue
        if len(str(statement.id)) > FOREIGN_ID_MAX_LENGTH:
            raise ValidationError(
                _("An identifier of a statement has more than %(limit)d characters: %(start)s…")
                % {"limit": FOREIGN_ID_MAX_LENGTH, "start": str(statement.id)[:20]}
            )
        is_rejected = statement.moderated < 0
        # A NUL is no text: PostgreSQL does not store it.
        body = statement.text.replace("\x00", "").strip()
        seeds.append(
            SeedStatement(
                {vote_import.language: body or _no_text(statement.id)},
                vote_import.language,
                state=Statement.State.REJECTED if is_rejected else Statement.State.ACCEPTED,
                is_seed=statement.is_seed,
                is_meta=statement.is_meta,
                is_simulated=consultation.is_simulated,
                moderation_reason=_("Rejected in the source.") if is_rejected else "",
                foreign_id=str(statement.id),
                author_id=None
                if statement.author_id is None
                else participant_id(consultation, statement.author_id),
            )
        )
    if seeds:
        add_statements(vote_import.requested_by, consultation, seeds)
    return len(seeds)


def _no_text(number: object) -> str:
    return _("[Statement %(number)s has no text in the export.]") % {"number": number}


def _ballots(
    vote_import: VoteImport, consultation: Consultation, export: Export, participations: list[int]
) -> BallotColumns:
    """Every vote of the export in its order, on the wording that the import brought."""
    imported = Statement.objects.filter(consultation=consultation).exclude(foreign_id="")
    first_versions = TextVersion.objects.filter(number=1, text__in=imported.values("text"))
    version_of_text = dict(first_versions.values_list("text_id", "pk"))
    rows = list(imported.values_list("foreign_id", "pk", "text_id"))
    positions = {foreign: position for position, (foreign, _pk, _text) in enumerate(rows)}
    statements = np.array([positions[str(foreign)] for foreign in export.statements])[export.voted]
    unknown = microseconds(vote_import.created_at)
    if export.cast_at is None:
        cast_at = np.full(export.values.size, unknown)
    else:
        cast_at = np.where(export.cast_at == UNKNOWN, unknown, export.cast_at)
    return BallotColumns(
        statement_ids=tuple(pk for _foreign, pk, _text in rows),
        participations=np.array(participations, dtype=np.int64)[export.voters],
        statements=statements,
        votes=export.values,
        versions=np.array([version_of_text[text] for _foreign, _pk, text in rows])[statements],
        cast_at=cast_at,
    )


def _new_ballots(vote_import: VoteImport, export: Export, ballots: BallotColumns) -> BallotColumns:
    """Those that no earlier import has brought."""
    earlier = read_imported(vote_import.consultation_id, ballots.statement_ids)
    n_statements = len(ballots.statement_ids)
    known_pairs = earlier.participations * n_statements + earlier.statements
    pairs = ballots.participations * n_statements + ballots.statements
    if export.cast_at is None:
        return ballots.take(exceed_current(known_pairs, earlier.votes, pairs, ballots.votes))
    # A vote without a moment got that of its import, which is another one each time.
    imports = VoteImport.objects.filter(consultation=vote_import.consultation_id)
    unknown = [microseconds(each) for each in imports.values_list("created_at", flat=True)]
    known_moments = np.where(np.isin(earlier.cast_at, unknown), UNKNOWN, earlier.cast_at)
    known = (known_pairs * 3 + earlier.votes + 1, known_moments)
    return ballots.take(exceed_known(known, (pairs * 3 + ballots.votes + 1, export.cast_at)))


def record_import(
    verb: str, vote_import: VoteImport, account: Account | None, **detail: str | int | bool
) -> None:
    """Write the audit entry of an account's deed, or (None) of what a worker did of itself."""
    consultation = vote_import.consultation
    record(
        f"consultations.{verb}",
        target=consultation.reference,
        actor_id=account.id if account else None,
        scope_id=consultation.priority.reflection_id,
        vote_import=str(vote_import.pk),
        **detail,
    )

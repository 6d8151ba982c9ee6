"""Foreign exports put into a consultation: a Polis conversation, with every vote as it was cast.

An import is a row first (``request_import``), then the work of a worker (``run_import``): all of it or
nothing, in one transaction. What is there already is recognised and left as it is, so that the same export
imported twice adds nothing, and a later export of the same conversation adds what is new.

- A statement is known by its number in the export (``Statement.foreign_id``).
- A participant's identifier is made from the consultation and the number in the export: the same person of
  the export is the same participant, and no account is behind it.
- A ballot is known by who voted what on which statement and when.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid5

import numpy as np
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.sense.votes import Conversation, InputError, read_polis
from placet.sense.votes.csvfiles import read_csv
from placet.sense.votes.polis import VOTE_FILE
from placet.sense.votes.polis_files import parse_vote_log
from placet.stages.consultations.actions import SeedStatement, add_statements
from placet.stages.consultations.bulk import PastBallot, append_ballots, take_part_together
from placet.stages.consultations.models import Ballot, Consultation, Statement, VoteImport
from placet.stages.consultations.uploads import COPIED_AT_ONCE, checked_upload, unpack
from placet.stages.mandates.models import Participant, Role, Standing
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.languages import CONTENT_LANGUAGES, UNDETERMINED
from placet.stages.texts.models import TextVersion

FOREIGN_ID_MAX_LENGTH = 60
SECONDS_BELOW = 1e11  # newer servers write seconds, older ones milliseconds
STALE_AFTER = timedelta(minutes=15)


@transaction.atomic
def request_import(
    actor: Actor,
    consultation: Consultation,
    files: "Sequence[File[bytes]]",
    *,
    language: str,
    flips_signs: bool,
) -> VoteImport:
    """Keep what was uploaded, to be imported by a worker.

    Parameters
    ----------
    files : sequence of File
        One zip archive, or the CSV files of an export.
    language : str
        BCP 47 tag of the language in which the statements are, ``"und"`` where there are several.
    flips_signs : bool
        Whether the export writes −1 for agree.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the consultation is closed (its record is final), the language unknown, or the files are too
        large or not what an export consists of.
    """
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    if consultation.state == Consultation.State.CLOSED:
        raise ValidationError(_("The consultation is closed: its record is final."))
    if language not in CONTENT_LANGUAGES and language != UNDETERMINED:
        raise ValidationError({"language": _("Choose the language of the statements.")})
    with checked_upload(files) as (name, content):
        vote_import = VoteImport(
            consultation=consultation,
            requested_by=account,
            file_name=name,
            flips_signs=flips_signs,
            language=language,
        )
        vote_import.file.save(f"{vote_import.pk}{Path(name).suffix.lower()}", content, save=False)
    vote_import.save()
    _record(
        "request_import", vote_import, vote_import.requested_by, language=language, flips_signs=flips_signs
    )
    return vote_import


def run_import(import_id: UUID) -> None:
    """Read the export and put it into the consultation: everything, or nothing with the reason why.

    A second call for the same import does nothing once it is done.
    """
    now = timezone.now()
    unfinished = (VoteImport.State.WAITING, VoteImport.State.RUNNING)
    VoteImport.objects.filter(pk=import_id, state__in=unfinished).update(
        state=VoteImport.State.RUNNING, started_at=now
    )
    vote_import = VoteImport.objects.select_related(
        "consultation__priority__reflection", "requested_by", "consultation"
    ).get(pk=import_id)
    if vote_import.state != VoteImport.State.RUNNING:
        return
    with override(vote_import.requested_by.language):
        try:
            with tempfile.TemporaryDirectory(prefix="placet-import-") as folder:
                export = _read_export(vote_import, Path(folder))
            _write(vote_import, export)
        except InputError as error:
            _fail(vote_import, str(error))
        except (ValidationError, PermissionDenied) as refusal:
            _fail(vote_import, " ".join(getattr(refusal, "messages", [str(refusal)])))
        except Exception:
            _fail(vote_import, _("Something went wrong on our side. Nothing was imported."), keeps_file=True)
            raise


@transaction.atomic
def retry_import(actor: Actor, vote_import: VoteImport) -> None:
    """Begin anew where an import failed through no fault of its file, or its worker went away.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where there is nothing to begin anew with.
    """
    account = require_role(actor, vote_import.consultation.priority.reflection, Role.SECRETARIAT)
    current = VoteImport.objects.select_for_update().get(pk=vote_import.pk)
    if not may_retry(current):
        raise ValidationError(_("This import cannot be started again: upload the file once more."))
    current.state = VoteImport.State.WAITING
    current.error = ""
    current.started_at = current.finished_at = None
    current.save()
    _record("retry_import", current, account)


def may_retry(vote_import: VoteImport) -> bool:
    """Whether an import can begin anew: its file is there, and nobody works on it."""
    if not vote_import.file:
        return False
    if vote_import.state == VoteImport.State.FAILED:
        return True
    begun = vote_import.started_at or vote_import.created_at
    return vote_import.state != VoteImport.State.DONE and begun < timezone.now() - STALE_AFTER


# What stands in it


class _Vote(NamedTuple):
    """One vote of the export; a moment of None: the export has none."""

    participant: int | str
    statement: int | str
    value: int
    moment: float | None


@dataclass(frozen=True)
class _Export:
    """What was read: the conversation, its votes in their order, and the digest of the file."""

    conversation: Conversation
    votes: list[_Vote] = field(repr=False)
    digest: str


def _read_export(vote_import: VoteImport, folder: Path) -> _Export:
    source = folder / "upload"
    digest = hashlib.sha256()
    with vote_import.file.open("rb") as stored, source.open("wb") as copy:
        while chunk := stored.read(COPIED_AT_ONCE):
            digest.update(chunk)
            copy.write(chunk)
    if vote_import.file_name.lower().endswith(".zip"):
        path = unpack(source, folder / Path(vote_import.file_name).name)
    else:
        path = source.rename(folder / Path(vote_import.file_name).name)
    conversation = read_polis(path, flip_signs=vote_import.flips_signs)
    return _Export(conversation, _votes(path, conversation, vote_import.flips_signs), digest.hexdigest())


def _votes(path: Path, conversation: Conversation, flips_signs: bool) -> list[_Vote]:
    """Every row of the log in its order; where there is none, one vote a cell of the wide file."""
    log_path = path / VOTE_FILE if path.is_dir() else path
    if conversation.row_counts is None:
        (table,) = conversation.votes.tables()
        participants = table.participant_ids[table.participant_index].tolist()
        statements = np.array(table.statement_ids)[table.statement_index].tolist()
        cells = zip(participants, statements, table.values.tolist(), strict=True)
        return [_Vote(participant, statement, value, None) for participant, statement, value in cells]
    log = parse_vote_log(read_csv(log_path.name, log_path.read_bytes()))
    order = np.argsort(log.moments, kind="stable")
    sign = -1 if flips_signs else 1
    columns = (log.participants, log.statements, sign * log.values, log.moments)
    return [_Vote(*row) for row in zip(*(column[order].tolist() for column in columns), strict=True)]


# What is written


@transaction.atomic
def _write(vote_import: VoteImport, export: _Export) -> None:
    """Put statements, participants and ballots there, as far as they are new."""
    consultation = Consultation.objects.select_for_update().get(pk=vote_import.consultation_id)
    if consultation.state == Consultation.State.CLOSED:
        raise ValidationError(_("The consultation is closed: its record is final."))
    require_role(vote_import.requested_by, consultation.priority.reflection, Role.SECRETARIAT)
    if VoteImport.objects.filter(pk=vote_import.pk, state=VoteImport.State.DONE).exists():
        return  # another worker was first
    n_participants = _add_participants(consultation, export)
    n_statements = _add_statements(vote_import, consultation, export)
    n_ballots = append_ballots(consultation, _new_ballots(vote_import, consultation, export))
    vote_import.state = VoteImport.State.DONE
    vote_import.finished_at = timezone.now()
    vote_import.statement_count = n_statements
    vote_import.participant_count = n_participants
    vote_import.ballot_count = n_ballots
    vote_import.notices = list(export.conversation.notices)
    name = str(vote_import.file.name)
    vote_import.file = ""
    vote_import.save()
    _record(
        "finish_import",
        vote_import,
        None,
        n_statements=n_statements,
        n_participants=n_participants,
        n_ballots=n_ballots,
        digest=f"sha256:{export.digest}",
    )
    transaction.on_commit(lambda: default_storage.delete(name))


def _participant_id(consultation: Consultation, foreign: object) -> UUID:
    return uuid5(consultation.pk, f"participant {foreign}")


def _add_participants(consultation: Consultation, export: _Export) -> int:
    """Who voted or wrote in the export, under a pseudonym without an account; returns how many are new."""
    authors = {s.author_id for s in export.conversation.statements if s.author_id is not None}
    foreign = sorted({vote.participant for vote in export.votes} | authors, key=str)
    ids = [_participant_id(consultation, each) for each in foreign]
    reflection = consultation.priority.reflection
    imported = Participant.objects.filter(reflection=reflection, standing=Standing.IMPORTED)
    known = set(imported.values_list("pk", flat=True))
    new = [
        Participant(
            id=each, reflection=reflection, standing=Standing.IMPORTED, is_simulated=consultation.is_simulated
        )
        for each in ids
        if each not in known
    ]
    Participant.objects.bulk_create(new, batch_size=5_000)
    return len(new)


def _add_statements(vote_import: VoteImport, consultation: Consultation, export: _Export) -> int:
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
                else _participant_id(consultation, statement.author_id),
            )
        )
    if seeds:
        add_statements(vote_import.requested_by, consultation, seeds)
    return len(seeds)


def _no_text(number: object) -> str:
    return _("[Statement %(number)s has no text in the export.]") % {"number": number}


def _new_ballots(
    vote_import: VoteImport, consultation: Consultation, export: _Export
) -> Iterator[PastBallot]:
    """The votes that are not there yet, in their order, on the wording that the import brought."""
    imported = Statement.objects.filter(consultation=consultation).exclude(foreign_id="")
    first_versions = TextVersion.objects.filter(number=1, text__in=imported.values("text"))
    version_of_text = dict(first_versions.values_list("text_id", "pk"))
    statements = {
        foreign: (pk, version_of_text[text])
        for foreign, pk, text in imported.values_list("foreign_id", "pk", "text_id")
    }
    names = {
        foreign: _participant_id(consultation, foreign) for foreign in {v.participant for v in export.votes}
    }
    participations = take_part_together(consultation, names.values())
    earlier = Ballot.objects.filter(
        consultation=consultation, participation__participant__standing=Standing.IMPORTED
    )
    known, current = _earlier_votes(earlier)
    for vote in export.votes:
        participation_id = participations[names[vote.participant]]
        statement_id, version_id = statements[str(vote.statement)]
        cast_at = _moment(vote.moment, vote_import.created_at)
        if vote.moment is None and current.get((participation_id, statement_id)) == vote.value:
            continue
        seen = (participation_id, statement_id, vote.value, cast_at)
        if vote.moment is not None and known[seen] > 0:
            known[seen] -= 1
            continue
        yield PastBallot(participation_id, statement_id, vote.value, version_id, None, None, cast_at)


def _earlier_votes(
    ballots: QuerySet[Ballot],
) -> tuple[Counter[tuple[int, UUID, int, datetime]], dict[tuple[int, UUID], int]]:
    """How often each vote was imported before, and the last one by participation and statement."""
    known: Counter[tuple[int, UUID, int, datetime]] = Counter()
    current: dict[tuple[int, UUID], int] = {}
    rows = ballots.order_by("sequence").values_list("participation_id", "statement_id", "vote", "cast_at")
    for participation_id, statement_id, vote, cast_at in rows.iterator(chunk_size=20_000):
        known[participation_id, statement_id, vote, cast_at] += 1
        current[participation_id, statement_id] = vote
    return known, current


def _moment(moment: float | None, unknown: datetime) -> datetime:
    """When a vote was cast; the moment of the import where the export does not say so sensibly."""
    if moment is None:
        return unknown
    seconds = moment if abs(moment) < SECONDS_BELOW else moment / 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return unknown


# What became of it


def _fail(vote_import: VoteImport, error: str, *, keeps_file: bool = False) -> None:
    with transaction.atomic():
        current = VoteImport.objects.select_for_update().get(pk=vote_import.pk)
        if current.state == VoteImport.State.DONE:
            return
        name = str(current.file.name)
        current.state = VoteImport.State.FAILED
        current.error = error
        current.finished_at = timezone.now()
        if not keeps_file:
            current.file = ""
            transaction.on_commit(lambda: default_storage.delete(name))
        current.save()
        _record("fail_import", current, None)


def _record(verb: str, vote_import: VoteImport, account: Account | None, **detail: str | int | bool) -> None:
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

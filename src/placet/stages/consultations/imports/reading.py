"""What stands in an uploaded export: the conversation, and every vote as it was cast, in columns."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from placet.sense.votes import Conversation
from placet.sense.votes.polis import read_polis_export
from placet.sense.votes.polis_files import VoteLog
from placet.stages.consultations.models import VoteImport
from placet.stages.consultations.uploads import COPIED_AT_ONCE, unpack

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

SECONDS_BELOW = 1e11  # newer servers write seconds, older ones milliseconds
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799  # of the years 1 and 9999
UNKNOWN = np.iinfo(np.int64).min  # the moment of a vote whose export does not say it sensibly


@dataclass(frozen=True, eq=False)
class Export:
    """What was read.

    Attributes
    ----------
    conversation : Conversation
    participants, statements : tuple
        Who voted and what was voted on, as the export knows them.
    voters, voted : (n_votes,) int64
        Positions in the two, vote by vote in the order in which they were cast.
    values : (n_votes,) int64
        +1 agree, -1 disagree, 0 pass.
    cast_at : (n_votes,) int64, optional
        Microseconds since 1970, ``UNKNOWN`` where what is said is no moment; None: no moments are said,
        these are the current votes.
    digest : str
        SHA-256 of the file.
    """

    conversation: Conversation
    participants: tuple[int | str, ...]
    statements: tuple[int | str, ...]
    voters: IntArray
    voted: IntArray
    values: IntArray
    cast_at: IntArray | None
    digest: str


def read_export(vote_import: VoteImport, folder: Path) -> Export:
    """Read what was uploaded; copies lie in the folder.

    Raises
    ------
    InputError
        Where the export is faulty.
    ValidationError
        Where its archive is damaged or too large.
    """
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
    found = read_polis_export(path, flip_signs=vote_import.flips_signs)
    return _in_columns(found.conversation, found.log, digest.hexdigest())


def _in_columns(conversation: Conversation, log: VoteLog | None, digest: str) -> Export:
    """Every row of the log in its order; where there is none, one vote a cell of the wide file."""
    (table,) = conversation.votes.tables()
    known = (tuple(table.participant_ids.tolist()), table.statement_ids)
    if log is None:
        voters, voted = (each.astype(np.int64) for each in (table.participant_index, table.statement_index))
        return Export(conversation, *known, voters, voted, table.values.astype(np.int64), None, digest)
    order = np.argsort(log.moments, kind="stable")
    return Export(
        conversation,
        *known,
        np.searchsorted(table.participant_ids, log.participants[order]),
        np.searchsorted(np.array(table.statement_ids), log.statements[order]),
        log.values[order].astype(np.int64),
        microseconds_of(log.moments[order]),
        digest,
    )


def microseconds_of(moments: FloatArray) -> IntArray:
    """Seconds or milliseconds since 1970 as whole microseconds, as ``datetime.fromtimestamp`` rounds them."""
    seconds = np.where(np.abs(moments) < SECONDS_BELOW, moments, moments / 1000)
    is_known = (seconds >= FIRST_SECOND) & (seconds <= LAST_SECOND + 1)
    fraction, whole = np.modf(np.where(is_known, seconds, 0))
    microseconds = whole.astype(np.int64) * 1_000_000 + np.rint(fraction * 1_000_000).astype(np.int64)
    is_known &= microseconds < (LAST_SECOND + 1) * 1_000_000
    return np.where(is_known, microseconds, UNKNOWN)

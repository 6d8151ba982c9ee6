"""Ballots by the million: columns of numpy instead of rows.

They are written and read as each database does it fastest. PostgreSQL takes and gives blocks of its binary
COPY format; SQLite takes many rows in one statement, with only what differs from row to row as parameters.
Only ``bulk`` and the imports call this, in a transaction that holds the lock of the consultation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

from placet.stages.consultations.ballots.rows import quoted
from placet.stages.consultations.models import Ballot

IntArray = npt.NDArray[np.int64]
StructuredArray = npt.NDArray[np.void]

BALLOTS_AT_ONCE = 50_000  # as many as are in memory a second time, as the database takes them
ROWS_IN_A_STATEMENT = 100
COLUMNS = (
    "consultation_id, sequence, participation_id, statement_id, vote, "
    "version_seen_id, translation_seen_id, client_key, cast_at"
)
COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER = b"\xff\xff"
POSTGRESQL_EPOCH_US = 946_684_800_000_000  # 2000 began, since 1970


@dataclass(frozen=True, eq=False)
class BallotColumns:
    """Ballots that were cast elsewhere or made up, in their order.

    Attributes
    ----------
    statement_ids : tuple of UUID
        The statements that ``statements`` points at.
    participations : (n,) int64
        Primary keys.
    statements : (n,) int64
        Positions in ``statement_ids``.
    votes : (n,) int64
        +1 agree, -1 disagree, 0 pass.
    versions : (n,) int64
        Primary keys of the wordings that were seen.
    cast_at : (n,) int64
        Microseconds since 1970.
    translations : (n,) int64, optional
        Primary keys of the translations that were seen, 0 for the original; None: all saw the original.
    client_keys : (n,) array of UUID, optional
        None: imported, nobody can send them again.
    """

    statement_ids: tuple[UUID, ...]
    participations: IntArray
    statements: IntArray
    votes: IntArray
    versions: IntArray
    cast_at: IntArray
    translations: IntArray | None = None
    client_keys: npt.NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return self.participations.size

    def take(self, which: slice | npt.NDArray[np.bool_]) -> "BallotColumns":
        """Some of the ballots."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)[1:]}
        return replace(self, **{name: array[which] for name, array in arrays.items() if array is not None})


class PastVotes(NamedTuple):
    """What tells imported ballots apart, as in ``BallotColumns``."""

    participations: IntArray
    statements: IntArray
    votes: IntArray
    cast_at: IntArray


def insert_columns(consultation_id: UUID, first_sequence: int, ballots: BallotColumns) -> None:
    """Insert ballots as they are, numbered from a sequence on."""
    pieces = (
        (first_sequence + start, ballots.take(slice(start, start + BALLOTS_AT_ONCE)))
        for start in range(0, len(ballots), BALLOTS_AT_ONCE)
    )
    if connection.vendor == "postgresql":
        with (
            connection.wrap_database_errors,  # Django does so for its own methods alone
            connection.cursor() as cursor,
            cursor.copy(f"COPY {quoted(Ballot)} ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.write(COPY_HEADER)
            for sequence, piece in pieces:
                copy.write(_binary_rows(consultation_id, sequence, piece))
            copy.write(COPY_TRAILER)
    else:
        for sequence, piece in pieces:
            _insert_values(consultation_id, sequence, piece)


def read_imported(consultation_id: UUID, statement_ids: Sequence[UUID]) -> PastVotes:
    """The imported ballots of a consultation in their order.

    Parameters
    ----------
    statement_ids : sequence of UUID
        All statements that were imported; the positions are those in it.
    """
    read = _copied if connection.vendor == "postgresql" else _fetched
    nothing = np.empty(0, dtype=np.int64)
    pieces = [PastVotes(nothing, nothing, nothing, nothing), *read(consultation_id, statement_ids)]
    return PastVotes(*map(np.concatenate, zip(*pieces, strict=True)))


# PostgreSQL


def _binary_rows(consultation_id: UUID, first_sequence: int, ballots: BallotColumns) -> bytes:
    """The rows in the format of a binary COPY: of each field its length, -1 for NULL, and its bytes."""
    statement_ids = np.array([each.bytes for each in ballots.statement_ids], dtype="V16")
    keys = ballots.client_keys
    columns: tuple[tuple[str, Any], ...] = (
        ("V16", np.frombuffer(consultation_id.bytes, "V16")[0]),
        (">i8", first_sequence + np.arange(len(ballots))),
        (">i8", ballots.participations),
        ("V16", statement_ids[ballots.statements]),
        (">i2", ballots.votes),
        (">i8", ballots.versions),
        (">i8", ballots.translations),
        ("V16", None if keys is None else np.array([key.bytes for key in keys], dtype="V16")),
        (">i8", ballots.cast_at - POSTGRESQL_EPOCH_US),
    )
    kinds: list[tuple[str, str]] = [("fields", ">i2")]
    for place, (kind, values) in enumerate(columns):
        kinds += [(f"length {place}", ">i4")] + ([] if values is None else [(f"value {place}", kind)])
    rows = np.zeros(len(ballots), dtype=kinds)
    rows["fields"] = len(columns)
    for place, (kind, values) in enumerate(columns):
        rows[f"length {place}"] = -1 if values is None else np.dtype(kind).itemsize
        if values is not None:
            rows[f"value {place}"] = values
    if ballots.translations is None:
        return rows.tobytes()
    is_null = ballots.translations == 0
    rows["length 6"][is_null] = -1
    return _without(rows, "value 6", is_null)


def _without(rows: StructuredArray, name: str, is_null: npt.NDArray[np.bool_]) -> bytes:
    """The bytes of the rows, without one field in some of them."""
    bytes_ = rows.view(np.uint8).reshape(rows.size, rows.dtype.itemsize)
    is_kept = np.ones_like(bytes_)
    is_kept.view(rows.dtype).reshape(rows.size)[name][is_null] = 0
    return bytes_[is_kept.view(np.bool_)].tobytes()


def _copied(consultation_id: UUID, statement_ids: Sequence[UUID]) -> Iterator[PastVotes]:
    """Imported ballots from a binary COPY, whose rows have one length: nothing in them is NULL."""
    columns = (("participations", ">i8"), ("statements", "S16"), ("votes", ">i2"), ("cast_at", ">i8"))
    kinds = [("fields", ">i2")]
    for name, kind in columns:
        kinds += [(f"length of {name}", ">i4"), (name, kind)]
    row = np.dtype(kinds)
    known = np.array([each.bytes for each in statement_ids], dtype="S16")
    order = np.argsort(known)
    waiting = bytearray()
    start = len(COPY_HEADER)
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({_imported('cast_at')}) TO STDOUT (FORMAT BINARY)", [consultation_id]) as copy,
    ):
        for block in copy:
            waiting += block
            # One row stays behind: the trailer is shorter than a row.
            n_rows = (len(waiting) - start) // row.itemsize - 1
            if n_rows >= BALLOTS_AT_ONCE:
                yield _past_votes(bytes(waiting[start : start + n_rows * row.itemsize]), row, known, order)
                del waiting[: start + n_rows * row.itemsize]
                start = 0
    yield _past_votes(bytes(waiting[start : -len(COPY_TRAILER)]), row, known, order)


def _past_votes(
    rows: bytes, kind: "np.dtype[np.void]", known: npt.NDArray[np.bytes_], order: IntArray
) -> PastVotes:
    read = np.frombuffer(rows, dtype=kind)
    return PastVotes(
        read["participations"].astype(np.int64),
        order[np.searchsorted(known, read["statements"], sorter=order)],
        read["votes"].astype(np.int64),
        read["cast_at"].astype(np.int64) + POSTGRESQL_EPOCH_US,
    )


# SQLite


def _insert_values(consultation_id: UUID, first_sequence: int, ballots: BallotColumns) -> None:
    statement_ids = [each.hex for each in ballots.statement_ids]
    n = len(ballots)
    translations, keys = ballots.translations, ballots.client_keys
    columns: list[Sequence[Any] | None] = [
        range(first_sequence, first_sequence + n),
        ballots.participations.tolist(),
        [statement_ids[each] for each in ballots.statements.tolist()],
        ballots.votes.tolist(),
        ballots.versions.tolist(),
        None if translations is None else [each or None for each in translations.tolist()],
        None if keys is None else [key.hex for key in keys],
        moments_as_text(ballots.cast_at),
    ]
    marks = ", ".join("NULL" if column is None else "%s" for column in columns)
    row = f"('{consultation_id.hex}', {marks})"
    given = [column for column in columns if column is not None]
    n_whole = n - n % ROWS_IN_A_STATEMENT
    with connection.cursor() as cursor:
        for start, stop, n_rows in ((0, n_whole, ROWS_IN_A_STATEMENT), (n_whole, n, n - n_whole)):
            if start < stop:
                cursor.executemany(
                    f"INSERT INTO {quoted(Ballot)} ({COLUMNS}) VALUES {', '.join([row] * n_rows)}",  # noqa: S608
                    _interleaved(given, start, stop, n_rows),
                )


def _interleaved(columns: Sequence[Sequence[Any]], start: int, stop: int, n_rows: int) -> list[list[Any]]:
    """The parameters of one statement after another, row by row."""
    statements = []
    for first in range(start, stop, n_rows):
        parameters: list[Any] = [None] * (n_rows * len(columns))
        for place, column in enumerate(columns):
            parameters[place :: len(columns)] = column[first : first + n_rows]
        statements.append(parameters)
    return statements


def moments_as_text(moments: IntArray) -> list[str]:
    """Microseconds since 1970 as Django writes moments in SQLite: without a fraction where there is none."""
    texts = np.datetime_as_string(moments.view("datetime64[us]"), unit="us")
    letters = texts.view(np.uint32).reshape(texts.size, -1)
    letters[:, len("2000-01-01")] = ord(" ")
    letters[moments % 1_000_000 == 0, len("2000-01-01 00:00:00") :] = 0
    shown: list[str] = texts.tolist()
    return shown


def _fetched(consultation_id: UUID, statement_ids: Sequence[UUID]) -> Iterator[PastVotes]:
    positions = {each.hex: position for position, each in enumerate(statement_ids)}
    with connection.cursor() as cursor:
        # An expression has no type that Django's converter of moments would go by.
        cursor.execute(_imported("substr(cast_at, 1)"), [consultation_id.hex])
        while rows := cursor.fetchmany(BALLOTS_AT_ONCE):
            participations, statements, votes, cast_at = zip(*rows, strict=True)
            yield PastVotes(
                np.array(participations, dtype=np.int64),
                np.array([positions[each] for each in statements], dtype=np.int64),
                np.array(votes, dtype=np.int64),
                np.array(cast_at, dtype="datetime64[us]").view(np.int64),
            )


def _imported(cast_at: str) -> str:
    return (
        f"SELECT participation_id, statement_id, vote, {cast_at} FROM {quoted(Ballot)} "  # noqa: S608
        "WHERE consultation_id = %s AND client_key IS NULL ORDER BY sequence"
    )

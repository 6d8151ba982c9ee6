"""The single files of a Polis export, each read and checked for itself."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from placet.sense.votes.arrays import FloatArray, Identifier, IdentifierArray, IntArray, VoteArray
from placet.sense.votes.cells import MAX_DIGITS
from placet.sense.votes.conversations import Statement
from placet.sense.votes.csvfiles import GUARD, CsvTable
from placet.sense.votes.errors import InputError, quote
from placet.sense.votes.tables import AGREE, DISAGREE, PASS

VOTE_VALUES = {"1": AGREE, "0": PASS, "-1": DISAGREE, "1.0": AGREE, "0.0": PASS, "-1.0": DISAGREE}
MODERATION_VALUES = {"-1": -1, "0": 0, "1": 1}
FLAG_VALUES = {"": False, "0": False, "f": False, "false": False, "1": True, "t": True, "true": True}
TEXT_IDENTIFIER = re.compile(r"(?=.*[A-Za-z])[0-9A-Za-z][0-9A-Za-z._:/-]{0,59}")
GUARD_COLUMN = "is-guarded"  # of our own exports: whether the text was given a leading apostrophe


@dataclass(frozen=True)
class StatementFile:
    """``comments.csv``: statements, and the agrees and disagrees that it claims where it does."""

    table: CsvTable
    statements: tuple[Statement, ...]
    claimed_agree: IntArray | None
    claimed_disagree: IntArray | None


@dataclass(frozen=True)
class VoteLog:
    """``votes.csv``: every vote as it was cast."""

    table: CsvTable
    participants: IntArray
    statements: IdentifierArray
    values: VoteArray
    moments: FloatArray


@dataclass(frozen=True)
class WideFile:
    """``participants-votes.csv``: current votes, one row a participant, with what it claims of them.

    ``row`` says in which row of the table each vote stands.
    """

    table: CsvTable
    participant_ids: IntArray
    statement_ids: IntArray
    row: IntArray
    statements: IntArray
    values: VoteArray
    claimed_agree: IntArray
    claimed_disagree: IntArray


def parse_statements(table: CsvTable) -> StatementFile:
    """Read ``comments.csv``."""
    ids = _statement_identifiers(table, "comment-id")
    _check_distinct(table, "comment-id", ids)
    texts = _texts(table, "comment-body")
    moderated = _mapped(table, "moderated", MODERATION_VALUES, "-1, 0 or 1").tolist()
    is_meta = _flags(table, "is-meta")
    is_seed = _flags(table, "is-seed")
    authors = _identifiers(table, "author-id").tolist() if table.has("author-id") else [None] * len(texts)
    rows = zip(ids.tolist(), texts, moderated, is_meta, is_seed, authors, strict=True)
    statements = tuple(Statement(*row) for row in rows)
    claims = [_whole_numbers(table, name) if table.has(name) else None for name in ("agrees", "disagrees")]
    return StatementFile(table, statements, *claims)


def parse_vote_log(table: CsvTable) -> VoteLog:
    """Read ``votes.csv``."""
    return VoteLog(
        table,
        _identifiers(table, "voter-id"),
        _statement_identifiers(table, "comment-id"),
        _mapped(table, "vote", VOTE_VALUES, "1, 0 or -1"),
        _moments(table, "timestamp"),
    )


def parse_wide_file(table: CsvTable) -> WideFile:
    """Read ``participants-votes.csv``; the columns whose names are numbers are the statements."""
    participant_ids = _identifiers(table, "participant")
    _check_distinct(table, "participant", participant_ids)
    positions = [p for p, name in enumerate(table.header) if name.isascii() and name.isdigit()]
    statement_ids = _header_identifiers(table, positions)
    row, column, values = _wide_votes(table, positions)
    return WideFile(
        table,
        participant_ids,
        statement_ids,
        row,
        statement_ids[column],
        values,
        _whole_numbers(table, "n-agree"),
        _whole_numbers(table, "n-disagree"),
    )


def _header_identifiers(table: CsvTable, positions: list[int]) -> IntArray:
    """Return the statements that a wide file has columns for."""
    names = [table.header[position] for position in positions]
    for name in names:
        if len(name) > MAX_DIGITS:
            expected = f"an identifier of at most {MAX_DIGITS} digits"
            raise InputError(table.file, line=1, column=name, expected=expected, found=quote(name))
    ids = np.array([int(name) for name in names], dtype=np.int64)
    if len(set(ids.tolist())) < ids.size:
        name = next(name for name, same in zip(names, ids, strict=True) if np.sum(ids == same) > 1)
        raise InputError(table.file, line=1, column=name, expected="each statement once", found="it twice")
    return ids


def _wide_votes(table: CsvTable, positions: list[int]) -> tuple[IntArray, IntArray, VoteArray]:
    """Return row, statement column and value of each vote in the cells of a wide file, row by row."""
    found: list[tuple[IntArray, IntArray, VoteArray]] = []
    for column, position in enumerate(positions):
        name = table.header[position]
        cells = table.column(name)
        rows = np.flatnonzero(cells.lengths)
        values, is_vote = cells.take(rows).values(VOTE_VALUES)
        if not is_vote.all():
            row = int(rows[np.argmin(is_vote)])
            raise table.error(row, name, expected="a vote: 1, 0, -1 or nothing")
        found.append((rows, np.full(rows.size, column, dtype=np.int64), values))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8)
    row_index, column_index, all_values = map(np.concatenate, zip(*found, strict=True))
    order = np.argsort(row_index, kind="stable")
    return row_index[order], column_index[order], all_values[order]


def _identifiers(table: CsvTable, column: str) -> IntArray:
    expected = f"a whole number of at most {MAX_DIGITS} digits"
    return _numbers(table, column, expected)


def _statement_identifiers(table: CsvTable, column: str) -> IdentifierArray:
    """Return whole numbers if all of them are, text otherwise."""
    numbers, are_numbers = table.column(column).whole_numbers()
    if are_numbers.all():
        return numbers
    cells = table.cells(column)
    for row, cell in enumerate(cells):
        if not are_numbers[row] and not TEXT_IDENTIFIER.fullmatch(cell):
            expected = (
                f"a whole number of at most {MAX_DIGITS} digits, "
                "or at most 60 letters, digits and . _ : / - with a letter among them"
            )
            raise table.error(row, column, expected=expected)
    return np.array(cells, dtype=np.str_)


def _whole_numbers(table: CsvTable, column: str) -> IntArray:
    return _numbers(table, column, "a count (a whole number)")


def _numbers(table: CsvTable, column: str, expected: str) -> IntArray:
    numbers, are_numbers = table.column(column).whole_numbers()
    if not are_numbers.all():
        raise table.error(int(np.argmin(are_numbers)), column, expected=expected)
    return numbers


def is_number(cell: str) -> bool:
    """Return whether a cell is a whole number that fits 64 bits."""
    return cell.isascii() and cell.isdigit() and len(cell) <= MAX_DIGITS


def _moments(table: CsvTable, column: str) -> FloatArray:
    cells = table.column(column)
    numbers, are_numbers = cells.whole_numbers()
    moments = numbers.astype(np.float64)
    others = np.flatnonzero(~are_numbers)
    moments[others] = [_moment(cell) for cell in cells.take(others).texts()]
    is_bad = ~np.isfinite(moments)
    if is_bad.any():
        raise table.error(int(np.argmax(is_bad)), column, expected="a moment in seconds or milliseconds")
    return moments


def _moment(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _mapped(table: CsvTable, column: str, values: Mapping[str, int], expected: str) -> VoteArray:
    mapped, are_known = table.column(column).values(values)
    if not are_known.all():
        raise table.error(int(np.argmin(are_known)), column, expected=expected)
    return mapped


def _flags(table: CsvTable, column: str) -> list[bool]:
    if not table.has(column):
        return [False] * table.n_rows
    cells = table.cells(column)
    for row, cell in enumerate(cells):
        if cell.lower() not in FLAG_VALUES:
            raise table.error(row, column, expected="true or false", found=quote(cell))
    return [FLAG_VALUES[cell.lower()] for cell in cells]


def _texts(table: CsvTable, column: str) -> list[str]:
    """Return texts as they were written, without the apostrophe that some were guarded with."""
    texts = table.cells(column)
    is_guarded = _flags(table, GUARD_COLUMN)
    for row, text in enumerate(texts):
        if is_guarded[row] and not text.startswith(GUARD):
            expected = f"an apostrophe first, since {GUARD_COLUMN} says so"
            raise table.error(row, column, expected=expected, found=quote(text))
    pairs = zip(texts, is_guarded, strict=True)
    return [text.removeprefix(GUARD) if is_one else text for text, is_one in pairs]


def _check_distinct(table: CsvTable, column: str, ids: IdentifierArray) -> None:
    first: dict[Identifier, int] = {}
    for row, identifier in enumerate(ids.tolist()):
        if identifier in first:
            found = f"{identifier} again (first on line {table.lines[first[identifier]]})"
            raise table.error(row, column, expected="each identifier once", found=found)
        first[identifier] = row

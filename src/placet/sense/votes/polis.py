"""Reading the export of a Polis conversation.

A Polis export is a folder (or zip archive) of ``comments.csv``, ``votes.csv``,
``participants-votes.csv`` (``participant-votes.csv`` on newer servers) and ``summary.csv``. Either
of the two files with votes is enough. Signs are those of the product: +1 agree, -1 disagree. Some
servers have exported them the other way round, which shows in the counts that the same files
carry; such an export is refused until its reader asks for `flip_signs`.

Statements are known by whole numbers, as in Polis, or by text (``N30-S-0142``) in the exports that
`placet.sense.votes.write_polis` makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

import numpy as np

from placet.sense.votes.arrays import IntArray
from placet.sense.votes.conversations import Conversation, Statement
from placet.sense.votes.counts import VoteCounts, count_rows
from placet.sense.votes.csvfiles import GUARD, CsvTable, find_files, read_csv, read_rows
from placet.sense.votes.errors import InputError, quote
from placet.sense.votes.polis_files import (
    StatementFile,
    VoteLog,
    WideFile,
    is_number,
    parse_statements,
    parse_vote_log,
    parse_wide_file,
)
from placet.sense.votes.tables import VoteTable

STATEMENT_FILE = "comments.csv"
VOTE_FILE = "votes.csv"
WIDE_FILES = ("participants-votes.csv", "participant-votes.csv")
SUMMARY_FILE = "summary.csv"
TOPIC, TOPIC_GUARD = "topic", "topic-is-guarded"

FLIP_REMEDY = (
    "The signs contradict these counts: read it with --flip-signs if agree and disagree are swapped."
)
UNFLIP_REMEDY = "The signs contradict these counts once flipped: leave --flip-signs out."


@dataclass(frozen=True)
class PolisExport:
    """A conversation, and the log that it was made from; None where the export has the wide file alone."""

    conversation: Conversation
    log: VoteLog | None


def read_polis(path: str | PathLike[str], *, flip_signs: bool = False) -> Conversation:
    """Read a Polis export.

    Parameters
    ----------
    path : path
        A folder, a zip archive, or one file with votes.
    flip_signs : bool
        Read -1 as agree and +1 as disagree.

    Returns
    -------
    Conversation
        Current votes: of several votes on one statement the last counts, by timestamp, then by
        place in the file. A statement that was voted on but is not listed in ``comments.csv`` is
        kept without text, and a notice says so.

    Raises
    ------
    InputError
        If a file or column is missing, a cell is not what it should be, an identifier repeats,
        nobody voted, or the votes contradict the counts that the export carries.
    """
    return read_polis_export(path, flip_signs=flip_signs).conversation


def read_polis_export(path: str | PathLike[str], *, flip_signs: bool = False) -> PolisExport:
    """Read a Polis export with every vote as it was cast; parameters and errors of `read_polis`."""
    path = Path(path)
    readers = find_files(path)
    tables = _read_tables(path, readers)
    listed = parse_statements(tables[STATEMENT_FILE]) if STATEMENT_FILE in tables else None
    log = parse_vote_log(tables[VOTE_FILE]) if VOTE_FILE in tables else None
    wide_name = next((name for name in WIDE_FILES if name in tables), None)
    wide = parse_wide_file(tables[wide_name]) if wide_name else None
    _check_kind(listed, log, wide)
    if flip_signs:
        log = log and replace(log, values=-log.values)
        wide = wide and replace(wide, values=-wide.values)
    remedy = UNFLIP_REMEDY if flip_signs else FLIP_REMEDY
    votes = _current_votes(log, wide)
    if wide:
        _check_claims(wide, remedy)
        _check_wide_against_log(wide, log, votes, remedy)
    row_counts, notices = _check_log(listed, log, wide, votes, remedy)
    statements, unlisted = _complete_statements(listed, votes)
    topic = _read_topic(readers)
    return PolisExport(Conversation(votes, statements, topic, row_counts, tuple(notices + unlisted)), log)


def _read_tables(path: Path, readers: Mapping[str, Callable[[], bytes]]) -> dict[str, CsvTable]:
    """Read the files that carry votes and statements, by the names that Polis gives them."""
    if path.is_file() and len(readers) == 1:
        name, read = next(iter(readers.items()))
        table = read_csv(name, read())
        return {_recognise(table): table}
    known = (STATEMENT_FILE, VOTE_FILE, *WIDE_FILES)
    tables = {name: read_csv(name, readers[name]()) for name in known if name in readers}
    if not tables.keys() & {VOTE_FILE, *WIDE_FILES}:
        raise InputError(
            path.name,
            expected=f"{VOTE_FILE} or {WIDE_FILES[0]}",
            found=", ".join(readers) or "no CSV file",
        )
    return tables


def _recognise(table: CsvTable) -> str:
    """Return which file of an export a single file is, by its columns."""
    if table.has("participant"):
        return WIDE_FILES[0]
    if table.has("voter-id"):
        return VOTE_FILE
    raise InputError(
        table.file,
        line=1,
        column="participant",
        expected=f"the columns of {WIDE_FILES[0]} (participant, ...) or of {VOTE_FILE} (voter-id, ...)",
        found=", ".join(table.header[:8]),
    )


def _check_kind(listed: StatementFile | None, log: VoteLog | None, wide: WideFile | None) -> None:
    """Refuse statements that are known by numbers in one file and by text in another."""
    if listed is None or not listed.statements:
        return
    is_text = isinstance(listed.statements[0].id, str)
    expected = f"{'text' if is_text else 'a whole number'}, as in {listed.table.file}"
    if log is not None and log.statements.size and is_text != (log.statements.dtype.kind == "U"):
        cells = log.table.cells("comment-id")
        row = 0 if is_text else next(row for row, cell in enumerate(cells) if not is_number(cell))
        raise log.table.error(row, "comment-id", expected=expected, found=quote(cells[row]))
    if wide is not None and wide.statement_ids.size and is_text:
        name = str(wide.statement_ids[0])
        raise InputError(wide.table.file, line=1, column=name, expected=expected, found=quote(name))


def _current_votes(log: VoteLog | None, wide: WideFile | None) -> VoteTable:
    if log is not None:
        table = log.table
        votes = VoteTable.from_events(log.participants, log.statements, log.values, order=log.moments)
    elif wide is not None:
        table = wide.table
        votes = VoteTable.from_events(wide.participant_ids[wide.row], wide.statements, wide.values)
    if votes.n_votes == 0:
        raise InputError(table.file, expected="at least one vote", found="none")
    return votes


def _check_claims(wide: WideFile, remedy: str) -> None:
    """Compare the cells of the wide file with its own n-agree and n-disagree."""
    counts = count_rows(wide.row, wide.values, wide.table.n_rows)
    is_wrong = (counts.n_agree != wide.claimed_agree) | (counts.n_disagree != wide.claimed_disagree)
    if not is_wrong.any():
        return
    row = int(np.argmax(is_wrong))
    raise wide.table.error(
        row,
        "n-agree",
        expected=f"{counts.n_agree[row]} agree and {counts.n_disagree[row]} disagree, as the row's cells",
        found=f"n-agree {wide.claimed_agree[row]} and n-disagree {wide.claimed_disagree[row]}",
        remedy=remedy if _is_swapped(counts, wide.claimed_agree, wide.claimed_disagree) else None,
    )


def _check_wide_against_log(wide: WideFile, log: VoteLog | None, votes: VoteTable, remedy: str) -> None:
    """Compare the current votes of the log with the cells of the wide file."""
    if log is None:
        return
    told = VoteTable.from_events(wide.participant_ids[wide.row], wide.statements, wide.values)
    if told.equals(votes):
        return
    logged = _vote_dictionary(votes)
    pairs = zip(wide.participant_ids[wide.row].tolist(), wide.statements.tolist(), strict=True)
    for pair, value, row in zip(pairs, wide.values.tolist(), wide.row.tolist(), strict=True):
        found = logged.pop(pair, None)
        if found != value:
            raise wide.table.error(
                row,
                str(pair[1]),
                expected=f"the last vote in {log.table.file} ({'none' if found is None else found})",
                found=str(value),
                remedy=remedy if found == -value else None,
            )
    participant, statement = next(iter(logged))
    raise InputError(
        wide.table.file,
        expected=f"the vote of participant {participant} on {statement}, as in {log.table.file}",
        found="none",
    )


def _vote_dictionary(votes: VoteTable) -> dict[tuple[object, object], int]:
    participants = votes.participant_ids[votes.participant_index].tolist()
    statements = np.array(votes.statement_ids)[votes.statement_index].tolist()
    return dict(zip(zip(participants, statements, strict=True), votes.values.tolist(), strict=True))


def _check_log(
    listed: StatementFile | None,
    log: VoteLog | None,
    wide: WideFile | None,
    votes: VoteTable,
    remedy: str,
) -> tuple[VoteCounts | None, list[str]]:
    """Count every row of the log and compare with the agrees and disagrees of ``comments.csv``.

    Servers differ in what they count there (every row, or current votes), so a difference alone is
    a notice; only counts that fit better with agree and disagree swapped are a contradiction.
    """
    if log is None:
        return None, []
    ids = np.array(votes.statement_ids)
    counts = count_rows(np.searchsorted(ids, log.statements), log.values, votes.n_statements)
    if listed is None or listed.claimed_agree is None or listed.claimed_disagree is None:
        unchecked = [] if wide else ["No file carries counts that the signs could be checked against."]
        return counts, unchecked
    position = {identifier: index for index, identifier in enumerate(votes.statement_ids)}
    listed_at = np.array([position.get(statement.id, -1) for statement in listed.statements], dtype=np.int64)
    spread = counts.take(listed_at)
    if _is_swapped(spread, listed.claimed_agree, listed.claimed_disagree):
        is_wrong = spread.n_agree != listed.claimed_agree
        row = int(np.argmax(is_wrong))
        raise listed.table.error(
            row,
            "agrees",
            expected=f"{spread.n_agree[row]} agrees, as in {log.table.file}",
            found=str(listed.claimed_agree[row]),
            remedy=remedy,
        )
    n_wrong = np.count_nonzero(
        (spread.n_agree != listed.claimed_agree) | (spread.n_disagree != listed.claimed_disagree)
    )
    if n_wrong:
        return counts, [
            f"{listed.table.file} counts other votes than {log.table.file} on {n_wrong} statements."
        ]
    return counts, []


def _is_swapped(counts: VoteCounts, claimed_agree: IntArray, claimed_disagree: IntArray) -> bool:
    """Return whether claimed counts fit better with agree and disagree swapped."""
    straight = np.abs(counts.n_agree - claimed_agree) + np.abs(counts.n_disagree - claimed_disagree)
    swapped = np.abs(counts.n_disagree - claimed_agree) + np.abs(counts.n_agree - claimed_disagree)
    return bool(swapped.sum() < straight.sum())


def _complete_statements(
    listed: StatementFile | None, votes: VoteTable
) -> tuple[tuple[Statement, ...], list[str]]:
    """Return all statements in order, those that only the votes know included."""
    known = {} if listed is None else {statement.id: statement for statement in listed.statements}
    unlisted = [identifier for identifier in votes.statement_ids if identifier not in known]
    for identifier in unlisted:
        known[identifier] = Statement(identifier)
    statements = tuple(known[identifier] for identifier in sorted(known))
    notices = []
    if unlisted and listed is not None:
        shown = ", ".join(map(str, unlisted[:10])) + (", ..." if len(unlisted) > 10 else "")
        notices.append(f"{listed.table.file} does not list {len(unlisted)} statements with votes: {shown}.")
    elif unlisted:
        notices.append(f"There is no {STATEMENT_FILE}: statements have no text, and none counts as rejected.")
    return statements, notices


def _read_topic(readers: Mapping[str, Callable[[], bytes]]) -> str:
    if SUMMARY_FILE not in readers:
        return ""
    rows, _ = read_rows(SUMMARY_FILE, readers[SUMMARY_FILE]())
    cells = {row[0].strip(): row[1] for row in reversed(rows) if len(row) > 1}
    topic = cells.get(TOPIC, "")
    if TOPIC_GUARD not in cells:
        return topic.strip()
    return topic.removeprefix(GUARD) if cells[TOPIC_GUARD] == "true" else topic

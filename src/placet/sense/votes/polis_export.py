"""Writing a conversation in the form of a Polis export, so that `read_polis` reads back the same."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, NamedTuple

from placet.sense.votes.arrays import Identifier
from placet.sense.votes.conversations import Statement
from placet.sense.votes.csvfiles import GUARD, is_like_formula
from placet.sense.votes.polis import STATEMENT_FILE, SUMMARY_FILE, TOPIC, TOPIC_GUARD, VOTE_FILE
from placet.sense.votes.polis_files import GUARD_COLUMN
from placet.sense.votes.tables import AGREE, DISAGREE

VOTE_COLUMNS = ("timestamp", "comment-id", "voter-id", "vote")
STATEMENT_COLUMNS = (
    "comment-body",
    GUARD_COLUMN,
    "comment-id",
    "agrees",
    "disagrees",
    "moderated",
    "is-meta",
    "is-seed",
)


class LoggedVote(NamedTuple):
    """A vote as it was cast: +1 agree, 0 pass, -1 disagree. The moment may be any number that orders."""

    moment: int
    statement: Identifier
    participant: int
    value: int


def write_polis(
    stream: IO[bytes],
    statements: Sequence[Statement],
    votes: Iterable[LoggedVote],
    *,
    topic: str = "",
    notes: Mapping[str, str] | None = None,
    made_at: datetime,
) -> None:
    """Write a zip archive of ``votes.csv``, ``comments.csv`` and ``summary.csv``.

    The votes are taken one by one and never held together. The same input gives the same bytes.

    A text that a spreadsheet would take for a formula is guarded by an apostrophe before it, and the
    column ``is-guarded`` says so: the reader takes it away again. Texts stand first in their row and are
    quoted: a spreadsheet that separates cells by semicolons, as in French, then keeps them in one cell.

    Parameters
    ----------
    stream : binary file
    statements : sequence of Statement
        Authors are left out.
    votes : iterable of LoggedVote
        Every vote, overwritten ones included.
    topic : str
    notes : mapping of str to str, optional
        Texts to lay beside, by file name.
    made_at : datetime
        The date of the files in the archive.
    """
    agrees: Counter[Identifier] = Counter()
    disagrees: Counter[Identifier] = Counter()

    def counted() -> Iterator[tuple[object, ...]]:
        for vote in votes:
            if vote.value == AGREE:
                agrees[vote.statement] += 1
            elif vote.value == DISAGREE:
                disagrees[vote.statement] += 1
            yield vote

    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, note in (notes or {}).items():
            with _member(archive, name, made_at) as file:
                file.write(note)
        with _member(archive, VOTE_FILE, made_at) as file:
            writer = csv.writer(file)
            writer.writerow(VOTE_COLUMNS)
            writer.writerows(counted())
        with _member(archive, STATEMENT_FILE, made_at) as file:
            file.write(",".join(STATEMENT_COLUMNS) + "\r\n")
            csv.writer(file, quoting=csv.QUOTE_NONNUMERIC).writerows(
                (
                    _guarded(each.text),
                    _flag(is_like_formula(each.text)),
                    each.id,
                    agrees[each.id],
                    disagrees[each.id],
                    each.moderated,
                    _flag(each.is_meta),
                    _flag(each.is_seed),
                )
                for each in statements
            )
        with _member(archive, SUMMARY_FILE, made_at) as file:
            rows = ((TOPIC, _guarded(topic)), (TOPIC_GUARD, _flag(is_like_formula(topic))))
            csv.writer(file).writerows(rows)


@contextmanager
def _member(archive: zipfile.ZipFile, name: str, made_at: datetime) -> Iterator[IO[str]]:
    """A text file in the archive, with nothing in it of the machine that wrote it."""
    entry = zipfile.ZipInfo(name, made_at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    with archive.open(entry, "w") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as file:
        yield file


def _guarded(text: str) -> str:
    return GUARD + text if is_like_formula(text) else text


def _flag(value: bool) -> str:
    return "true" if value else "false"

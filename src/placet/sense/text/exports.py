"""Texts from files: any CSV with a column of texts, and the exports of the platforms that people use.

Polis (``comments.csv``, ``comment-groups.csv``), Decidim (proposals), Talk to the City and the
sensemaking tools of Jigsaw are known by their columns; any other file needs a column named ``text``, or one
named by the caller.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from placet.sense.text.embedding.centring import primary_subtag
from placet.sense.votes.csvfiles import FORMULA_STARTS, GUARD, CsvTable, find_files, read_csv
from placet.sense.votes.errors import InputError, quote

UNKNOWN = "und"
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][0-9A-Za-z]{1,8})*")
TEXT_COLUMNS = ("text", "comment", "body", "idea", "statement", "proposal", "content")
LANGUAGE_COLUMNS = ("language", "lang", "locale")
ID_COLUMNS = ("id", "comment-id", "participant_id")
REJECTED_BY_POLIS = "-1"
TRUE = frozenset({"true", "t", "1"})


@dataclass(frozen=True, eq=False)
class TextFile:
    """Texts that were read.

    Attributes
    ----------
    kind : str
        "polis", "decidim", "talk-to-the-city", "jigsaw" or "csv".
    ids : tuple of str
        As the file has them; the line where it has none.
    texts : tuple of str
    languages : tuple of str
        BCP 47; "und" where the file does not say.
    n_left_out : int
        Rows without a text, rejected by moderators, or withdrawn.
    digest : str
        SHA-256 of the file.
    """

    kind: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    languages: tuple[str, ...]
    n_left_out: int
    digest: str

    def __repr__(self) -> str:
        return f"TextFile({self.kind}: {len(self.texts)} texts, {self.n_left_out} rows left out)"


@dataclass
class _Rows:
    """What is kept of a file, row by row."""

    kind: str
    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    n_left_out: int = 0

    def add(self, identifier: str, text: str, language: str, *, is_shown: bool = True) -> None:
        if not text.strip() or not is_shown:
            self.n_left_out += 1
            return
        self.ids.append(identifier)
        self.texts.append(text.strip())
        self.languages.append(language)


def read_texts(path: Path, *, text_column: str | None = None, language_column: str | None = None) -> TextFile:
    """Read the texts of a file.

    Parameters
    ----------
    path : Path
        A CSV file, UTF-8, with a header.
    text_column, language_column : str, optional
        Which columns hold texts and languages, where the file is none of the known exports or another
        column is meant.

    Returns
    -------
    TextFile
        Rows without a text are counted and left out, and so are comments that moderators rejected and
        proposals that were withdrawn.

    Raises
    ------
    InputError
        If the file cannot be read, is not UTF-8 or CSV, has no column of texts, or has a language that
        is no BCP 47 tag; it names the file, the line and the column.
    """
    data = _read(path)
    table = _table(path.name, data)
    if text_column is None and _is_decidim(table):
        rows = _decidim(table)
    else:
        rows = _plain(table, text_column, language_column)
    if not rows.texts:
        raise InputError(path.name, expected="at least one text", found=f"{table.n_rows} rows without one")
    found = (tuple(rows.ids), tuple(rows.texts), tuple(rows.languages))
    return TextFile(rows.kind, *found, rows.n_left_out, sha256(data).hexdigest())


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(path.name, expected="a CSV file", found="a folder")
    readers = find_files(path)
    if len(readers) != 1:
        raise InputError(path.name, expected="one CSV file", found=f"{len(readers)} in the archive")
    [read] = readers.values()
    return read()


def _table(file: str, data: bytes) -> CsvTable:
    """Read a file with commas or, as Decidim writes it, with semicolons."""
    first = data.split(b"\n", 1)[0]
    if first.count(b";") <= first.count(b","):
        return read_csv(file, data)
    return read_csv(file, _with_commas(file, data))


def _with_commas(file: str, data: bytes) -> bytes:
    """The same rows, on the same lines, with commas between the cells."""
    # What is no UTF-8 passes through, and is found where it stands afterwards.
    text = io.StringIO(data.decode("utf-8-sig", errors="surrogateescape"), newline="")
    reader = csv.reader(text, delimiter=";", strict=True)
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    try:
        for row in reader:
            # A blank line stays one, so that the lines of errors are those of the file.
            if row:
                writer.writerow(row)
            else:
                written.write("\n")
    except csv.Error as error:
        raise InputError(
            file, line=reader.line_num, expected="a well-formed CSV row", found=str(error)
        ) from None
    return written.getvalue().encode("utf-8", errors="surrogateescape")


def _is_decidim(table: CsvTable) -> bool:
    return any(name.startswith("body/") for name in table.header) and any(
        name.startswith(("title/", "participatory_space/", "component/")) for name in table.header
    )


def _decidim(table: CsvTable) -> _Rows:
    """Proposals: title and body in the language they were written in, never a machine's translation."""
    rows = _Rows("decidim")
    languages = [name.removeprefix("body/") for name in table.header if re.fullmatch(r"body/[^/]+", name)]
    bodies = {code: table.cells(f"body/{code}") for code in languages}
    titles = {code: _optional(table, f"title/{code}") for code in languages}
    withdrawn, states = _optional(table, "withdrawn"), _optional(table, "state")
    ids = table.cells("id") if table.has("id") else _line_numbers(table)
    for row, identifier in enumerate(ids):
        written = [code for code in languages if bodies[code][row].strip() or titles[code][row].strip()]
        code = written[0] if written else UNKNOWN
        title, body = (_unguarded(cells[code][row]) if written else "" for cells in (titles, bodies))
        text = body if not title or body.startswith(title) else f"{title.rstrip('.')}. {body}".strip()
        is_shown = withdrawn[row].lower() not in TRUE and states[row] != "withdrawn"
        rows.add(
            identifier, _without_tags(text), _language(table, row, f"body/{code}", code), is_shown=is_shown
        )
    return rows


def _plain(table: CsvTable, text_column: str | None, language_column: str | None) -> _Rows:
    kind, found_column = _recognise(table)
    column = text_column or found_column
    texts = table.cells(column)
    by_language = language_column or next((name for name in LANGUAGE_COLUMNS if table.has(name)), None)
    languages = table.cells(by_language) if by_language is not None else [UNKNOWN] * table.n_rows
    id_column = next((name for name in ID_COLUMNS if table.has(name)), None)
    ids = table.cells(id_column) if id_column is not None else _line_numbers(table)
    is_guarded, moderated = _optional(table, "is-guarded"), _optional(table, "moderated")
    rows = _Rows(kind)
    for row, (identifier, text, language) in enumerate(zip(ids, texts, languages, strict=True)):
        plain = text.removeprefix(GUARD) if is_guarded[row].lower() in TRUE else text
        code = _language(table, row, by_language or "", language)
        rows.add(identifier, plain, code, is_shown=moderated[row] != REJECTED_BY_POLIS)
    return rows


def _recognise(table: CsvTable) -> tuple[str, str]:
    """What wrote a file, and which of its columns holds the texts."""
    if table.has("comment-id"):
        return "polis", "comment-body" if table.has("comment-body") else "comment"
    if table.has("survey_text"):
        return "jigsaw", "survey_text"
    if {"id", "interview", "comment"} <= set(table.header):
        return "talk-to-the-city", "comment"
    for name in TEXT_COLUMNS:
        if table.has(name):
            return "csv", name
    return "csv", TEXT_COLUMNS[0]  # its absence is then said


def _optional(table: CsvTable, column: str) -> Sequence[str]:
    return table.cells(column) if table.has(column) else [""] * table.n_rows


def _line_numbers(table: CsvTable) -> list[str]:
    return [str(line) for line in table.lines.tolist()]


def _language(table: CsvTable, row: int, column: str, cell: str) -> str:
    """A BCP 47 tag; "und" for an empty cell."""
    tag = cell.strip()
    if not tag:
        return UNKNOWN
    if not LANGUAGE_TAG.fullmatch(tag):
        raise table.error(row, column, expected="a language tag such as en, fr or pt-BR", found=quote(tag))
    return tag.replace("_", "-") if "-" in tag or "_" in tag else primary_subtag(tag)


def _unguarded(cell: str) -> str:
    """A cell without the apostrophe that Decidim puts before what a spreadsheet would compute."""
    return cell[1:] if cell.startswith(GUARD) and cell[1:].startswith(FORMULA_STARTS) else cell


def _without_tags(text: str) -> str:
    """The words of a text that an editor marked up."""
    from html import unescape

    return " ".join(unescape(re.sub(r"<[^<>]{1,500}>", " ", text)).split())

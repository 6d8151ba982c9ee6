"""Texts from a CSV file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from placet.sense.text.languages import UNKNOWN, detect_language
from placet.sense.votes.csvfiles import CsvTable, find_files, read_csv
from placet.sense.votes.errors import InputError, quote

TAG = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Texts:
    """Texts with their languages.

    Attributes
    ----------
    ids : tuple of str
        Each once.
    bodies : tuple of str
        None is blank.
    languages : tuple of str
        BCP 47, as the file has them; empty where it does not say.
    """

    ids: tuple[str, ...]
    bodies: tuple[str, ...]
    languages: tuple[str, ...]


def read_texts(path: Path) -> Texts:
    """Read a CSV file with the columns id, text and, if the languages are known, language.

    Parameters
    ----------
    path : Path
        UTF-8, with a header; other columns are not read.

    Returns
    -------
    Texts

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, an identifier is missing or stands twice, a text
        is blank, or a language is no language tag; it says on which line, and what to do.
    """
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing there"
        raise InputError(path.name or str(path), expected="a CSV file", found=found)
    files = find_files(path)
    if list(files) != [path.name]:
        raise InputError(path.name, expected="a CSV file", found="an archive", remedy="Unpack it first.")
    table = read_csv(path.name, files[path.name]())
    for column in ("id", "text"):
        if not table.has(column):
            remedy = "The columns are id, text and, if the languages are known, language."
            found = quote(",".join(table.header))
            raise InputError(
                path.name, line=1, column=column, expected="this column", found=found, remedy=remedy
            )
    ids, bodies = table.cells("id"), table.cells("text")
    languages = table.cells("language") if table.has("language") else [""] * table.n_rows
    if not ids:
        raise InputError(path.name, expected="at least one text", found="a header alone")
    _check(table, ids, bodies, languages)
    return Texts(tuple(ids), tuple(bodies), tuple(tag.strip() for tag in languages))


def _check(table: CsvTable, ids: list[str], bodies: list[str], languages: list[str]) -> None:
    lines: dict[str, int] = {}
    for row, (identifier, body, language) in enumerate(zip(ids, bodies, languages, strict=True)):
        if not identifier.strip():
            raise table.error(row, "id", expected="an identifier", remedy="Give each text one of its own.")
        if identifier in lines:
            found = f"{quote(identifier)} on line {lines[identifier]} too"
            raise table.error(row, "id", expected="each identifier once", found=found)
        lines[identifier] = int(table.lines[row])
        if not body.strip():
            raise table.error(row, "text", expected="a text", remedy="Fill it in, or leave the row out.")
        if language.strip() and not TAG.fullmatch(language.strip()):
            remedy = "Or leave the cell empty: the language is detected."
            raise table.error(row, "language", expected="a language tag such as en or pt-BR", remedy=remedy)


def languages_of(texts: Texts) -> list[str]:
    """Return the language of each text: as its file has it, else detected.

    Parameters
    ----------
    texts : Texts
        Languages that the file names are the only ones that come into question for texts without one, if
        it names at least two.

    Returns
    -------
    list of str
        BCP 47; ``und`` where it could not be told.

    Raises
    ------
    MissingExtraError
        If one is to be detected and ``placet[text]`` is not installed.
    """
    named = {tag for tag in texts.languages if tag and tag != UNKNOWN}
    among = named if len(named) > 1 else ()
    return [
        tag or detect_language(body, among=among).language
        for body, tag in zip(texts.bodies, texts.languages, strict=True)
    ]

"""A table of contributions as a CSV file, read into rows."""

import hashlib

from placet.stages.contributions.cleaning import clean_line, clean_paragraphs
from placet.stages.contributions.imports.reading.columns import TEXTS, Columns, known_language, map_columns
from placet.stages.contributions.imports.reading.csv_table import Table, read_table
from placet.stages.contributions.imports.reading.plain_text import plain_text
from placet.stages.contributions.imports.reading.titles import title_of
from placet.stages.contributions.imports.rows import Fault, Finding, Reading, Row
from placet.stages.contributions.models import BODY_MAX_LENGTH

NUMBER_MAX = 999_999
Texts = dict[str, dict[str, str]]


def read_rows(content: bytes, language: str) -> Reading:
    """Read a table with one contribution a row.

    A row is known again by its identifier, else by its number, else by what it says.

    Raises
    ------
    UnreadableError
        Where the file is no table.
    """
    table = read_table(content)
    columns = map_columns(table.header)
    if columns.faults:
        return Reading((), tuple(columns.faults))
    faults = list(table.faults)
    rows = []
    for place, cells in table.rows:
        row, wrong = _row(place, cells, columns, table.header, language)
        faults += wrong
        if row is not None:
            rows.append(row)
    return Reading(tuple(rows), tuple(faults), (*table.findings, *column_findings(table, columns)))


def _row(
    place: int, cells: tuple[str, ...], columns: Columns, header: tuple[str, ...], language: str
) -> tuple[Row | None, list[Fault]]:
    faults = []
    number = None
    if columns.number is not None:
        number = _number(cells[columns.number])
        if number is None:
            faults.append(
                Fault(place, header[columns.number], "no-number", {"cell": cells[columns.number][:40]})
            )
    own = language
    if columns.language is not None and cells[columns.language].strip():
        named = known_language(cells[columns.language])
        if named is None:
            cell = cells[columns.language][:40]
            faults.append(Fault(place, header[columns.language], "no-language", {"cell": cell}))
        own = named or language
    if faults:
        return None, faults
    texts, by_machine = read_texts(cells, columns, own)
    original = original_of(texts, own, by_machine)
    add_titles(texts)
    foreign_id = cells[columns.id].strip() if columns.id is not None else str(number or "")
    if columns.id is not None and not foreign_id:
        return None, [Fault(place, header[columns.id], "no-id")]
    return Row(
        place,
        foreign_id or _identity(texts, original),
        number,
        original,
        texts["title"],
        texts["summary"],
        texts["body"],
        by_machine,
    ), []


def _number(cell: str) -> int | None:
    digits = cell.strip().rstrip(".)").lstrip("Rr").strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(NUMBER_MAX))
    return int(digits) if is_number and int(digits) > 0 else None


def read_texts(cells: tuple[str, ...], columns: Columns, own: str) -> tuple[Texts, frozenset[str]]:
    """The texts of a row by field and language, and which languages machines wrote.

    What a person wrote in a language is taken before what a machine did.
    """
    texts: Texts = {kind: {} for kind in TEXTS}
    human, machine = set(), set()
    for (kind, language), position in columns.texts.items():
        if text := _cleaned(kind, cells[position]):
            texts[kind].setdefault(language or own, text)
            human.add(language or own)
    for (kind, language), position in columns.by_machine.items():
        text = _cleaned(kind, cells[position])
        if text and language not in human:
            texts[kind][language] = text
            machine.add(language)
    return texts, frozenset(machine)


def _cleaned(kind: str, cell: str) -> str:
    text = plain_text(cell[: 4 * BODY_MAX_LENGTH])  # what is longer is a fault anyway
    return clean_paragraphs(text) if kind == "body" else clean_line(text)


def original_of(texts: Texts, own: str, by_machine: frozenset[str]) -> str:
    """The language of a row's original: its own, where a text is there in it; else the first one there is."""
    written = [each for each in (*texts["body"], *texts["title"]) if each not in by_machine]
    return own if own in written or not written else written[0]


def add_titles(texts: Texts) -> None:
    """A title in every language in which there is a text alone."""
    for language in texts["body"].keys() - texts["title"].keys():
        texts["title"][language] = title_of(texts["body"][language])


def _identity(texts: Texts, original: str) -> str:
    """By what a row without number and identifier is known again: its original text."""
    said = f"{texts['title'].get(original, '')}\n{texts['body'].get(original, '')}"
    return f"text-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def column_findings(table: Table, columns: Columns) -> list[Finding]:
    """What the columns were taken for, and which ones were not used."""
    taken = tuple(
        f"{table.header[position]} → {kind}{f' ({language})' if language else ''}"
        for position, (kind, language) in columns.known.items()
    )
    unused = tuple(table.header[position] or f"{position + 1}" for position in columns.unknown)
    found = [Finding("columns-taken", {"count": len(taken)}, taken)]
    if unused:
        found.append(Finding("columns-unused", {"count": len(unused)}, tuple(name[:80] for name in unused)))
    if columns.number is None and columns.id is None:
        found.append(Finding("known-by-text"))
    return found

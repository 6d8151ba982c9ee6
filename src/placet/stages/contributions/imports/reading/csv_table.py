"""A CSV file as rows of cells: which encoding, which separator, and where it is broken."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from placet.stages.contributions.imports.rows import Fault, Finding, UnreadableError

SEPARATORS = (";", ",", "\t")
COLUMNS_MAX = 500
ROWS_MAX = 20_000
GUARDED = ("'=", "'+", "'-", "'@")
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Table:
    """Header and rows; a row knows its number as a spreadsheet counts, the header being the first."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...]


def read_table(content: bytes) -> Table:
    """Read a CSV file.

    Raises
    ------
    UnreadableError
        Where it is not text, or no table, or holds more than can be imported at once.
    """
    text, findings = _decoded(content)
    separator = _separator(text)
    records = _records(text, separator)
    try:
        header = next(records)
    except StopIteration:
        raise UnreadableError("empty-file") from None
    except csv.Error:
        raise UnreadableError("broken-table", row=1) from None
    names = tuple(name.strip() for name in header)
    if len(names) > COLUMNS_MAX:
        raise UnreadableError("broken-table", row=1)
    rows: list[tuple[int, tuple[str, ...]]] = []
    faults: list[Fault] = []
    number = 1
    try:
        for number, cells in enumerate(records, start=2):
            if number > ROWS_MAX + 1:
                raise UnreadableError("too-many-rows", limit=ROWS_MAX)
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                values = {"found": len(cells), "expected": len(names)}
                faults.append(Fault(number, "", "cells", values))
                continue
            rows.append((number, tuple(_unguarded(cell) for cell in cells)))
    except csv.Error:
        raise UnreadableError("broken-table", row=number + 1) from None
    if not rows and not faults:
        raise UnreadableError("empty-file")
    return Table(names, tuple(rows), tuple(faults), findings)


def _decoded(content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """The text, and how it was encoded where that is a guess."""
    findings: tuple[Finding, ...] = ()
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError:
        if content.startswith(UTF_16_MARKS):
            raise UnreadableError("no-text") from None
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise UnreadableError("no-text") from None
        findings = (Finding("windows-1252"),)
    if "\0" in text:
        raise UnreadableError("no-text")
    return text, findings


def _separator(text: str) -> str:
    """The separator that cuts the header into most pieces; what stands in quotation marks is not counted."""
    line = re.sub(r'"[^"]*"', "", text.lstrip()[:100_000]).split("\n", 1)[0]
    return max(SEPARATORS, key=line.count)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), ROWS_MAX + 2)


def _unguarded(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell.startswith(GUARDED) else cell

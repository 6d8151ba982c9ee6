"""Reading CSV files so that whatever is wrong with them can be said exactly."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from placet.sense.votes.errors import InputError, quote

MAX_FILE_BYTES = 2**31  # larger exports belong in the out-of-core reader, not in memory

GUARD = "'"  # put before a text that a spreadsheet would take for a formula
FORMULA_STARTS = ("=", "+", "-", "@")


def is_like_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a cell with this text for a formula."""
    return text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(FORMULA_STARTS)


@dataclass(frozen=True)
class CsvTable:
    """A CSV file in memory.

    Attributes
    ----------
    file : str
    header : tuple of str
    rows : list of list of str
        As many cells in every row as the header has.
    lines : list of int
        The physical line on which each row starts.
    """

    file: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]

    def has(self, column: str) -> bool:
        """Return whether the header has this column."""
        return column in self.header

    def cells(self, column: str) -> list[str]:
        """Return the cells of one column, or say that the column is missing."""
        if column not in self.header:
            found = quote(",".join(self.header))
            raise InputError(self.file, line=1, column=column, expected="this column", found=found)
        position = self.header.index(column)
        return [row[position] for row in self.rows]

    def error(
        self, row: int, column: str, *, expected: str, found: str, remedy: str | None = None
    ) -> InputError:
        """Return the error for one cell, placed at its line and column."""
        return InputError(
            self.file, line=self.lines[row], column=column, expected=expected, found=found, remedy=remedy
        )


def read_csv(file: str, data: bytes) -> CsvTable:
    """Read a CSV file with a header.

    Raises
    ------
    InputError
        If the file is empty, is not UTF-8, is not CSV, or has a row whose number of cells differs
        from the header's; or if a name stands twice in the header.
    """
    rows, lines = read_rows(file, data)
    if not rows:
        raise InputError(file, line=1, expected="a header line", found="an empty file")
    header = tuple(name.strip() for name in rows.pop(0))
    lines.pop(0)
    if len(set(header)) < len(header):
        name = next(name for position, name in enumerate(header) if name in header[:position])
        raise InputError(file, line=1, column=name, expected="each column once", found="it twice")
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            expected = f"{len(header)} cells, as in the header"
            raise InputError(file, line=line, expected=expected, found=str(len(row)))
    return CsvTable(file, header, rows, lines)


def read_rows(file: str, data: bytes) -> tuple[list[list[str]], list[int]]:
    """Return the rows of a CSV file, blank ones left out, and the line each starts on."""
    reader = csv.reader(io.StringIO(_decode(file, data), newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(file, line=line, expected="a well-formed CSV row", found=str(error)) from None
    return rows, lines


def _decode(file: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            file,
            line=line,
            expected="UTF-8 text",
            found=f"the byte 0x{data[error.start]:02x}",
            remedy="Save the file as UTF-8 and try again.",
        ) from None


def find_files(path: Path) -> Mapping[str, Callable[[], bytes]]:
    """Return a reader for each CSV file of a folder, of a zip archive, or the one file given."""
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv")
        return {file.name: partial(_read_file, file) for file in files}
    if not path.is_file():
        raise InputError(path.name, expected="a folder, a zip archive or a CSV file", found="nothing there")
    if zipfile.is_zipfile(path):
        return _find_in_archive(path)
    return {path.name: partial(_read_file, path)}


def _find_in_archive(path: Path) -> dict[str, Callable[[], bytes]]:
    readers: dict[str, Callable[[], bytes]] = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = member.filename.rsplit("/", 1)[-1]
            is_resource_fork = member.filename.startswith("__MACOSX/")
            if not name.lower().endswith(".csv") or is_resource_fork:
                continue
            if name in readers:
                raise InputError(path.name, expected=f"one file named {name}", found="several")
            readers[name] = partial(_read_member, path, member)
    return readers


def _read_file(path: Path) -> bytes:
    try:
        _check_size(path.name, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(path.name, expected="a readable file", found=reason) from None


def _read_member(path: Path, member: zipfile.ZipInfo) -> bytes:
    file = f"{path.name}/{member.filename}"
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            # The declared size may lie, so no more than the limit is unpacked.
            data = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError(file, expected="a readable archive", found=str(error)) from None
    _check_size(file, len(data))
    return data


def _check_size(file: str, size: int) -> None:
    if size > MAX_FILE_BYTES:
        expected = f"at most {MAX_FILE_BYTES // 2**20:,} MiB"
        raise InputError(file, expected=expected, found=f"{size // 2**20:,} MiB or more")

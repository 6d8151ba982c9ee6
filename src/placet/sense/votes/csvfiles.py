"""Reading CSV files so that whatever is wrong with them can be said exactly."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from placet.sense.votes.arrays import IntArray
from placet.sense.votes.cells import Cells
from placet.sense.votes.errors import InputError, quote

MAX_FILE_BYTES = 2**31  # larger exports belong in the out-of-core reader, not in memory

GUARD = "'"  # put before a text that a spreadsheet would take for a formula
FORMULA_STARTS = ("=", "+", "-", "@")


def is_like_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a cell with this text for a formula."""
    return text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(FORMULA_STARTS)


@dataclass(frozen=True, eq=False)
class CsvTable:
    """A CSV file in memory.

    Attributes
    ----------
    file : str
    header : tuple of str
    data : bytes
        UTF-8 text with the cells one after another, a byte between each two.
    start : int
        Where the first cell starts.
    ends : (n_rows, n_columns) int64
        Before which byte each cell ends.
    lines : (n_rows,) int64
        The physical line on which each row starts.
    """

    file: str
    header: tuple[str, ...]
    data: bytes
    start: int
    ends: IntArray
    lines: IntArray

    @property
    def n_rows(self) -> int:
        """How many rows there are, without the header."""
        return self.lines.size

    def has(self, column: str) -> bool:
        """Return whether the header has this column."""
        return column in self.header

    def column(self, column: str) -> Cells:
        """Return the cells of one column, or say that the column is missing."""
        if column not in self.header:
            found = quote(",".join(self.header))
            raise InputError(self.file, line=1, column=column, expected="this column", found=found)
        position = self.header.index(column)
        ends = self.ends[:, position]
        if position > 0:
            starts = self.ends[:, position - 1] + 1
        else:
            starts = np.concatenate(([self.start], self.ends[:-1, -1] + 1))[: ends.size]
        return Cells(self.data, starts, ends - starts)

    def cells(self, column: str) -> list[str]:
        """Return the cells of one column as text, or say that the column is missing."""
        return self.column(column).texts()

    def error(
        self, row: int, column: str, *, expected: str, found: str | None = None, remedy: str | None = None
    ) -> InputError:
        """Return the error for one cell, placed at its line and column; it shows what stands there."""
        if found is None:
            found = quote(*self.column(column).take(np.array([row])).texts())
        line = int(self.lines[row])
        return InputError(self.file, line=line, column=column, expected=expected, found=found, remedy=remedy)


def read_csv(file: str, data: bytes) -> CsvTable:
    """Read a CSV file with a header.

    Raises
    ------
    InputError
        If the file is empty, is not UTF-8, is not CSV, or has a row whose number of cells differs
        from the header's; or if a name stands twice in the header.
    """
    plain = _read_plain(file, data)
    if plain is not None:
        return plain
    rows, lines = read_rows(file, data)
    if not rows:
        raise InputError(file, line=1, expected="a header line", found="an empty file")
    header = _check_header(file, rows.pop(0))
    lines.pop(0)
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            expected = f"{len(header)} cells, as in the header"
            raise InputError(file, line=line, expected=expected, found=str(len(row)))
    cells = [cell.encode() for row in rows for cell in row]
    ends = np.cumsum(np.fromiter(map(len, cells), dtype=np.int64, count=len(cells)) + 1) - 1
    shape = (len(rows), len(header))
    return CsvTable(file, header, b"\n".join(cells), 0, ends.reshape(shape), np.array(lines, dtype=np.int64))


def _read_plain(file: str, data: bytes) -> CsvTable | None:
    """Read a file without quotes, blank lines or ragged rows, ten times as fast; None: it is none."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if not data or b'"' in data or b"\r" in data or b"\n\n" in data or data.startswith(b"\n"):
        return None
    if not data.isascii():
        _decode(file, data)
    if not data.endswith(b"\n"):
        data += b"\n"
    start = data.index(b"\n") + 1
    names = data[: start - 1].decode().split(",")
    bytes_ = np.frombuffer(data, dtype=np.uint8)[start:]
    is_newline = bytes_ == ord("\n")
    ends = np.flatnonzero(is_newline | (bytes_ == ord(",")))
    n_rows = np.count_nonzero(is_newline)
    if ends.size != n_rows * len(names):
        return None
    by_row = ends.reshape(n_rows, len(names))
    if not is_newline[by_row[:, -1]].all():
        return None
    by_row += start
    return CsvTable(file, _check_header(file, names), data, start, by_row, np.arange(2, n_rows + 2))


def _check_header(file: str, names: list[str]) -> tuple[str, ...]:
    header = tuple(name.strip() for name in names)
    if len(set(header)) < len(header):
        name = next(name for position, name in enumerate(header) if name in header[:position])
        raise InputError(file, line=1, column=name, expected="each column once", found="it twice")
    return header


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

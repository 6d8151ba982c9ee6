"""The one exception that bad input raises."""

from __future__ import annotations


class InputError(ValueError):
    """Input that cannot be read, said so that its owner can mend it.

    Parameters
    ----------
    file : str
        Name of the file (or folder) that is at fault.
    expected : str
        What should have been there.
    found : str, optional
        What was there instead.
    line : int, optional
        Physical line of the file, counted from 1.
    column : str, optional
        Name of the column, as the header has it.
    remedy : str, optional
        What to do about it.
    """

    def __init__(
        self,
        file: str,
        *,
        expected: str,
        found: str | None = None,
        line: int | None = None,
        column: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(self._message())

    def _message(self) -> str:
        place = self.file
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f', column "{self.column}"'
        message = f"{place}: expected {self.expected}"
        if self.found is not None:
            message += f"; found {self.found}"
        message += "."
        return f"{message} {self.remedy}" if self.remedy else message


def quote(text: str) -> str:
    """Return a short, printable rendering of a cell, for use in a message."""
    shown = text if len(text) <= 60 else text[:57] + "..."
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown) + '"'

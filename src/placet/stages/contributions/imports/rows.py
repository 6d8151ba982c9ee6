"""What the readers of files hand on: rows as they will be written, and what is wrong or worth knowing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Row:
    """One contribution as its file has it.

    Attributes
    ----------
    place : int
        The row of the table (the header is row 1), or the paragraph of the document.
    foreign_id : str
        By which the same row is known again when the file, or a longer one, is brought in again.
    number : int, optional
        Within its collection.
    language : str
        Of the original, one of the keys of ``title`` and ``body``.
    title, summary, body : mapping
        Texts by language; the summary may be empty.
    by_machine : frozenset of str
        The languages whose texts a machine wrote.
    state : str
        What became of it where it comes from; empty where the file does not say.
    written_at : datetime, optional
        When it was handed in where it comes from.
    """

    place: int
    foreign_id: str
    number: int | None
    language: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    body: Mapping[str, str]
    by_machine: frozenset[str] = frozenset()
    state: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a file from being imported: where, and a key of ``sentences.FAULTS`` with its values."""

    place: int
    column: str
    code: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is worth knowing before an import is confirmed: a key of ``sentences.FINDINGS`` with its values.

    ``examples`` are pieces of the file, shown to whoever wants to look.
    """

    code: str
    values: Values = field(default_factory=dict)
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was read. ``source_url`` is where its rows stand on the web, if it says so."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...] = ()
    findings: tuple[Finding, ...] = ()
    source_url: str = ""


class UnreadableError(Exception):
    """The file as a whole cannot be read; ``code`` and ``values`` as a fault has them."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

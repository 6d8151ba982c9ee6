"""Reading TOML tables strictly: typed values, no leftovers, and errors that say where."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Collection, Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import UnionType
from typing import Any, TypeVar, cast

from placet.demonstration.shapes import Bilingual

T = TypeVar("T")


class ContentError(ValueError):
    """A content file is incomplete or contradicts itself; the message names the file and the place."""


class Table:
    """A TOML table that knows where it stands, hands out typed values and refuses what is left over."""

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, dict):
            raise ContentError(f"{place}: expected a table")
        self.place = place
        self._values = cast("dict[str, Any]", dict(values))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def _take(self, name: str, kind: type | UnionType, what: str) -> Any:
        if name not in self._values:
            raise ContentError(f"{self.place}: {name} is missing")
        value = self._values.pop(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ContentError(f"{self.place}: {name} must be {what}, not {value!r}")
        return value

    def string(self, name: str) -> str:
        value = cast(str, self._take(name, str, "a text"))
        if not value.strip() or value != value.strip():
            raise ContentError(f"{self.place}: {name} is empty or has blanks at an end")
        return value

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        value, names = self.string(name), tuple(allowed)
        if value not in names:
            raise ContentError(f"{self.place}: {name} is {value!r}, expected one of {', '.join(names)}")
        return value

    def bilingual(self, name: str) -> Bilingual:
        table = self.table(name)
        text = Bilingual(en=table.string("en"), fr=table.string("fr"))
        table.finish()
        return text

    def date(self, name: str) -> dt.date:
        value = cast(dt.date, self._take(name, dt.date, "a date such as 2021-06-14"))
        if isinstance(value, dt.datetime):
            raise ContentError(f"{self.place}: {name} must be a date without a time, not {value!r}")
        return value

    def boolean(self, name: str) -> bool:
        return cast(bool, self._take(name, bool, "true or false"))

    def integer(self, name: str) -> int:
        return cast(int, self._take(name, int, "a whole number"))

    def number(self, name: str) -> float:
        return float(self._take(name, int | float, "a number"))

    def probability(self, name: str) -> float:
        return self._check_probability(name, self.number(name))

    def probabilities(self, name: str, n: int) -> tuple[float, ...]:
        values = self._take(name, list, f"a list of {n} probabilities")
        if len(values) != n or not all(isinstance(value, float) for value in values):
            raise ContentError(f"{self.place}: {name} must be a list of {n} probabilities, not {values!r}")
        return tuple(self._check_probability(name, value) for value in values)

    def _check_probability(self, name: str, value: float) -> float:
        if not 0.0 <= value <= 1.0:
            raise ContentError(f"{self.place}: {name} must lie in [0, 1], not {value!r}")
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        values = self._take(name, list, "a list of texts")
        if not values or not all(isinstance(value, str) for value in values):
            raise ContentError(f"{self.place}: {name} must be a list of texts, not {values!r}")
        return tuple(values)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts that may be empty."""
        values = self._take(name, list, "a list of texts")
        if not all(isinstance(value, str) for value in values):
            raise ContentError(f"{self.place}: {name} must be a list of texts, not {values!r}")
        return tuple(values)

    def table(self, name: str) -> Table:
        return Table(self._take(name, dict, "a table"), f"{self.place}, {name}")

    def tables(self, name: str) -> list[Table]:
        values = self._take(name, list, "a list of tables")
        return [Table(value, f"{self.place}, {name} {i}") for i, value in enumerate(values, 1)]

    def numbers_for(self, name: str, keys: Iterable[str]) -> tuple[float, ...]:
        """A table with exactly these keys and numbers of at least 0, in the order of the keys."""
        table = self.table(name)
        values = tuple(table.number(key) for key in keys)
        table.finish()
        if min(values) < 0 or sum(values) <= 0:
            raise ContentError(f"{table.place}: numbers must not be negative, nor all zero")
        return values

    def finish(self) -> None:
        if self._values:
            raise ContentError(f"{self.place}: not expected here: {', '.join(sorted(self._values))}")


def read_file(folder: Traversable | None, name: str) -> Table:
    """A content file as a table.

    Raises
    ------
    ContentError
        If it is missing or not TOML.
    """
    source_folder = files("placet.demonstration") / "content" if folder is None else folder
    try:
        return Table(tomllib.loads((source_folder / name).read_text(encoding="utf-8")), name)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContentError(f"{name}: {error}") from error


def read_rows(table: Table, name: str, read: Callable[[Table], T]) -> tuple[T, ...]:
    """The tables under a name, each read to its end."""
    found = []
    for row in table.tables(name):
        found.append(read(row))
        row.finish()
    return tuple(found)


def check_known(place: str, what: str, keys: Collection[str], known: Collection[str]) -> None:
    """Refuse a key that nothing has."""
    if unknown := sorted(set(keys) - set(known)):
        raise ContentError(f"{place}: unknown {what}: {', '.join(unknown)}")


def check_unique(place: str, what: str, keys: Collection[str]) -> None:
    """Refuse a key that two have."""
    if len(keys) != len(set(keys)):
        raise ContentError(f"{place}: a {what} appears twice")

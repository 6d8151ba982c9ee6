"""Figures in the text of a finding: ``{agree N30-S-0142}`` stands for a number, which is never typed.

What stands between braces is a kind and a reference. Kinds about a statement take its reference:

- ``agree``, ``disagree``, ``pass``: the share of all who voted on it (passes included), with its interval;
- ``votes``: how many voted on it;
- ``least``: what support is at least in every member heard, by the release that stood as the run was chosen.

Kinds about a whole analysis take the reference of a run, or that of a consultation for its chosen run:

- ``participants``: how many took part;
- ``groups``: how many opinion groups there are.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, format_percent

SHARES: Final = ("agree", "disagree", "pass")
LEAST: Final = "least"
OF_STATEMENTS: Final = (*SHARES, "votes", LEAST)
OF_RUNS: Final = ("participants", "groups")
KINDS: Final = (*OF_STATEMENTS, *OF_RUNS)

EXAMPLE: Final = "{agree N30-S-0142}"
NARROW: Final = 0.02  # an interval narrower than that says nothing in whole percentages

_BRACED = re.compile(r"\{([^{}]*)\}")
_KIND_AND_TARGET = re.compile(r"\s*(\S+)\s+([A-Za-z0-9]+(?:-[A-Za-z0-9]+)+)\s*")
_PERCENTAGE = re.compile(r"\d+(?:[.,]\d+)?\s?(?:%|per ?cent\b|pour cent\b)")


@dataclass(frozen=True, slots=True, order=True)
class FigureKey:
    """What a text asks for: a kind of figure, of a statement, a run or a consultation."""

    kind: str
    target: str

    def __str__(self) -> str:
        return f"{{{self.kind} {self.target}}}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something between braces, or a lone brace, that is no figure."""

    text: str


Piece = str | FigureKey | Fault


def pieces_of(body: str) -> list[Piece]:
    """A text taken apart, in its order: what is text, what asks for a figure, and what is neither."""
    found: list[Piece] = []
    end = 0
    for match in _BRACED.finditer(body):
        found += _plain(body[end : match.start()])
        found.append(_key(match))
        end = match.end()
    return found + _plain(body[end:])


def keys_of(body: str) -> set[FigureKey]:
    """The figures that a text asks for."""
    return {piece for piece in pieces_of(body) if isinstance(piece, FigureKey)}


def typed_percentages(body: str) -> list[str]:
    """Percentages that somebody typed, so that nobody can check them: to be replaced by references."""
    text = "".join(piece for piece in pieces_of(body) if isinstance(piece, str))
    return list(dict.fromkeys(match.strip() for match in _PERCENTAGE.findall(text)))


def listed(keys: Iterable[FigureKey]) -> str:
    """Keys as they are written, for a sentence about them."""
    return ", ".join(str(key) for key in sorted(keys))


def percentage(share: float, language: str, *, digits: int = 0) -> str:
    """A share as a language writes percentages: "67%", « 67 % » with a space that does not break."""
    return format_percent(share, _pattern(language, digits), locale=_locale(language))


def percentages(low: float, high: float, language: str) -> str:
    """The bounds of an interval, with a decimal where it is narrow: "61–73%"."""
    digits = digits_for(low, high)
    first, last = (percentage(bound, language, digits=digits) for bound in (low, high))
    sign = re.search(r"\D+\Z", last)
    return f"{first.removesuffix(sign.group())}–{last}" if sign else f"{first}–{last}"


def number(value: int, language: str) -> str:
    """A whole number with its thousands set apart as a language does."""
    return format_decimal(value, locale=_locale(language))


def digits_for(low: float | None, high: float | None) -> int:
    """How many decimals a share is written with, by its interval."""
    return 1 if low is not None and high is not None and high - low < NARROW else 0


def _plain(text: str) -> list[Piece]:
    """Text between figures; a brace that is left in it opens or closes nothing."""
    parts: Sequence[str] = re.split(r"([{}])", text)
    return [Fault(part) if part in ("{", "}") else part for part in parts if part]


def _key(match: re.Match[str]) -> Piece:
    inside = _KIND_AND_TARGET.fullmatch(match.group(1))
    return FigureKey(inside.group(1).lower(), inside.group(2).upper()) if inside else Fault(match.group())


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def _pattern(language: str, digits: int) -> str:
    """The language's own pattern, with so many decimals."""
    pattern: str = _locale(language).percent_formats[None].pattern
    return re.sub(r"#,##0", "#,##0" + ("." + "0" * digits if digits else ""), pattern, count=1)

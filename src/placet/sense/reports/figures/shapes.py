"""Geometry and lettering that figures need."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

Point = tuple[float, float]

WIDE = frozenset("mwMW@%&\u2014\u2026")
NARROW = frozenset(" iljI.,:;'\u2019!|\u2002")


def convex_hull(points: Sequence[Point]) -> list[Point]:
    """Return the corners of the convex hull, anticlockwise; fewer than three where it has no area.

    Andrew's monotone chain (1979), Information Processing Letters 9, 216-219.
    """
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _half_hull(ordered)[:-1] + _half_hull(ordered[::-1])[:-1]


def _half_hull(points: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def shorten(text: str, width: float, font_size: float) -> str:
    """Return text that fits a width on one line, cut at a character with an ellipsis if need be.

    The font is the page's and unknown here, so widths are estimated on the safe side.
    """
    line = " ".join(text.split())
    room = width / font_size
    if sum(map(_em_width, line)) <= room:
        return line
    kept = ""
    for character in line:
        room -= _em_width(character)
        if room < 1:
            break
        kept += character
    return kept.rstrip() + "\u2026"


def _em_width(character: str) -> float:
    """Return the width of a character in a wide bold face, in ems."""
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF" or character in WIDE:
        return 1.05
    if character in NARROW:
        return 0.42
    return 0.82 if character.isupper() else 0.7

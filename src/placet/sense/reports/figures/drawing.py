"""From layers of marks to an SVG element."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from html import escape
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Document = Mapping[str, Any]
Row = dict[str, Any]
Specification = dict[str, Any]

WIDTH = 360  # of a phone: at its own scale there, enlarged on a wide page
TEXT_SIZE = 13
SMALL_SIZE = 12

INK, MUTED, RULE = "var(--figure-ink)", "var(--figure-muted)", "var(--figure-rule)"
SURFACE = "var(--figure-surface, Canvas)"

CONFIGURATION = {
    "font": "inherit",
    "background": "transparent",
    "padding": 0,
    "aria": False,
    "view": {"stroke": None},
}

# The complement of Char in XML 1.0, section 2.2.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SPOKEN = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


def import_altair() -> Any:
    """Import Altair where it is needed: it takes a third of a second."""
    import altair as alt

    return alt


def unchecked(function: Callable[P, T]) -> Callable[P, T]:
    """Have Altair not validate, chart by chart, what the function builds: that took as long as drawing it.

    The specifications are ours, and the tests look at the figures that come out.
    """

    @wraps(function)
    def build(*args: P.args, **kwargs: P.kwargs) -> T:
        from altair.utils.schemapi import debug_mode

        with debug_mode(False):
            return function(*args, **kwargs)

    return build


def rows_named(alt: Any, name: str) -> Any:
    """Return a chart, yet without a mark, of rows that are given by name when it is drawn.

    So they go past Altair, which would copy and check each of them several times over.
    """
    return alt.Chart(alt.NamedData(name=name))


def axis(alt: Any, channel: str, low: float, high: float) -> Any:
    """Return an invisible axis over exactly these values."""
    kind = alt.X if channel == "x" else alt.Y
    return kind(f"{channel}:Q", axis=None, scale=alt.Scale(domain=[low, high], nice=False))


def specify(alt: Any, layers: Sequence[Any], height: float) -> Specification:
    """Return the specification of a figure made of layers."""
    chart = alt.layer(*layers, width=WIDTH, height=height, autosize="none", config=CONFIGURATION)
    specification: Specification = chart.to_dict()
    return specification


def draw(
    specification: Specification, rows: Mapping[str, Iterable[Row]], *, title: str, description: str
) -> str:
    """Turn a specification and its rows into an SVG element with a title and a description."""
    import vl_convert

    clean = {
        name: [{key: _safe(value) for key, value in row.items()} for row in named]
        for name, named in rows.items()
    }
    svg = vl_convert.vegalite_to_svg({**specification, "datasets": clean})
    return _as_image(svg, title, description)


def _safe(value: Any) -> Any:
    """Return a value without the characters that XML cannot hold.

    The drawing library does not refuse such a character: it ends the whole process.
    """
    return NOT_IN_XML.sub("\ufffd", value) if isinstance(value, str) else value


def _as_image(svg: str, title: str, description: str) -> str:
    """Return an SVG drawing as one image to a screen reader, scaling with the page."""
    box = re.search(r'viewBox="([^"]*)"', svg)
    if box is None:
        raise RuntimeError("the drawing library returned no view box")
    # What the library says of each part would be noise.
    body = re.sub(r"<[^>]+>", lambda tag: SPOKEN.sub("", tag[0]), svg[svg.index(">") + 1 :])
    name = escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="figure" role="img" aria-label="{name}"'
        f' viewBox="{box[1]}"><title>{name}</title><desc>{escape(description)}</desc>{body}'
    )

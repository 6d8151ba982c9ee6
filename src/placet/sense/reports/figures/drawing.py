"""From layers of marks to an SVG element."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Document = Mapping[str, Any]
Row = dict[str, Any]

WIDTH = 360  # of a phone: at its own scale there, enlarged on a wide page
TEXT_SIZE = 13
SMALL_SIZE = 12

INK, MUTED, RULE = "var(--figure-ink)", "var(--figure-muted)", "var(--figure-rule)"
SURFACE = "var(--figure-surface, Canvas)"

# The complement of Char in XML 1.0, section 2.2.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SPOKEN = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


class Drawing:
    """Altair, and the rows that its layers draw.

    Rows go to the drawing library by name, past Altair, which would copy and check each of them
    several times over.
    """

    def __init__(self) -> None:
        import altair as alt  # here, because it takes a third of a second to import

        self.alt = alt
        self._rows: dict[str, list[Row]] = {}

    def chart(self, rows: Iterable[Row]) -> Any:
        """Return a chart of some rows, yet without a mark."""
        name = f"rows-{len(self._rows)}"
        self._rows[name] = [{key: _safe(value) for key, value in row.items()} for row in rows]
        return self.alt.Chart(self.alt.NamedData(name=name))

    def axis(self, channel: str, low: float, high: float) -> Any:
        """Return an invisible axis over exactly these values."""
        kind = self.alt.X if channel == "x" else self.alt.Y
        return kind(f"{channel}:Q", axis=None, scale=self.alt.Scale(domain=[low, high], nice=False))

    def draw(self, layers: Sequence[Any], height: float, *, title: str, description: str) -> str:
        """Turn layers into an SVG element with a title and a description."""
        import vl_convert

        chart = self.alt.layer(*layers).properties(width=WIDTH, height=height, autosize="none")
        chart = chart.configure(font="inherit", background="transparent", padding=0, aria=False)
        specification = chart.configure_view(stroke=None).to_dict()
        svg = vl_convert.vegalite_to_svg({**specification, "datasets": self._rows})
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

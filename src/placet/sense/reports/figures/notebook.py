"""Figures outside a page: with colours of their own, so that a notebook or a file can show them."""

from __future__ import annotations

import re
from dataclasses import dataclass

COLOURS = {
    "ink": "#1c2126",
    "muted": "#5b6169",
    "rule": "#dcd8cf",
    "surface": "#ffffff",
    "agree": "#17694f",
    "pass": "#8d8a82",
    "disagree": "#a5402a",
    "you": "#1c2126",
    "group-1": "#1f5fa8",
    "group-2": "#b3540e",
    "group-3": "#0f7a5c",
    "group-4": "#8a3f8f",
    "group-5": "#7a6a00",
    "group-6": "#b0305c",
    "group-7": "#3f6f7d",
    "group-8": "#5a5a9c",
}
CARD = (
    f"background:{COLOURS['surface']};color:{COLOURS['ink']};"
    "max-width:36em;padding:1em;font-family:sans-serif"
)


@dataclass(frozen=True)
class Figure:
    """A figure that draws itself in a notebook.

    Attributes
    ----------
    svg : str
        The whole figure, on a light ground; written to a file it is an image.
    """

    svg: str

    @classmethod
    def of(cls, drawn: str) -> Figure:
        """Take what a ``draw_…`` function returned, and give it colours in place of a page's."""
        return cls(re.sub(r"var\(--figure-([a-z0-9-]+)[^)]*\)", lambda name: COLOURS[name[1]], drawn))

    def __repr__(self) -> str:
        name = re.search(r"<title>(.*?)</title>", self.svg)
        return f"Figure({name[1] if name else ''})"

    def _repr_html_(self) -> str:
        return f'<div style="{CARD}">{self.svg}</div>'

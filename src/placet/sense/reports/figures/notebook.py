"""Figures outside a page: with colours of their own, so that a notebook or a file can show them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Those of the platform's pages in the light theme.
COLOURS = {
    "ink": "#181b1f",
    "muted": "#54595f",
    "rule": "#d8d4ca",
    "surface": "#ffffff",
    "agree": "#1f63a8",
    "pass": "#777c82",
    "disagree": "#b8480f",
    "you": "#a01558",
    "group-1": "#2563a8",
    "group-2": "#b8480f",
    "group-3": "#1d7a4f",
    "group-4": "#74459e",
    "group-5": "#8a6500",
    "group-6": "#0e7a8c",
    "group-7": "#bd3f84",
    "group-8": "#5c5148",
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

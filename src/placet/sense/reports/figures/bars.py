"""Bars: how people voted, and how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from placet.sense.reports.figures.drawing import (
    INK,
    MUTED,
    SMALL_SIZE,
    SURFACE,
    TEXT_SIZE,
    WIDTH,
    Document,
    Row,
    Specification,
    axis,
    draw,
    import_altair,
    rows_named,
    specify,
    unchecked,
)
from placet.sense.reports.figures.opinion_map import group_letter
from placet.sense.reports.figures.shapes import shorten
from placet.sense.reports.language import Language, load_language
from placet.sense.votes import Identifier

VOTE_COLOURS = {
    "agree": "var(--figure-agree)",
    "pass": "var(--figure-pass)",
    "disagree": "var(--figure-disagree)",
}
BAR_START, BAR_END = 40, 306  # of divided bars: names to the left, numbers of votes to the right
COUNT_START, COUNT_END = 90, 300  # of plain bars: their number stands at their end
BAR_HEIGHT = 16


def draw_vote_bars(
    document: Document, statement_ids: Sequence[Identifier], *, language: str, title: str
) -> str:
    """Draw how all participants and each group voted on some statements.

    Parameters
    ----------
    document : mapping
        An analysis as in ``analysis.json``.
    statement_ids : sequence of int or str
        Numbered 1, 2, ... in the figure, in this order.
    language : {"en", "fr"}
    title : str
        What the figure shows, in this language.

    Returns
    -------
    str
        An ``<svg>`` element: for each statement one bar for everyone and one for each group,
        divided into agree, pass and disagree.
    """
    speech = load_language(language)
    statements = {statement["id"]: statement for statement in document["statements"]}
    bars = _Bars(speech)
    bars.add_vote_legend()
    for number, identifier in enumerate(statement_ids, start=1):
        statement = statements[identifier]
        bars.add_heading(f"{number}.\u2002{statement['text'] or statement['id']}")
        bars.add_votes(speech.translate("All"), statement)
        for tally in statement["by_group"]:
            bars.add_votes(group_letter(tally["group"]), tally)
    return bars.draw(title, speech.translate("Bars show the share that agreed, passed and disagreed."))


def draw_participation(document: Document, *, language: str) -> str:
    """Draw how many votes people cast.

    Parameters
    ----------
    document : mapping
        An analysis as in ``analysis.json``.
    language : {"en", "fr"}

    Returns
    -------
    str
        An ``<svg>`` element: one bar for each class of the number of votes.
    """
    speech = load_language(language)
    classes = document["participation"]["votes_per_participant"]
    largest = max((votes["participants"] for votes in classes), default=1)
    bars = _Bars(speech)
    bars.add_count_legend(speech.translate("Votes cast"), speech.translate("Participants"))
    for votes in classes:
        bars.add_count(votes_class(votes, speech), votes["participants"], largest)
    description = speech.translate("Bars show how many participants cast how many votes.")
    return bars.draw(speech.translate("Votes cast per participant"), description)


def votes_class(votes: Mapping[str, int], speech: Language) -> str:
    """Return the name of a class of the number of votes, such as 4–7."""
    first, last = speech.integer(votes["from"]), speech.integer(votes["to"])
    return first if first == last else f"{first}\u2013{last}"


class _Bars:
    """Bars and lettering in pixels, laid out from the top down."""

    def __init__(self, speech: Language) -> None:
        self.speech = speech
        self.parts: list[Row] = []
        self.labels: list[Row] = []
        self.top = 0

    def add_vote_legend(self) -> None:
        """Add the key of the colours."""
        _ = self.speech.translate
        left = 0
        for name, colour in zip((_("Agree"), _("Pass"), _("Disagree")), VOTE_COLOURS.values(), strict=True):
            self._add_part(left, left + 12, colour, height=12)
            self._add_label(name, left + 17, middle=6)
            left += 32 + 7 * len(name)
        self._add_label(_("Votes"), WIDTH, middle=6, colour=MUTED, align="right")
        self.top += 14

    def add_heading(self, text: str) -> None:
        """Add a line that names the bars below it, with space above."""
        self.top += 14
        line = shorten(text, WIDTH, TEXT_SIZE)
        self._add_label(line, 0, weight="bold", size=TEXT_SIZE)
        self.top += 20

    def add_votes(self, name: str, tally: Mapping[str, Any]) -> None:
        """Add a bar divided into agree, pass and disagree."""
        votes = {kind: tally[f"n_{kind}"] for kind in VOTE_COLOURS}
        total = sum(votes.values())
        self._add_label(name, 0)
        self._add_label(self.speech.integer(total), WIDTH, colour=MUTED, align="right")
        left = float(BAR_START)
        for kind, count in votes.items():
            right = left + (BAR_END - BAR_START) * count / max(total, 1)
            self._add_part(left, right, VOTE_COLOURS[kind])
            if kind != "pass" and right - left >= 38:
                at, align = (left + 5, "left") if kind == "agree" else (right - 5, "right")
                share = self.speech.percent(count / total)
                self._add_label(share, at, colour=SURFACE, weight="bold", align=align)
            left = right
        self.top += 20

    def add_count_legend(self, name: str, what: str) -> None:
        """Add the titles of the two columns of plain bars."""
        self._add_label(name, 0, colour=MUTED)
        self._add_label(what, COUNT_START, colour=MUTED)
        self.top += 22

    def add_count(self, name: str, count: int, largest: int) -> None:
        """Add a plain bar with its number at its end."""
        end = COUNT_START + (COUNT_END - COUNT_START) * count / max(largest, 1)
        self._add_label(name, 0)
        self._add_part(COUNT_START, end, MUTED)
        self._add_label(self.speech.integer(count), end + 6)
        self.top += 22

    def draw(self, title: str, description: str) -> str:
        """Return everything as one figure."""
        styles = sorted({_style(label) for label in self.labels})
        rows = {"parts": self.parts}
        for style in styles:
            rows["-".join(style)] = [label for label in self.labels if _style(label) == style]
        return draw(_specify(self.top, tuple(styles)), rows, title=title, description=description)

    def _add_part(self, left: float, right: float, colour: str, *, height: int = BAR_HEIGHT) -> None:
        if right > left:
            part = {"x": left, "x2": right, "y": self.top, "y2": self.top + height, "colour": colour}
            self.parts.append(part)

    def _add_label(
        self,
        text: str,
        x: float,
        *,
        middle: int = BAR_HEIGHT // 2,
        colour: str = INK,
        weight: str = "normal",
        align: str = "left",
        size: int = SMALL_SIZE,
    ) -> None:
        style = {"colour": colour, "weight": weight, "align": align, "size": size}
        self.labels.append({"text": text, "x": x, "y": self.top + middle, **style})


def _style(label: Row) -> tuple[str, str, str]:
    return label["align"], label["weight"], str(label["size"])


@cache
@unchecked
def _specify(height: int, styles: tuple[tuple[str, str, str], ...]) -> Specification:
    """Return the specification of bars and lettering in pixels, y downwards.

    It is kept, because a report has many such figures of the same height.
    """
    alt = import_altair()
    x, y = axis(alt, "x", 0, WIDTH), axis(alt, "y", height, 0)
    fill = alt.Fill("colour:N", scale=None, legend=None)
    parts = rows_named(alt, "parts").mark_rect(stroke=SURFACE, strokeWidth=1)
    layers = [parts.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", fill=fill)]
    for align, weight, size in styles:
        labels = rows_named(alt, "-".join((align, weight, size)))
        text = labels.mark_text(align=align, baseline="middle", fontWeight=weight, fontSize=int(size))
        layers.append(text.encode(x=x, y=y, text="text:N", fill=fill))
    return specify(alt, layers, height)

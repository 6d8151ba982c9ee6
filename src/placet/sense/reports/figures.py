"""Figures, drawn from an analysis document as SVG to stand inside a page.

Colours are custom properties of the page (``--figure-ink``, ``--figure-muted``, ``--figure-rule``,
``--figure-surface``, ``--figure-agree``, ``--figure-pass``, ``--figure-disagree``, ``--figure-you``
and ``--figure-group-1`` to ``-8``) and fonts are inherited, so that one figure follows the light
and the dark theme of every page. Nothing in it is a style attribute or a script. A figure is an
image to a screen reader; the page puts a table with the same numbers beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from placet.sense.opinion import Placement
from placet.sense.reports.language import Language, load_language
from placet.sense.reports.shapes import convex_hull, shorten
from placet.sense.votes import Identifier

if TYPE_CHECKING:
    import altair as alt

Document = Mapping[str, Any]
Row = dict[str, Any]

SPOKEN = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')

WIDTH = 360  # of a phone: at its own scale there, enlarged on a wide page
MIN_HEIGHT, MAX_HEIGHT = 200, 340
MARGIN = 46  # around the map, where the groups are named
TEXT_SIZE = 13
SMALL_SIZE = 12

INK, MUTED, RULE = "var(--figure-ink)", "var(--figure-muted)", "var(--figure-rule)"
SURFACE = "var(--figure-surface, Canvas)"
YOU = "var(--figure-you)"
VOTE_COLOURS = {
    "agree": "var(--figure-agree)",
    "pass": "var(--figure-pass)",
    "disagree": "var(--figure-disagree)",
}
GROUP_SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)


def group_letter(group: int) -> str:
    """Return the letter that a group is shown by: A for 0, B for 1, ..."""
    return chr(ord("A") + group)


def draw_opinion_map(document: Document, *, language: str, you: Placement | None = None) -> str:
    """Draw where the opinion groups lie.

    Parameters
    ----------
    document : mapping
        An analysis as in ``analysis.json``.
    language : {"en", "fr"}
    you : Placement, optional
        A person to mark on the map.

    Returns
    -------
    str
        An ``<svg>`` element. Each mark stands for people who voted almost alike, its area for how
        many; shape and colour tell the groups apart, and a letter names each. Distances are the
        same along both axes; the axes themselves have no meaning.
    """
    alt = _altair()
    speech = load_language(language)
    bases = document["opinion_space"]["base_clusters"]
    frame = _frame(bases, you)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[frame.left, frame.right], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[frame.bottom, frame.top], nice=False))
    groups = [group["id"] for group in document["groups"]]
    layers = [
        _rules(alt, frame, x, y),
        *_hulls(alt, bases, groups, x, y),
        _base_marks(alt, bases, groups, x, y),
        *_group_labels(alt, document, speech, frame, x, y),
    ]
    if you is not None:
        layers += _you_marks(alt, you, speech, x, y)
    chart = alt.layer(*layers).properties(width=WIDTH, height=frame.height)
    return _draw(chart, speech.translate("Opinion map"), _describe_map(document, speech, you))


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
    alt = _altair()
    speech = load_language(language)
    statements = {statement["id"]: statement for statement in document["statements"]}
    parts: list[Row] = []
    labels: list[Row] = []
    top = _add_vote_legend(parts, labels, speech)
    for number, identifier in enumerate(statement_ids, start=1):
        statement = statements[identifier]
        heading = shorten(f"{number}.\u2002{statement['text'] or statement['id']}", WIDTH, TEXT_SIZE)
        labels.append(_label(heading, 0, top + 10, colour=INK, weight="bold", size=TEXT_SIZE))
        top += 18
        rows = [(speech.translate("All"), statement)]
        rows += [(group_letter(tally["group"]), tally) for tally in statement["by_group"]]
        for name, tally in rows:
            _add_vote_bar(parts, labels, speech, name, tally, top)
            top += 20
        top += 14
    description = speech.translate("Bars show the share that agreed, passed and disagreed.")
    return _draw(_bar_chart(alt, parts, labels, top - 14), title, description)


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
    alt = _altair()
    speech = load_language(language)
    classes = document["participation"]["votes_per_participant"]
    largest = max((c["participants"] for c in classes), default=1)
    parts: list[Row] = []
    labels = [
        _label(speech.translate("Votes cast"), 0, 8, colour=MUTED),
        _label(speech.translate("Participants"), 84, 8, colour=MUTED),
    ]
    top = 22
    for votes in classes:
        end = 84 + 220 * votes["participants"] / largest
        count = speech.integer(votes["participants"])
        parts.append({"x": 84, "x2": end, "y": top, "y2": top + 16, "colour": INK})
        labels.append(_label(votes_class(votes, speech), 0, top + 8, colour=INK))
        labels.append(_label(count, end + 6, top + 8, colour=INK))
        top += 22
    title = speech.translate("Votes cast per participant")
    description = speech.translate("Bars show how many participants cast how many votes.")
    return _draw(_bar_chart(alt, parts, labels, top), title, description)


def votes_class(votes: Mapping[str, int], speech: Language) -> str:
    """Return the name of a class of the number of votes, such as 4–7."""
    first, last = speech.integer(votes["from"]), speech.integer(votes["to"])
    return first if first == last else f"{first}\u2013{last}"


def _altair() -> Any:
    """Import Altair where it is needed: it takes a third of a second."""
    import altair as alt

    return alt


# --- the opinion map ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """The part of the opinion space that is drawn; `unit` is one pixel."""

    left: float
    right: float
    bottom: float
    top: float
    unit: float

    @property
    def height(self) -> float:
        return (self.top - self.bottom) / self.unit


def _frame(bases: Sequence[Row], you: Placement | None) -> _Frame:
    """Return a frame around everyone, in equal units, with room for labels outside the groups."""
    points = [(base["x"], base["y"]) for base in bases] + ([(you.x, you.y)] if you else [])
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    room_x, room_y = WIDTH - 2 * MARGIN, MAX_HEIGHT - 2 * MARGIN
    unit = max((max(xs) - min(xs)) / room_x, (max(ys) - min(ys)) / room_y) or 1.0
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    half_x = unit * WIDTH / 2
    half_y = max((max(ys) - min(ys)) / 2 + MARGIN * unit, unit * MIN_HEIGHT / 2)
    return _Frame(middle_x - half_x, middle_x + half_x, middle_y - half_y, middle_y + half_y, unit)


def _rules(alt: Any, frame: _Frame, x: Any, y: Any) -> Any:
    """Draw the two lines through the middle of the space."""
    rows = []
    if frame.bottom < 0 < frame.top:
        rows.append({"x": frame.left, "y": 0, "x2": frame.right, "y2": 0})
    if frame.left < 0 < frame.right:
        rows.append({"x": 0, "y": frame.bottom, "x2": 0, "y2": frame.top})
    chart = alt.Chart(alt.Data(values=rows)).mark_rule(stroke=RULE, strokeWidth=1)
    return chart.encode(x=x, y=y, x2="x2:Q", y2="y2:Q")


def _hulls(alt: Any, bases: Sequence[Row], groups: Sequence[int], x: Any, y: Any) -> list[Any]:
    """Outline each group, where it spans an area."""
    layers = []
    for group in groups:
        hull = convex_hull([(base["x"], base["y"]) for base in bases if base["group"] == group])
        if len(hull) < 3:
            continue
        rows = [{"x": px, "y": py, "order": step} for step, (px, py) in enumerate(hull)]
        colour = _group_colour(group)
        mark = alt.Chart(alt.Data(values=rows)).mark_line(
            interpolate="linear-closed",
            fill=colour,
            fillOpacity=0.1,
            stroke=colour,
            strokeOpacity=0.55,
            strokeWidth=1,
            strokeJoin="round",
        )
        layers.append(mark.encode(x=x, y=y, order="order:Q"))
    return layers


def _base_marks(alt: Any, bases: Sequence[Row], groups: Sequence[int], x: Any, y: Any) -> Any:
    largest = max((base["size"] for base in bases), default=1)
    rows = [
        {"x": b["x"], "y": b["y"], "group": group_letter(b["group"]), "area": 24 + 300 * b["size"] / largest}
        for b in bases
    ]
    letters = [group_letter(group) for group in groups]
    colours = alt.Scale(domain=letters, range=[_group_colour(group) for group in groups])
    shapes = alt.Scale(domain=letters, range=[GROUP_SHAPES[g % len(GROUP_SHAPES)] for g in groups])
    chart = alt.Chart(alt.Data(values=rows)).mark_point(
        filled=True, opacity=0.9, stroke=SURFACE, strokeWidth=0.8
    )
    return chart.encode(
        x=x,
        y=y,
        fill=alt.Fill("group:N", scale=colours, legend=None),
        shape=alt.Shape("group:N", scale=shapes, legend=None),
        size=alt.Size("area:Q", scale=None, legend=None),
    )


def _group_labels(
    alt: Any, document: Document, speech: Language, frame: _Frame, x: Any, y: Any
) -> list[Any]:
    """Name each group by its letter and size, just outside its outline and away from the middle."""
    rows = []
    for group in document["groups"]:
        members = [b for b in document["opinion_space"]["base_clusters"] if b["group"] == group["id"]]
        px, py = _label_place(group["centre"], members, 26 * frame.unit)
        px = min(max(px, frame.left + 22 * frame.unit), frame.right - 22 * frame.unit)
        py = min(max(py, frame.bottom + 18 * frame.unit), frame.top - 18 * frame.unit)
        size = speech.integer(group["size"])
        rows.append({"x": px, "y": py, "letter": group_letter(group["id"]), "size": size})
    halo = {"stroke": SURFACE, "strokeWidth": 4, "strokeJoin": "round"}
    layers = []
    for outline in (halo, {}):
        base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
        letter = base.mark_text(dy=-5, fontSize=20, fontWeight="bold", fill=INK, **outline)
        count = base.mark_text(dy=11, fontSize=SMALL_SIZE, fill=INK, **outline)
        layers += [letter.encode(text="letter:N"), count.encode(text="size:N")]
    return layers


def _label_place(
    centre: Sequence[float], members: Sequence[Row], gap: float
) -> tuple[float, float]:
    """Return the place beyond a group's farthest member, seen from the middle through its centre."""
    length = float(centre[0] ** 2 + centre[1] ** 2) ** 0.5
    if length == 0.0:
        return centre[0], centre[1]
    ux, uy = centre[0] / length, centre[1] / length
    far = max(base["x"] * ux + base["y"] * uy for base in members)
    return ux * (far + gap), uy * (far + gap)


def _you_marks(alt: Any, you: Placement, speech: Language, x: Any, y: Any) -> list[Any]:
    rows = [{"x": you.x, "y": you.y, "name": speech.translate("You")}]
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
    ring = base.mark_point(shape="circle", size=340, fill=SURFACE, stroke=YOU, strokeWidth=3)
    dot = base.mark_point(shape="circle", size=60, fill=YOU, strokeWidth=0)
    text = {"dy": -20, "fontSize": 14, "fontWeight": "bold"}
    halo = base.mark_text(**text, stroke=SURFACE, strokeWidth=4, fill=SURFACE).encode(text="name:N")
    name = base.mark_text(**text, fill=YOU).encode(text="name:N")
    return [ring, dot, halo, name]


def _describe_map(document: Document, speech: Language, you: Placement | None) -> str:
    sizes = "; ".join(
        speech.translate("group %(letter)s: %(size)s participants")
        % {"letter": group_letter(group["id"]), "size": speech.integer(group["size"])}
        for group in document["groups"]
    )
    if you is None or you.group is None:
        return sizes
    near = speech.translate("you are nearest to group %(letter)s") % {"letter": group_letter(you.group)}
    return f"{sizes}; {near}"


def _group_colour(group: int) -> str:
    return f"var(--figure-group-{group % len(GROUP_SHAPES) + 1})"


# --- bars ----------------------------------------------------------------------------------------

BAR_START, BAR_END = 40, 300


def _add_vote_legend(parts: list[Row], labels: list[Row], speech: Language) -> int:
    """Add the key of the colours; return where the bars may begin."""
    names = (speech.translate("Agree"), speech.translate("Pass"), speech.translate("Disagree"))
    left = BAR_START
    for name, colour in zip(names, VOTE_COLOURS.values(), strict=True):
        parts.append({"x": left, "x2": left + 12, "y": 2, "y2": 14, "colour": colour})
        labels.append(_label(name, left + 17, 8, colour=INK))
        left += 34 + 7 * len(name)
    labels.append(_label(speech.translate("Votes"), WIDTH, 8, colour=MUTED, align="right"))
    return 30


def _add_vote_bar(
    parts: list[Row], labels: list[Row], speech: Language, name: str, tally: Row, top: float
) -> None:
    """Add one divided bar, its name to the left and the number of votes to the right."""
    labels.append(_label(name, 0, top + 8, colour=INK))
    votes = {kind: tally[f"n_{kind}"] for kind in VOTE_COLOURS}
    total = sum(votes.values())
    labels.append(_label(speech.integer(total), WIDTH, top + 8, colour=MUTED, align="right"))
    if total == 0:
        return
    left = float(BAR_START)
    for kind, count in votes.items():
        right = left + (BAR_END - BAR_START) * count / total
        parts.append({"x": left, "x2": right, "y": top, "y2": top + 16, "colour": VOTE_COLOURS[kind]})
        if kind != "pass" and right - left >= 36:
            share = speech.percent(count / total)
            at, align = (left + 5, "left") if kind == "agree" else (right - 5, "right")
            labels.append(_label(share, at, top + 8, colour=SURFACE, weight="bold", align=align))
        left = right


def _label(
    text: str,
    x: float,
    y: float,
    *,
    colour: str,
    weight: str = "normal",
    align: str = "left",
    size: int = SMALL_SIZE,
) -> Row:
    return {"text": text, "x": x, "y": y, "colour": colour, "weight": weight, "align": align, "size": size}


def _bar_chart(alt: Any, parts: Sequence[Row], labels: Sequence[Row], height: float) -> alt.LayerChart:
    """Lay bars and labels out in pixels, y downwards."""
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, WIDTH], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))
    bars = alt.Chart(alt.Data(values=list(parts))).mark_rect(stroke=SURFACE, strokeWidth=1)
    layers = [
        bars.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", fill=alt.Fill("colour:N", scale=None, legend=None))
    ]
    kinds = {(label["weight"], label["align"], label["size"]) for label in labels}
    for weight, align, size in sorted(kinds):
        rows = [row for row in labels if (row["weight"], row["align"], row["size"]) == (weight, align, size)]
        text = alt.Chart(alt.Data(values=rows)).mark_text(
            align=align, baseline="middle", fontWeight=weight, fontSize=size
        )
        fill = alt.Fill("colour:N", scale=None, legend=None)
        layers.append(text.encode(x=x, y=y, text="text:N", fill=fill))
    return alt.layer(*layers).properties(width=WIDTH, height=height)


# --- drawing ---------------------------------------------------------------------------------------


def _draw(chart: alt.LayerChart, title: str, description: str) -> str:
    """Turn a chart into an SVG element with a title and a description."""
    import vl_convert

    plain = chart.configure(font="inherit", background="transparent", padding=0, aria=False).configure_view(
        stroke=None
    )
    svg: str = vl_convert.vegalite_to_svg(plain.to_dict())
    box = re.search(r'viewBox="([^"]*)"', svg)
    if box is None:
        raise RuntimeError("the drawing library returned no view box")
    # A screen reader is told of one image; what the library says of each part would be noise.
    body = re.sub(r"<[^>]+>", lambda tag: SPOKEN.sub("", tag[0]), svg[svg.index(">") + 1 :])
    name = escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="figure" role="img" aria-label="{name}"'
        f' viewBox="{box[1]}"><title>{name}</title><desc>{escape(description)}</desc>{body}'
    )

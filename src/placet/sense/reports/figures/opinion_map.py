"""The opinion map: where the opinion groups lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from placet.sense.opinion import Placement
from placet.sense.reports.figures.drawing import (
    INK,
    RULE,
    SMALL_SIZE,
    SURFACE,
    WIDTH,
    Document,
    Row,
    axis,
    draw,
    import_altair,
    rows_named,
    specify,
    unchecked,
)
from placet.sense.reports.figures.shapes import convex_hull
from placet.sense.reports.language import Language, load_language

YOU = "var(--figure-you)"
MIN_HEIGHT, MAX_HEIGHT = 200, 340
MARGIN = 46  # around the map, where the groups are named
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


def group_colour(group: int) -> int:
    """Return the number, from 1 to 8, of the colour and the shape that a group is shown in."""
    return group % len(GROUP_SHAPES) + 1


@unchecked
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
    speech = load_language(language)
    bases = document["opinion_space"]["base_clusters"]
    frame = _frame(bases, you)
    canvas = _Canvas(frame)
    groups = [group["id"] for group in document["groups"]]
    layers = [
        _rules(canvas, frame),
        *_hulls(canvas, bases, groups),
        _base_marks(canvas, bases, groups),
        *_group_labels(canvas, document, speech, frame),
    ]
    if you is not None:
        layers += _you_marks(canvas, you, speech)
    specification = specify(canvas.alt, layers, frame.height)
    title = speech.translate("Opinion map")
    description = _describe_map(document, speech, you)
    return draw(specification, canvas.rows, title=title, description=description)


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


class _Canvas:
    """Altair with the axes of one map, and the rows that its layers draw."""

    def __init__(self, frame: _Frame) -> None:
        self.alt = import_altair()
        self.x = axis(self.alt, "x", frame.left, frame.right)
        self.y = axis(self.alt, "y", frame.bottom, frame.top)
        self.rows: dict[str, list[Row]] = {}

    def chart(self, rows: list[Row]) -> Any:
        """Return a chart of some rows at their places, yet without a mark."""
        name = f"rows-{len(self.rows)}"
        self.rows[name] = rows
        return rows_named(self.alt, name).encode(x=self.x, y=self.y)


def _rules(canvas: _Canvas, frame: _Frame) -> Any:
    """Draw the two lines through the middle of the space."""
    rows = []
    if frame.bottom < 0 < frame.top:
        rows.append({"x": frame.left, "y": 0, "x2": frame.right, "y2": 0})
    if frame.left < 0 < frame.right:
        rows.append({"x": 0, "y": frame.bottom, "x2": 0, "y2": frame.top})
    chart = canvas.chart(rows).mark_rule(stroke=RULE, strokeWidth=1)
    return chart.encode(x2="x2:Q", y2="y2:Q")


def _hulls(canvas: _Canvas, bases: Sequence[Row], groups: Sequence[int]) -> list[Any]:
    """Outline each group, where it spans an area."""
    layers = []
    for group in groups:
        hull = convex_hull([(base["x"], base["y"]) for base in bases if base["group"] == group])
        if len(hull) < 3:
            continue
        rows = [{"x": px, "y": py, "order": step} for step, (px, py) in enumerate(hull)]
        colour = _fill(group)
        mark = canvas.chart(rows).mark_line(
            interpolate="linear-closed",
            fill=colour,
            fillOpacity=0.1,
            stroke=colour,
            strokeOpacity=0.55,
            strokeWidth=1,
            strokeJoin="round",
        )
        layers.append(mark.encode(order="order:Q"))
    return layers


def _base_marks(canvas: _Canvas, bases: Sequence[Row], groups: Sequence[int]) -> Any:
    largest = max((base["size"] for base in bases), default=1)
    rows = [
        {"x": b["x"], "y": b["y"], "group": group_letter(b["group"]), "area": 24 + 300 * b["size"] / largest}
        for b in bases
    ]
    letters = [group_letter(group) for group in groups]
    colours = canvas.alt.Scale(domain=letters, range=[_fill(group) for group in groups])
    shapes = canvas.alt.Scale(domain=letters, range=[GROUP_SHAPES[group_colour(g) - 1] for g in groups])
    chart = canvas.chart(rows).mark_point(filled=True, opacity=0.9, stroke=SURFACE, strokeWidth=0.8)
    return chart.encode(
        fill=canvas.alt.Fill("group:N", scale=colours, legend=None),
        shape=canvas.alt.Shape("group:N", scale=shapes, legend=None),
        size=canvas.alt.Size("area:Q", scale=None, legend=None),
    )


def _group_labels(canvas: _Canvas, document: Document, speech: Language, frame: _Frame) -> list[Any]:
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
        base = canvas.chart(rows)
        letter = base.mark_text(dy=-5, fontSize=20, fontWeight="bold", fill=INK, **outline)
        count = base.mark_text(dy=11, fontSize=SMALL_SIZE, fill=INK, **outline)
        layers += [letter.encode(text="letter:N"), count.encode(text="size:N")]
    return layers


def _label_place(centre: Sequence[float], members: Sequence[Row], gap: float) -> tuple[float, float]:
    """Return the place beyond a group's farthest member, seen from the middle through its centre."""
    length = float(centre[0] ** 2 + centre[1] ** 2) ** 0.5
    if length == 0.0:
        return centre[0], centre[1]
    ux, uy = centre[0] / length, centre[1] / length
    far = max(base["x"] * ux + base["y"] * uy for base in members)
    return ux * (far + gap), uy * (far + gap)


def _you_marks(canvas: _Canvas, you: Placement, speech: Language) -> list[Any]:
    rows = [{"x": you.x, "y": you.y, "name": speech.translate("You")}]
    base = canvas.chart(rows)
    ring = base.mark_point(shape="circle", size=340, fill=SURFACE, stroke=YOU, strokeWidth=3)
    dot = base.mark_point(shape="circle", size=60, fill=YOU, stroke=YOU)
    text = {"dy": -20, "fontSize": 14, "fontWeight": "bold"}
    halo = base.mark_text(**text, stroke=SURFACE, strokeWidth=4, fill=SURFACE).encode(text="name:N")
    name = base.mark_text(**text, fill=YOU).encode(text="name:N")
    return [ring, dot, halo, name]


def _describe_map(document: Document, speech: Language, you: Placement | None) -> str:
    sizes = "; ".join(
        speech.translate("Group %(letter)s, %(people)s")
        % {
            "letter": group_letter(group["id"]),
            "people": speech.count("%(n)s participant", "%(n)s participants", group["size"]),
        }
        for group in document["groups"]
    )
    if you is None or you.group is None:
        return sizes
    near = speech.translate("you are nearest to group %(letter)s") % {"letter": group_letter(you.group)}
    return f"{sizes}; {near}"


def _fill(group: int) -> str:
    return f"var(--figure-group-{group_colour(group)})"

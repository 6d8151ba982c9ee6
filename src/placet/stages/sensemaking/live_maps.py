"""A live map as its page shows it: counts, groups, and a drawing that a template writes as SVG.

Drawn here and not by the engine's drawing library, which takes most of a second: the same frame, marks and
outlines as on the map of a run, so that the two can be laid side by side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from django.utils import timezone

from placet.sense.reports import group_letter

# The engine's own frame and outlines: a live map looks like the map of a run.
from placet.sense.reports.figures.opinion_map import GROUP_SHAPES, _Frame, _frame, _label_place, group_colour
from placet.sense.reports.figures.shapes import Point, convex_hull
from placet.stages.consultations.models import Consultation
from placet.stages.consultations.queries import phase
from placet.stages.sensemaking.documents import Document
from placet.stages.sensemaking.following.follower import LEAST_MOVED, LEAST_PARTICIPANTS
from placet.stages.sensemaking.models import LiveMap

SMALLEST_AREA, LARGEST_AREA = 24, 324
LABEL_GAP = 26
LABEL_MARGIN_X, LABEL_MARGIN_Y = 22, 18


@dataclass(frozen=True, slots=True)
class Shape:
    """A path in the colour of a group."""

    number: int
    path: str


@dataclass(frozen=True, slots=True)
class Label:
    """Where the name of a group stands on the map."""

    x: str
    y: str
    letter: str
    size: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the template writes as one image, in its own units."""

    width: str
    height: str
    rules: str
    outlines: list[Shape]
    marks: list[Shape]
    labels: list[Label]


@dataclass(frozen=True, slots=True)
class LiveGroup:
    letter: str
    number: int
    size: int
    share: float


@dataclass(frozen=True, slots=True)
class LiveView:
    """The live map of a consultation as everybody sees it; nothing of it is about the reader.

    ``version`` changes with whatever is shown. Before anybody voted there are no counts.
    """

    version: str
    is_open: bool
    computed_at: datetime | None
    last_sequence: int
    n_participants: int
    n_votes: int
    drawn_at: datetime | None
    drawn_sequence: int | None
    groups: list[LiveGroup]
    drawing: Drawing | None

    @property
    def n_grouped(self) -> int:
        return sum(group.size for group in self.groups)

    @property
    def n_missing(self) -> int:
        """How many participants are missing before a map is drawn."""
        return max(LEAST_PARTICIPANTS - self.n_participants, 0)

    @property
    def is_drawn_late(self) -> bool:
        """Whether ballots were counted since the map was drawn."""
        return self.drawn_sequence is not None and self.drawn_sequence < self.last_sequence

    @property
    def least_moved(self) -> int:
        return LEAST_MOVED


def live_version(consultation: Consultation) -> str:
    """What changes whenever the live map shows anything else; one query, and a short one."""
    computed = LiveMap.objects.filter(consultation=consultation).values_list("computed_at", flat=True).first()
    return _version(consultation, computed)


def live_view(consultation: Consultation) -> LiveView:
    """The live map as it was stored last; an empty one where there is none yet."""
    live = LiveMap.objects.filter(consultation=consultation).first()
    is_open = phase(consultation, timezone.now()) == "open"
    if live is None:
        return LiveView(_version(consultation, None), is_open, None, 0, 0, 0, None, None, [], None)
    found: Document = live.drawing or {"groups": [], "base_clusters": []}
    n_grouped = sum(group["size"] for group in found["groups"])
    return LiveView(
        version=_version(consultation, live.computed_at),
        is_open=is_open,
        computed_at=live.computed_at,
        last_sequence=live.last_sequence,
        n_participants=live.counts["participants"],
        n_votes=live.counts["votes"],
        drawn_at=live.drawn_at,
        drawn_sequence=live.drawn_sequence,
        groups=[
            LiveGroup(
                group_letter(group["id"]),
                group_colour(group["id"]),
                group["size"],
                group["size"] / n_grouped,
            )
            for group in found["groups"]
        ],
        drawing=lay_out(found) if found["groups"] else None,
    )


def _version(consultation: Consultation, computed_at: datetime | None) -> str:
    is_open = phase(consultation, timezone.now()) == "open"
    moment = int(computed_at.timestamp() * 1_000_000) if computed_at else 0
    return f"{moment}-{'open' if is_open else 'closed'}"


def lay_out(found: Document) -> Drawing:
    """Groups and base clusters of a document, laid out as the engine lays out the map of a run."""
    bases = found["base_clusters"]
    frame = _frame(bases, None)

    def place(x: float, y: float) -> Point:
        return (x - frame.left) / frame.unit, (frame.top - y) / frame.unit

    largest = max(base["size"] for base in bases)
    width, height = (frame.right - frame.left) / frame.unit, frame.height
    return Drawing(
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        rules=_rules(place(0.0, 0.0), width, height),
        outlines=[
            Shape(group_colour(group["id"]), _closed([place(*corner) for corner in hull]))
            for group in found["groups"]
            if len(hull := convex_hull([(b["x"], b["y"]) for b in bases if b["group"] == group["id"]])) >= 3
        ],
        marks=[
            Shape(
                group_colour(base["group"]),
                _mark(
                    GROUP_SHAPES[group_colour(base["group"]) - 1],
                    *place(base["x"], base["y"]),
                    sqrt(SMALLEST_AREA + (LARGEST_AREA - SMALLEST_AREA) * base["size"] / largest) / 2,
                ),
            )
            for base in bases
        ],
        labels=list(_labels(found, frame)),
    )


def _rules(middle: Point, width: float, height: float) -> str:
    """The two lines through the middle of the space, as far as the frame shows them."""
    x, y = middle
    across = f"M0,{y:.1f}H{width:.0f}" if 0 < y < height else ""
    down = f"M{x:.1f},0V{height:.0f}" if 0 < x < width else ""
    return across + down


def _labels(found: Document, frame: _Frame) -> Iterator[Label]:
    """Each group's letter and size, just outside its outline."""
    for group in found["groups"]:
        members: list[dict[str, Any]] = [b for b in found["base_clusters"] if b["group"] == group["id"]]
        members = members or [{"x": group["centre"][0], "y": group["centre"][1]}]
        x, y = _label_place(group["centre"], members, LABEL_GAP * frame.unit)
        px, py = (x - frame.left) / frame.unit, (frame.top - y) / frame.unit
        width = (frame.right - frame.left) / frame.unit
        px = min(max(px, LABEL_MARGIN_X), width - LABEL_MARGIN_X)
        py = min(max(py, LABEL_MARGIN_Y), frame.height - LABEL_MARGIN_Y)
        yield Label(f"{px:.1f}", f"{py:.1f}", group_letter(group["id"]), group["size"])


def _mark(shape: str, x: float, y: float, r: float) -> str:
    """A mark of the size at which the engine's drawing library makes it."""
    if shape == "circle":
        return (
            f"M{x - r:.1f},{y:.1f}a{r:.1f},{r:.1f} 0 1,0 {2 * r:.1f},0a{r:.1f},{r:.1f} 0 1,0 {-2 * r:.1f},0Z"
        )
    return _closed([(x + r * dx, y + r * dy) for dx, dy in CORNERS[shape]])


def _closed(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points) + "Z"


_H, _S = sqrt(3) / 2, 0.4
CORNERS: dict[str, Sequence[Point]] = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((-1, 0), (0, -1), (1, 0), (0, 1)),
    "triangle-up": ((0, -_H), (-1, _H), (1, _H)),
    "triangle-down": ((0, _H), (-1, -_H), (1, -_H)),
    "triangle-right": ((_H, 0), (-_H, -1), (-_H, 1)),
    "triangle-left": ((-_H, 0), (_H, -1), (_H, 1)),
    "cross": (
        *((-1, -_S), (-1, _S), (-_S, _S), (-_S, 1), (_S, 1), (_S, _S)),
        *((1, _S), (1, -_S), (_S, -_S), (_S, -1), (-_S, -1), (-_S, -_S)),
    ),
}

"""The map of ideas: a mark a text, a disc a theme."""

from __future__ import annotations

from typing import Any

from placet.sense.reports.figures.drawing import (
    INK,
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
from placet.sense.reports.figures.opinion_map import group_colour
from placet.sense.reports.figures.shapes import shorten
from placet.sense.reports.language import Language, load_language

MOST_MARKS = 2_000
MARGIN = 8
MAX_HEIGHT = 420


@unchecked
def draw_idea_map(document: Document, *, language: str) -> str:
    """Draw where themes and their texts lie.

    Parameters
    ----------
    document : mapping
        As in ``themes.json``.
    language : {"en", "fr"}

    Returns
    -------
    str
        An ``<svg>`` element. Each disc is a theme with its number and first term, its area for its texts;
        of more than 2,000 texts every so manieth has a mark.
    """
    speech = load_language(language)
    discs = [theme for theme in document["themes"] if theme["parent"] is None]
    alt = import_altair()
    left, right, bottom, top, unit = _frame(discs)
    x, y = axis(alt, "x", left, right), axis(alt, "y", bottom, top)
    rows: dict[str, list[Row]] = {}

    def chart(name: str, found: list[Row]) -> Any:
        rows[name] = found
        return rows_named(alt, name).encode(x=x, y=y)

    domain = [str(colour) for colour in range(1, 9)]
    colours = alt.Scale(domain=domain, range=[f"var(--figure-group-{colour})" for colour in domain])
    fill = alt.Fill("colour:N", scale=colours, legend=None)
    areas = chart("discs", [_disc(theme, unit) for theme in discs])
    areas = areas.mark_point(shape="circle", filled=True, opacity=0.14, strokeWidth=0)
    marks = chart("texts", _marks(document)).mark_point(shape="circle", filled=True, opacity=0.55, size=7)
    layers = [
        areas.encode(fill=fill, size=alt.Size("area:Q", scale=None, legend=None)),
        marks.encode(fill=fill),
    ]
    labels = [_label(theme, language, unit) for theme in discs]
    for number, outline in enumerate(({"stroke": SURFACE, "strokeWidth": 4, "strokeJoin": "round"}, {})):
        base = chart(f"labels-{number}", labels)
        layers.append(
            base.mark_text(dy=-5, fontSize=17, fontWeight="bold", fill=INK, **outline).encode(text="number:N")
        )
        layers.append(base.mark_text(dy=10, fontSize=SMALL_SIZE, fill=INK, **outline).encode(text="term:N"))
    specification = specify(alt, layers, (top - bottom) / unit)
    title = speech.translate("Map of ideas")
    return draw(specification, rows, title=title, description=_describe(discs, speech))


def _frame(discs: list[Row]) -> tuple[float, float, float, float, float]:
    """The bounds of the map, in equal units along both axes, and the length of a pixel."""
    xs = [disc["disc"]["centre"][0] + way * disc["disc"]["radius"] for disc in discs for way in (-1, 1)]
    ys = [disc["disc"]["centre"][1] + way * disc["disc"]["radius"] for disc in discs for way in (-1, 1)]
    low_x, high_x, low_y, high_y = min(xs), max(xs), min(ys), max(ys)
    unit = max((high_x - low_x) / (WIDTH - 2 * MARGIN), (high_y - low_y) / (MAX_HEIGHT - 2 * MARGIN)) or 1.0
    middle_x, half_x = (low_x + high_x) / 2, unit * WIDTH / 2
    middle_y, half_y = (low_y + high_y) / 2, (high_y - low_y) / 2 + MARGIN * unit
    return middle_x - half_x, middle_x + half_x, middle_y - half_y, middle_y + half_y, unit


def _disc(theme: Row, unit: float) -> Row:
    """A disc; to the drawing library its size is that of the square around it, in pixels."""
    x, y = theme["disc"]["centre"]
    area = (2 * theme["disc"]["radius"] / unit) ** 2
    return {"x": x, "y": y, "area": area, "colour": _colour(theme)}


def _label(theme: Row, language: str, unit: float) -> Row:
    x, y = theme["disc"]["centre"]
    terms = theme["labels"][language]
    width = max(2.4 * theme["disc"]["radius"] / unit, 40)
    term = shorten(terms[0], width, SMALL_SIZE) if terms else ""
    return {"x": x, "y": y, "number": theme["number"], "term": term}


def _marks(document: Document) -> list[Row]:
    themes = {theme["key"]: theme for theme in document["themes"]}
    placed = [text for text in document["texts"] if text["place"] is not None]
    rows = []
    for text in placed[:: -(-len(placed) // MOST_MARKS) or 1]:
        theme = themes[text["theme"]]
        above = theme if theme["parent"] is None else themes[theme["parent"]]
        rows.append({"x": text["place"][0], "y": text["place"][1], "colour": _colour(above)})
    return rows


def _colour(theme: Row) -> str:
    return str(group_colour(theme["key"]))


def _describe(discs: list[Row], speech: Language) -> str:
    described = [
        f"{disc['number']}. {', '.join(disc['labels'][speech.code])} ({speech.integer(disc['n_texts'])})"
        for disc in discs
    ]
    return "; ".join(described)

"""Figures, drawn from an analysis document as SVG to stand inside a page.

Colours are custom properties of the page (``--figure-ink``, ``--figure-muted``, ``--figure-rule``,
``--figure-surface``, ``--figure-agree``, ``--figure-pass``, ``--figure-disagree``, ``--figure-you``
and ``--figure-group-1`` to ``-8``) and fonts are inherited, so that one figure follows the light
and the dark theme of every page. Text in ``--figure-surface`` stands on the colours of agree and
disagree. Nothing in a figure is a style attribute or a script. To a screen reader it is one image;
the page puts a table with the same numbers beside it.
"""

from placet.sense.reports.figures.bars import draw_participation, draw_vote_bars, votes_class
from placet.sense.reports.figures.notebook import Figure
from placet.sense.reports.figures.opinion_map import draw_opinion_map, group_colour, group_letter

__all__ = [
    "Figure",
    "draw_opinion_map",
    "draw_participation",
    "draw_vote_bars",
    "group_colour",
    "group_letter",
    "votes_class",
]

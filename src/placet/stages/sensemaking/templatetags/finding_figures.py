"""Figures of findings in the language of the page."""

from django import template
from django.utils.translation import get_language

from placet.stages.sensemaking.findings import figures
from placet.stages.sensemaking.findings.queries import value_of
from placet.stages.sensemaking.findings.sources import FigureView

register = template.Library()

NOTHING = "–"


@register.filter
def value(figure: FigureView) -> str:
    """The figure itself, without its interval."""
    return value_of(figure, get_language() or "en")


@register.filter
def interval(figure: FigureView) -> str:
    """The bounds of its interval; a dash where it has none, or is itself a bound."""
    if figure.low is None or figure.high is None or figure.kind == figures.LEAST:
        return NOTHING
    return figures.percentages(figure.low, figure.high, get_language() or "en")

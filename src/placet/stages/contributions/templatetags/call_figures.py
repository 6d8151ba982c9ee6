"""Figures of a jury and an audience in the reader's way of writing numbers."""

from collections.abc import Sequence

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()

NOTHING = "–"


@register.filter
def one_decimal(value: float | None) -> str:
    """A score with one decimal: more would say more than the jury did."""
    return NOTHING if value is None else number_format(f"{value:.1f}", 1, use_l10n=True)


@register.filter
def decimal_bounds(bounds: Sequence[float] | None) -> str:
    """The bounds of an interval with one decimal."""
    return NOTHING if bounds is None else " – ".join(one_decimal(bound) for bound in bounds)


@register.filter
def whole_percent(share: float | None) -> str:
    """A share as a whole percentage."""
    return NOTHING if share is None else _("%(number)s%%") % {"number": f"{100 * share:.0f}"}


@register.filter
def percent_bounds(bounds: Sequence[float] | None) -> str:
    """The bounds of an interval of shares as whole percentages."""
    if bounds is None:
        return NOTHING
    low, high = (f"{100 * bound:.0f}" for bound in bounds)
    return _("%(number)s%%") % {"number": f"{low}–{high}"}


@register.filter
def plain(value: float) -> str:
    """A coordinate as SVG reads it, whatever the reader's decimal sign."""
    return f"{value:g}"

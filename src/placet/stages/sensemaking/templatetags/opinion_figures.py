"""Figures of opinion in the reader's way of writing numbers."""

from collections.abc import Sequence

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from placet.stages.sensemaking.queries import Tally
from placet.stages.sensemaking.results import Slice
from placet.stages.sensemaking.results import slices as slices_of

register = template.Library()

NOTHING = "–"


@register.filter
def whole(value: float | None) -> str:
    """A whole number with separated thousands."""
    return NOTHING if value is None else number_format(value, 0, use_l10n=True, force_grouping=True)


@register.filter
def decimal(value: float | None, digits: int = 2) -> str:
    """A number with a fixed count of decimals and a true minus sign."""
    if value is None:
        return NOTHING
    return number_format(f"{value:.{digits}f}", digits, use_l10n=True).replace("-", "−")


@register.filter
def percent(share: float | None) -> str:
    """A share as a whole percentage."""
    if share is None:
        return NOTHING
    return _("%(number)s%%") % {"number": f"{100 * share:.0f}".replace("-", "−")}


@register.filter
def percent_range(bounds: Sequence[float] | None) -> str:
    """The bounds of an interval of shares as whole percentages."""
    if bounds is None:
        return NOTHING
    low, high = (f"{100 * bound:.0f}".replace("-", "−") for bound in bounds)
    between = " – " if "−" in low + high else "–"
    return _("%(number)s%%") % {"number": f"{low}{between}{high}"}


@register.filter
def slices(tally: Tally) -> list[Slice]:
    """The parts of a tally's bar."""
    return slices_of(tally)

"""Figures of opinion in the reader's way of writing numbers."""

from collections.abc import Sequence
from math import floor

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from placet.stages.sensemaking.queries import Tally
from placet.stages.sensemaking.results import Slice
from placet.stages.sensemaking.results import slices as slices_of

register = template.Library()

NOTHING = "–"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


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
def percent_exactly(share: float) -> str:
    """A share with one decimal, where small changes are compared."""
    return _("%(number)s%%") % {"number": decimal(100 * share, 1)}


@register.filter
def points(value: float) -> str:
    """A change in percentage points, with its sign."""
    text = decimal(value, 1)
    if not any(digit in text for digit in "123456789"):
        return text.lstrip("−")
    return f"+{text}" if value > 0 else text


@register.filter
def decimal_range(bounds: Sequence[float] | None) -> str:
    """The bounds of an interval with two decimals."""
    return NOTHING if bounds is None else " – ".join(decimal(bound) for bound in bounds)


@register.filter
def q_value(value: float) -> str:
    """A rate of false discoveries, with three decimals."""
    return f"<\u00a0{decimal(0.001, 3)}" if value < 0.001 else decimal(value, 3)


@register.filter
def power_of_ten(exponent: float) -> str:
    """A power of ten, rounded down to a whole exponent; never below one."""
    return "10" + str(max(floor(exponent), 0)).translate(SUPERSCRIPTS)


@register.filter
def width(share: float) -> str:
    """How far a share reaches along a bar of 100."""
    return f"{100 * share:.2f}"


@register.filter
def slices(tally: Tally) -> list[Slice]:
    """The parts of a tally's bar."""
    return slices_of(tally)

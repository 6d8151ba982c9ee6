"""Shares as the screens of a room show them."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def whole_percent(share: float) -> str:
    """A share as a whole percentage."""
    return _("%(number)s%%") % {"number": round(100 * share)}


@register.filter
def in_hundredths(share: float) -> str:
    """A share as a length of a hundred, as SVG writes numbers."""
    return f"{100 * share:.2f}"

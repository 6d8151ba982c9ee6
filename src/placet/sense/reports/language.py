"""The languages of the report: messages and the typography of numbers."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from importlib import resources

LANGUAGES = ("en", "fr")

NARROW_SPACE = "\u202f"  # no-break


@dataclass(frozen=True)
class Language:
    """Messages and number formats of one language.

    Attributes
    ----------
    code : str
        BCP 47 tag.
    messages : gettext.NullTranslations
    thousands, decimal : str
        Separators.
    before_percent : str
        What stands between a number and the per cent sign.
    """

    code: str
    messages: gettext.NullTranslations
    thousands: str
    decimal: str
    before_percent: str

    def translate(self, message: str) -> str:
        """Return a message in this language."""
        return self.messages.gettext(message)

    def count(self, singular: str, plural: str, n: int) -> str:
        """Return a number of things in words, from messages with a place ``%(n)s``."""
        return self.messages.ngettext(singular, plural, n) % {"n": self.integer(n)}

    def integer(self, value: float) -> str:
        """Return a whole number with separated thousands."""
        return f"{value:,.0f}".replace(",", self.thousands)

    def number(self, value: float, digits: int = 2) -> str:
        """Return a number with a fixed number of decimals and a true minus sign."""
        text = f"{value:,.{digits}f}".replace(",", "_").replace(".", self.decimal)
        return text.replace("_", self.thousands).replace("-", "\u2212")

    def percent(self, share: float) -> str:
        """Return a share as a whole percentage."""
        return f"{100 * share:.0f}{self.before_percent}%"

    def percent_range(self, bounds: tuple[float, float] | list[float] | None) -> str:
        """Return the bounds of an interval of shares, or a dash where there is none."""
        if bounds is None:
            return "\u2013"
        low, high = (f"{100 * bound:.0f}".replace("-", "\u2212") for bound in bounds)
        return f"{low}\u2009\u2013\u2009{high}{self.before_percent}%"


@cache
def load_language(code: str) -> Language:
    """Return a language by its code.

    Raises
    ------
    ValueError
        If the report does not exist in this language.
    """
    if code not in LANGUAGES:
        raise ValueError(f"language is one of {', '.join(LANGUAGES)}")
    if code == "en":
        return Language("en", gettext.NullTranslations(), ",", ".", "")
    catalogue = resources.files(__package__).joinpath(f"locale/{code}/LC_MESSAGES/sense.mo")
    with catalogue.open("rb") as stream:
        messages = gettext.GNUTranslations(stream)
    return Language(code, messages, NARROW_SPACE, ",", NARROW_SPACE)

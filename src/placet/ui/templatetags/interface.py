"""What the templates of every page use: icons, the language switch, names of languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

import lucide
from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.urls import translate_url
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info

from placet.ui.emblems import DEFAULT_EMBLEM, EMBLEMS

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: int = 20) -> SafeString:
    """An icon of the lucide set, hidden from assistive technology: words stand beside it."""
    # Safe: the name is looked up among the package's files, nothing else of it reaches the markup.
    return mark_safe(lucide._render_icon(name, int(size), aria_hidden="true", focusable="false"))  # noqa: S308


@register.simple_tag
def emblem(name: str, size: int = 24) -> SafeString:
    """The icon of a reflection's emblem; an unknown one gets the default."""
    return icon(name if name in EMBLEMS else DEFAULT_EMBLEM, size)


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """Where the present page is found in another language."""

    code: str
    name: str
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[LanguageLink]:
    """The present page in each language of the interface, the order of the settings kept."""
    request: HttpRequest | None = context.get("request")
    address = request.get_full_path() if request is not None else "/"
    codes = [code for code, _ in settings.LANGUAGES]
    return [
        LanguageLink(
            code,
            get_language_info(code)["name_local"],
            _in_language(address, code, codes),
            code == get_language(),
        )
        for code in codes
    ]


def _in_language(address: str, code: str, codes: Sequence[str]) -> str:
    """``address`` in another language: the translated URL, or its prefix exchanged where nothing matches."""
    translated = translate_url(address, code)
    if translated != address:
        return translated
    parts = urlsplit(address)
    prefix, _, rest = parts.path.lstrip("/").partition("/")
    path = f"/{code}/{rest}" if prefix in codes else f"/{code}/"
    return urlunsplit(("", "", path, parts.query if prefix in codes else "", ""))


@register.filter
def language_name(code: str) -> str:
    """A language's name in the reader's language, as it stands inside a sentence: "French", « français »."""
    try:
        name = str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
    return name.lower() if get_language() == "fr" else name

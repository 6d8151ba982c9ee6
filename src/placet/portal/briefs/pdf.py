"""The brief on paper: one page, whatever the proposal."""

import io
import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pypdf import PdfReader

from placet import __version__
from placet.portal.briefs.composing import SIZES, Brief, compose_brief
from placet.portal.briefs.material import Material
from placet.stages.decisions.communiques.edition import day_words
from placet.stages.decisions.communiques.typesetting import typeset
from placet.stages.decisions.communiques.typography import set_in
from placet.stages.texts.queries import Wording

TEMPLATE: Final = Path(__file__).with_name("paper") / "brief.typ"
DRAWING: Final = 1  # raised where the same brief is to be drawn otherwise
KEPT_SECONDS: Final = 60 * 60 * 24


def brief_pdf(material: Material, language: str, *, author: str, made_on: date) -> bytes:
    """The largest brief that fits on one page, in the language switched on; kept by what it says.

    Parameters
    ----------
    author : str
        The reflection's name.

    Raises
    ------
    TypesettingError
        Where it cannot be typeset.
    """
    jobs = [
        _job(compose_brief(material, language, size), language, author=author, made_on=made_on)
        for size in SIZES
    ]
    key = f"brief:{_digest_of(jobs)}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = _first_that_fits(jobs, made_on)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _first_that_fits(jobs: list[dict[str, Any]], made_on: date) -> bytes:
    pdf = b""
    for job in jobs:
        pdf = typeset(TEMPLATE, job, made_on=made_on)
        if len(PdfReader(io.BytesIO(pdf)).pages) == 1:
            break
    return pdf


def _job(brief: Brief, language: str, *, author: str, made_on: date) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(_without_wording(brief))
    return {
        "brief": _set_in(plain, language),
        "base": settings.PUBLIC_URL,
        "language": language,
        "author": author,
        "kind": _("Brief"),
        "simulated": _("Simulated: no leader said or decided this."),
        "made": _("As of %(date)s") % {"date": day_words(made_on)},
        "more": {
            each.key: ngettext("%(n)d more", "%(n)d more", each.left_out) % {"n": each.left_out}
            for each in brief.sections
        },
        "date": [made_on.year, made_on.month, made_on.day],
    }


def _without_wording(brief: Brief) -> dict[str, Any]:
    """The brief with nothing of its title but words and language: versions and origins are not printed."""
    title: Wording = brief.title
    shown = {name: getattr(brief, name) for name in Brief.__slots__ if name != "title"}
    return shown | {"title": {"body": title.body, "language": title.language}}


def _set_in(plain: Any, language: str) -> Any:
    """Plain data with the spaces that French wants: of the page, and of pieces that are in it."""
    if isinstance(plain, dict):
        own = plain.get("language") or language
        return {
            key: value if key in {"url", "more_url", "digest"} else _set_in(value, own)
            for key, value in plain.items()
        }
    if isinstance(plain, list | tuple):
        return [_set_in(each, language) for each in plain]
    return set_in(plain, language) if isinstance(plain, str) else plain


def _digest_of(jobs: list[dict[str, Any]]) -> str:
    said = json.dumps(jobs, ensure_ascii=False, sort_keys=True)
    return sha256(f"{said} {DRAWING} {__version__}".encode()).hexdigest()

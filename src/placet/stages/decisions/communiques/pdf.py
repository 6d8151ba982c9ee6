"""A communiqué as a PDF."""

from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from placet.stages.decisions.communiques.edition import Edition
from placet.stages.decisions.communiques.typesetting import typeset
from placet.stages.decisions.communiques.typography import typographic

TEMPLATE: Final = Path(__file__).with_name("paper") / "communique.typ"


def as_pdf(edition: Edition) -> bytes:
    """The edition, typeset; the same bytes every time.

    Raises
    ------
    TypesettingError
        Where it is more than can be typeset.
    """
    data = {"edition": typographic(msgspec.to_builtins(edition)), "addresses": _addresses(edition)}
    return typeset(TEMPLATE, data, made_on=date.fromisoformat(edition.issued_date))


def _addresses(edition: Edition) -> dict[str, str]:
    """Where the evidence is found on the platform, by reference."""
    spoken = {code for code, _name in settings.LANGUAGES}
    language = next((each for each in edition.languages if each in spoken), settings.LANGUAGE_CODE)
    found: dict[str, str] = {}
    with override(language):
        for text in edition.evidence:
            for article in text.articles:
                for finding in article.findings:
                    found[finding.reference] = _page("sensemaking:finding", finding.reference)
                    for figure in finding.figures:
                        found[figure.run] = _page("sensemaking:run", figure.run)
                        if figure.statement:
                            found[figure.statement] = _page("portal:statement", figure.statement)
    return found


def _page(name: str, reference: str) -> str:
    return settings.PUBLIC_URL + reverse(name, args=[reference])

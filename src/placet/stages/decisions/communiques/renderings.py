"""Editions in their file formats, kept by the digest of their document: none is made twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.cache import cache

from placet import __version__
from placet.stages.decisions.communiques.akoma_ntoso import MEDIA_TYPE, as_akoma_ntoso
from placet.stages.decisions.communiques.document import CommuniqueDocument
from placet.stages.decisions.communiques.docx import as_docx
from placet.stages.decisions.communiques.edition import Columns, Edition, compose_edition
from placet.stages.decisions.communiques.pdf import as_pdf
from placet.stages.decisions.communiques.queries import published_document
from placet.stages.decisions.models import Communique

DRAWING: Final = 1  # raised where the same document is to be drawn otherwise
KEPT_SECONDS: Final = 60 * 60 * 24 * 90
JSON: Final = "json"


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: its media type, and how an edition is written in it."""

    media_type: str
    write: Callable[[CommuniqueDocument, Edition], bytes]


FORMATS: Final = {
    "pdf": Format("application/pdf", lambda _document, edition: as_pdf(edition)),
    "docx": Format(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        lambda _document, edition: as_docx(edition),
    ),
    "xml": Format(f"{MEDIA_TYPE}; charset=utf-8", as_akoma_ntoso),
}


def columns_for(languages: Sequence[str], frame: str, first: str = "", beside: str = "") -> Columns:
    """Which languages to show: what a reader asked for, as far as the document has it.

    Parameters
    ----------
    languages : sequence of str
        Of the document.
    frame : str
        The language of the page.
    first, beside : str
        What was asked for; by default the language of the page, where the document is in it, and no other.
    """
    main = next((each for each in (first, frame) if each in languages), languages[0])
    other = beside if beside in languages and beside != main else ""
    spoken = {code for code, _name in settings.LANGUAGES}
    return Columns((main, other) if other else (main,), frame if frame in spoken else settings.LANGUAGE_CODE)


def version_of(communique: Communique, name: str, columns: Columns) -> str:
    """What tells one file from every other: digest, format, languages, and the program that wrote it."""
    if name == JSON:
        return communique.digest
    return f"{communique.digest}-{name}-{columns.key}-{DRAWING}-{__version__}"


def rendering(communique: Communique, name: str, columns: Columns) -> bytes:
    """A published communiqué as a file.

    Raises
    ------
    TypesettingError
        Where it cannot be typeset.
    """
    if name == JSON:
        return communique.document.encode()
    key = f"communique:{version_of(communique, name, columns)}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        document = published_document(communique)
        kept = FORMATS[name].write(document, compose_edition(document, communique.digest, columns))
        cache.set(key, kept, KEPT_SECONDS)
    return kept

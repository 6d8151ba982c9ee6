"""Communiqués for everybody: the list, the page, and the same as files."""

from datetime import UTC
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from placet.stages.decisions.communiques.edition import Columns, compose_edition
from placet.stages.decisions.communiques.queries import (
    communique_views,
    find_communique,
    published_document,
    visible_communiques,
)
from placet.stages.decisions.communiques.renderings import (
    FORMATS,
    JSON,
    columns_for,
    rendering,
    version_of,
)
from placet.stages.decisions.communiques.typesetting import TypesettingError
from placet.stages.decisions.models import Communique
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import find_reflection, reflection_view
from placet.stages.texts.languages import CONTENT_LANGUAGES

JSON_TYPE: Final = "application/json; charset=utf-8"
RETRY_SECONDS: Final = 60


@require_safe
def communiques(request: HttpRequest, slug: str) -> HttpResponse:
    """The published communiqués of a reflection."""
    reflection = find_reflection(slug, request.user)
    language = reader_language()
    context = {
        "reflection": reflection_view(reflection, language),
        "communiques": communique_views(visible_communiques(request.user, reflection), language),
    }
    return render(request, "decisions/communiques/list.html", context)


@require_safe
def communique(request: HttpRequest, reference: str) -> HttpResponse:
    """A communiqué as it was published, in one language or in two side by side."""
    found = find_communique(request.user, reference)
    document = published_document(found)
    columns = _columns(request, found.reflection, document.languages)
    context = {
        "reflection": reflection_view(found.reflection, reader_language()),
        "communique": found,
        "edition": compose_edition(document, found.digest, columns),
        "is_double": len(columns.languages) > 1,
        "choices": _choices(document.languages, columns),
        "files": _files(found, columns),
    }
    return render(request, "decisions/communiques/communique.html", context)


@require_safe
def file(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """A communiqué as a file: PDF, DOCX, Akoma Ntoso, or the document itself."""
    found = find_communique(request.user, reference)
    if name != JSON and name not in FORMATS:
        raise Http404
    columns = _columns(request, found.reflection, published_document(found).languages)
    if name == "xml":
        columns = Columns(columns.languages[:1], columns.frame)
    etag = quote_etag(version_of(found, name, columns))
    modified = found.published_at.astimezone(UTC).timestamp() if found.published_at else 0
    response = get_conditional_response(request, etag=etag, last_modified=int(modified))
    if response is None:
        try:
            body = rendering(found, name, columns)
        except TypesettingError:
            return _not_now()
        response = HttpResponse(body, content_type=JSON_TYPE if name == JSON else FORMATS[name].media_type)
        suffix = "" if name == JSON else "-" + "-".join(columns.languages)
        response["Content-Disposition"] = f'attachment; filename="{found.reference}{suffix}.{name}"'
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    if found.reflection.state != Reflection.State.DRAFT:
        patch_cache_control(response, public=True, max_age=300)
    return response


def _columns(request: HttpRequest, reflection: Reflection, languages: tuple[str, ...]) -> Columns:
    return columns_for(
        languages,
        reader_language(),
        first=request.GET.get("language", ""),
        beside=request.GET.get("beside", ""),
    )


def _choices(languages: tuple[str, ...], columns: Columns) -> list[dict[str, object]]:
    """In which languages it may be read: each alone, and the others beside the one that is shown."""
    alone = [
        {
            "label": CONTENT_LANGUAGES.get(each, each),
            "language": each,
            "query": f"?language={each}",
            "is_current": columns.languages == (each,),
        }
        for each in languages
    ]
    main = columns.languages[0]
    beside = [
        {
            "label": f"{CONTENT_LANGUAGES.get(main, main)} | {CONTENT_LANGUAGES.get(each, each)}",
            "language": "",
            "query": f"?language={main}&beside={each}",
            "is_current": columns.languages == (main, each),
        }
        for each in languages
        if each != main
    ]
    return [*alone, *beside]


def _files(found: Communique, columns: Columns) -> list[dict[str, str]]:
    query = f"?language={columns.languages[0]}"
    both = query + (f"&beside={columns.languages[1]}" if len(columns.languages) > 1 else "")
    offered = (
        ("pdf", _("PDF, typeset"), both),
        ("docx", _("Word document (DOCX)"), both),
        ("xml", _("Akoma Ntoso (XML)"), query),
        (JSON, _("The document that the digest is taken of (JSON)"), ""),
    )
    return [
        {
            "label": label,
            "url": reverse("decisions:communique-file", args=[found.reference, name]) + added,
        }
        for name, label, added in offered
    ]


def _not_now() -> HttpResponse:
    sentence = _("This edition could not be typeset just now. Try again, or take another format.")
    response = HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(RETRY_SECONDS)
    return response

"""Addresses without a language: whether the service is well, and the way to the best language."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from placet.config.preparation import are_tables_current

_is_schema_known_current = False


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer ``ok``: the process is there. What it needs is ``/readyz``'s matter."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readiness(request: HttpRequest) -> HttpResponse:
    """Answer ``ok`` while pages can be served; 503 and one word, ``database`` or ``schema``, otherwise."""
    obstacle = _obstacle()
    status = 503 if obstacle else 200
    return HttpResponse(f"{obstacle or 'ok'}\n", status=status, content_type="text/plain")


def _obstacle() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "" if _was_schema_current() else "schema"
    except Error:
        return "database"


def _was_schema_current() -> bool:
    """Whether the tables fit this version; asked until they do, for they never go back under a process."""
    global _is_schema_known_current  # noqa: PLW0603 - one fact of this process
    _is_schema_known_current = _is_schema_known_current or are_tables_current()
    return _is_schema_known_current


@require_safe
def best_language(request: HttpRequest) -> HttpResponse:
    """Send the reader to the home page, in the language chosen before or asked for by the browser."""
    with translation.override(translation.get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("portal:home"))
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response

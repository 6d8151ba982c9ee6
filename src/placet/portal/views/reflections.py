"""The public pages of a reflection: overview, mandate, members."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from placet.portal.calendar.entries import nearest_entries
from placet.portal.circle.queries import circle_of, outcome_of
from placet.portal.queries import priority_columns
from placet.stages.followup.dates import today_in
from placet.stages.mandates import queries as mandates
from placet.stages.mandates.models import Reflection


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The reflections that one may see."""
    reflections = mandates.visible_reflections(request.user, _language())
    return render(request, "portal/home.html", {"reflections": reflections})


@require_GET
def reflection(request: HttpRequest, slug: str) -> HttpResponse:
    """Mandate, priorities side by side with what happens under each, calendar, members, constituencies."""
    found = mandates.find_reflection(slug, request.user)
    language = _language()
    return _page(
        request,
        found,
        "reflection",
        {
            "mandate": mandates.mandate_view(found, language),
            "columns": priority_columns(found, request.user, language),
            "outcome": outcome_of(found, request.user),
            "entries": nearest_entries(found, request.user, language, timezone.now()),
            "members": mandates.member_views(found, language),
            "constituencies": mandates.constituency_views(found, language),
        },
    )


@require_GET
def mandate(request: HttpRequest, slug: str) -> HttpResponse:
    """Who asked, for what, by when an answer is due, and what became of it."""
    found = mandates.find_reflection(slug, request.user)
    language = _language()
    context: dict[str, object] = {
        "mandate": mandates.mandate_view(found, language),
        "circle": circle_of(found, request.user, language, today=today_in(found)),
    }
    return _page(request, found, "mandate", context)


@require_GET
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The member nations and the constituencies."""
    found = mandates.find_reflection(slug, request.user)
    language = _language()
    return _page(
        request,
        found,
        "members",
        {
            "members": mandates.member_views(found, language),
            "constituencies": mandates.constituency_views(found, language),
        },
    )


def _page(request: HttpRequest, found: Reflection, name: str, context: dict[str, object]) -> HttpResponse:
    frame: dict[str, object] = {"reflection": mandates.reflection_view(found, _language())}
    return render(request, f"portal/{name}.html", frame | context)


def _language() -> str:
    return get_language() or "en"

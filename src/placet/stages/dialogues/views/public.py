"""What everybody reads of series and dialogues, drafts and closed ones left out."""

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from placet.stages.dialogues.materials import material_views
from placet.stages.dialogues.models import Dialogue, Staff
from placet.stages.dialogues.permissions import find_dialogue, find_series, may_manage
from placet.stages.dialogues.registering.queries import registration_panel
from placet.stages.dialogues.reporting.queries import report_view
from placet.stages.dialogues.showing.dialogues import dialogue_view
from placet.stages.dialogues.showing.programme import programme_view
from placet.stages.dialogues.showing.series import series_view, series_views
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.queries import find_reflection, reflection_view
from placet.stages.people.models import Account

SERIES_PER_PAGE = 20


@require_GET
def dialogues(request: HttpRequest, slug: str) -> HttpResponse:
    """The series of a reflection with their dialogues, those to come first."""
    reflection = find_reflection(slug, request.user)
    views = series_views(reflection, request.user, reader_language())
    page = Paginator(views, SERIES_PER_PAGE).get_page(request.GET.get("page"))
    return _page(request, reflection, "list", {"page": page})


@require_GET
def series(request: HttpRequest, reference: str) -> HttpResponse:
    """One series: its question, who holds it, and its dialogues."""
    found = find_series(reference, request.user)
    context = {
        "series": series_view(found, request.user, reader_language()),
        "may_manage": may_manage(request.user, found),
    }
    return _page(request, found.reflection, "series", context)


@require_GET
def dialogue(request: HttpRequest, reference: str) -> HttpResponse:
    """One dialogue: all that somebody needs who wishes to come, or to know what it was about."""
    found = find_dialogue(reference, request.user)
    language = reader_language()
    view = dialogue_view(found, request.user, language)
    context: dict[str, object] = {
        "dialogue": view,
        "series": series_view(found.series, request.user, language),
        "works_on_it": _works_on(request.user, found),
    }
    if view.is_readable:
        context |= {
            "programme": programme_view(found, language),
            "registration": registration_panel(request.user, found, language),
            "materials": material_views(found, language),
            "reference": found.reference,
            "report": report_view(found, language),
        }
    return _page(request, found.series.reflection, "dialogue", context)


def _works_on(actor: Actor, dialogue: Dialogue) -> bool:
    if not isinstance(actor, Account):
        return False
    return (
        may_manage(actor, dialogue.series) or Staff.objects.filter(dialogue=dialogue, account=actor).exists()
    )


def _page(
    request: HttpRequest, reflection: Reflection, template: str, context: Mapping[str, object]
) -> HttpResponse:
    frame = {"reflection": reflection_view(reflection, reader_language())}
    return render(request, f"dialogues/{template}.html", {**frame, **context})

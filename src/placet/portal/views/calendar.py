"""The calendar of a reflection: as a list with filters, and month by month."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from placet.portal.calendar.entries import (
    COMING,
    PAST,
    CalendarEntry,
    Choice,
    calendar_entries,
    chosen_entries,
    today_in,
)
from placet.portal.calendar.months import first_of_month, month_of
from placet.stages.dialogues.models import Series
from placet.stages.dialogues.permissions import visible_series
from placet.stages.mandates import queries as mandates
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Reflection
from placet.stages.texts.queries import wordings

FILTERS = ("kind", "priority", "series", "when")


@require_GET
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything dated, by year, narrowed by kind, priority, series, and whether it is to come."""
    reflection = mandates.find_reflection(slug, request.user)
    entries = calendar_entries(reflection, request.user, reader_language())
    choice = _choice(request)
    left = chosen_entries(entries, choice, timezone.now())
    years = list(dict.fromkeys(entry.start_date.year for entry in left))
    context = {
        "years": [(year, [entry for entry in left if entry.start_date.year == year]) for year in years],
        "n_entries": len(left),
        "this_month": today_in(reflection).replace(day=1),
    }
    return _page(request, reflection, "calendar", entries, choice, context)


@require_GET
def month(request: HttpRequest, slug: str, year: int, month: int) -> HttpResponse:
    """One month, week by week; on a narrow screen day by day."""
    reflection = mandates.find_reflection(slug, request.user)
    first = first_of_month(year, month)
    if first is None:
        raise Http404
    entries = calendar_entries(reflection, request.user, reader_language())
    choice = _choice(request)
    left = chosen_entries(entries, choice, timezone.now())
    context: dict[str, object] = {"month": month_of(left, first, today_in(reflection))}
    return _page(request, reflection, "calendar_month", entries, choice, context)


def _page(
    request: HttpRequest,
    reflection: Reflection,
    name: str,
    entries: list[CalendarEntry],
    choice: Choice,
    context: dict[str, object],
) -> HttpResponse:
    language = reader_language()
    series = list(visible_series(request.user, reflection).filter(state=Series.State.PUBLISHED))
    titles = wordings([each.title_id for each in series], language)
    frame: dict[str, object] = {
        "reflection": mandates.reflection_view(reflection, language),
        "section": "calendar",
        "choice": choice,
        "kinds": _kinds(entries),
        "priorities": mandates.priority_views(reflection, language),
        "series": [(each.reference, titles[each.title_id]) for each in series],
        "filters": urlencode([(name, request.GET[name]) for name in FILTERS if request.GET.get(name)]),
    }
    return render(request, f"portal/{name}.html", frame | context)


def _kinds(entries: list[CalendarEntry]) -> dict[str, str]:
    """What there is to choose from; a closed dialogue is a dialogue."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.kind not in found or len(entry.kind_label) < len(found[entry.kind]):
            found[entry.kind] = entry.kind_label
    return found


def _choice(request: HttpRequest) -> Choice:
    asked = request.GET
    priority = asked.get("priority", "")
    return Choice(
        kind=asked.get("kind", "")[:20],
        priority=int(priority) if priority.isascii() and priority.isdigit() and len(priority) < 12 else 0,
        series=asked.get("series", "")[:20],
        when=asked["when"] if asked.get("when") in (COMING, PAST) else "",
    )

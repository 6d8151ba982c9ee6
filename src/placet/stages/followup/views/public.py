"""What everybody reads of commitments: the tracker, one commitment, and where a reflection started from."""

import csv
from collections.abc import Mapping

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from placet.stages.followup.dates import today_in
from placet.stages.followup.details import commitment_details
from placet.stages.followup.forms.tracking import NAMES, TrackerForm, filter_of
from placet.stages.followup.permissions import is_secretariat, may_report, reflection_of
from placet.stages.followup.queries import commitment_view, find_commitment
from placet.stages.followup.starting_anew import inherited_estate, neighbours_of
from placet.stages.followup.tables import tracker_rows
from placet.stages.followup.tracker import Arrangement, Tracker, groups_of, tracker
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import find_reflection, reflection_view

COMMITMENTS_PER_PAGE = 30


@require_GET
def commitments(request: HttpRequest, slug: str) -> HttpResponse:
    """The tracker: filtered, counted, as a list, by member, by priority, or year by year."""
    reflection = find_reflection(slug, request.user)
    found = _tracker(request, reflection)
    asked = request.GET.get("by", "")
    arrangement = asked if asked in Arrangement.values else Arrangement.LIST.value
    context = {
        "tracker": found,
        "form": TrackerForm(request.GET, choices=found.choices),
        "page": Paginator(found.shown, COMMITMENTS_PER_PAGE).get_page(request.GET.get("page")),
        "groups": groups_of(found.shown, arrangement),
        "arrangement": arrangement,
        "arrangements": Arrangement.choices,
        "filters": _filters(request),
        "csv_url": _with_filters(request, reverse("followup:csv", args=[slug])),
        "neighbours": neighbours_of(reflection, request.user, reader_language()),
    }
    return _page(request, reflection, "tracker", context)


@require_GET
def commitments_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The tracker as a table, filtered as the page is."""
    reflection = find_reflection(slug, request.user)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # so that spreadsheets read it
    csv.writer(answer).writerows(tracker_rows(_tracker(request, reflection).shown))
    answer["Content-Disposition"] = f'attachment; filename="commitments-{reflection.slug}.csv"'
    return answer


@require_GET
def commitment(request: HttpRequest, reference: str) -> HttpResponse:
    """One commitment: what, from which decision, who, by when, how far, and what shows it."""
    found = find_commitment(request.user, reference)
    reflection, language = reflection_of(found), reader_language()
    view = commitment_view(found, language, today=today_in(reflection))
    context = {
        "commitment": view,
        "details": commitment_details(view, language),
        "may_report": found.published_at is not None and may_report(request.user, found),
        "may_manage": is_secretariat(request.user, reflection),
    }
    return _page(request, reflection, "commitment", context)


@require_GET
def origin(request: HttpRequest, slug: str) -> HttpResponse:
    """From which reflection this one started, what it took over, and which ones followed."""
    reflection = find_reflection(slug, request.user)
    language = reader_language()
    context = {
        "neighbours": neighbours_of(reflection, request.user, language),
        "estate": inherited_estate(reflection, request.user, language),
    }
    return _page(request, reflection, "origin", context)


def _tracker(request: HttpRequest, reflection: Reflection) -> Tracker:
    wanted = filter_of(request.GET)
    return tracker(request.user, reflection, wanted, reader_language(), today=today_in(reflection))


def _filters(request: HttpRequest) -> str:
    """The filters of the address, without its page and arrangement."""
    return urlencode([(name, request.GET[name]) for name in NAMES if request.GET.get(name)])


def _with_filters(request: HttpRequest, address: str) -> str:
    filters = _filters(request)
    return f"{address}?{filters}" if filters else address


def _page(
    request: HttpRequest, reflection: Reflection, template: str, context: Mapping[str, object]
) -> HttpResponse:
    frame = {"reflection": reflection_view(reflection, reader_language()), "section": "followup"}
    return render(request, f"followup/{template}.html", {**frame, **context})

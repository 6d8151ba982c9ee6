"""Pages of this stage: results, the runs behind them, and how the secretariat has them made."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from placet.stages.consultations.identity import current_participant
from placet.stages.consultations.models import Consultation
from placet.stages.consultations.queries import consultation_view, find_consultation
from placet.stages.consultations.queries import phase as consultation_phase
from placet.stages.mandates.manage_pages import manage_page
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import roles_of
from placet.stages.mandates.queries import reflection_view
from placet.stages.sensemaking import actions, queries
from placet.stages.sensemaking.documents import document_of, write_json
from placet.stages.sensemaking.exports import votes_archive
from placet.stages.sensemaking.findings.queries import may_write_findings
from placet.stages.sensemaking.forms import ReleaseForm, ScheduleForm
from placet.stages.sensemaking.live_maps import live_version, live_view
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.releases import release_view
from placet.stages.sensemaking.renderings import (
    MAP,
    command_for,
    draw,
    draw_report,
    export_name,
    mark_on_map,
)
from placet.stages.sensemaking.results import DEFAULT_SORT, SORTS, results_view, shown_document

RUNS_PER_PAGE = 25
SORT_LABELS = {
    "reference": gettext_lazy("by reference"),
    "votes": gettext_lazy("most votes first"),
    "agree": gettext_lazy("most agreement first"),
    "disagree": gettext_lazy("most disagreement first"),
    "pass": gettext_lazy("most passes first"),
    "consensus": gettext_lazy("most agreement across groups first"),
    "gap": gettext_lazy("widest gap between groups first"),
}


@require_GET
def results(request: HttpRequest, reference: str) -> HttpResponse:
    """Where one stands, what is agreed, what divides, and how sure that is."""
    found = find_consultation(reference, request.user)
    status = queries.run_status(found)
    context: dict[str, object] = {
        "unfinished": status.unfinished,
        "release": release_view(found, _language(), request.GET.get("by", "")),
        "may_manage": bool(roles_of(request.user, found.priority.reflection) & set(queries.ANALYSING_ROLES)),
        "live": live_view(found) if consultation_phase(found, timezone.now()) == "open" else None,
    }
    if status.latest is None:
        return _page(request, found, "no_results", context | {"participant_count": found.participant_count})
    figures = draw(status.latest, _language())
    shown = _results(request, status.latest, figures) | _standing(request, status.latest, figures)
    return _page(request, found, "results", context | shown)


@require_GET
def live(request: HttpRequest, reference: str) -> HttpResponse:
    """The live map as a fragment, the same for every reader; 204 where the reader has it already.

    Whoever may see a public consultation is not asked for, so that the answer depends on no cookie, and a
    cache in front of many readers may keep it for a second; a browser's own may not.
    """
    found = find_consultation(reference, request.user)
    if request.GET.get("seen") == live_version(found):
        response = HttpResponse(status=204)
    else:
        context = {"live": live_view(found), "reference": found.reference}
        response = HttpResponse(render_to_string("sensemaking/_live.html", context))
    if queries.is_public(found):
        patch_cache_control(response, public=True, max_age=0, s_maxage=1)
    return response


@require_GET
def runs(request: HttpRequest, reference: str) -> HttpResponse:
    """The finished runs of a consultation, newest first: each stays as it was."""
    found = find_consultation(reference, request.user)
    page = Paginator(queries.finished_runs(found), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    return _page(request, found, "runs", {"page": page, "runs": page.object_list})


@require_GET
def run(request: HttpRequest, reference: str) -> HttpResponse:
    """One run, under its permanent reference."""
    found = queries.run_by_reference(reference, request.user)
    if found.state != AnalysisRun.State.DONE:
        return _page(request, found.consultation, "unfinished_run", {"run": found})
    latest = queries.latest_run(found.consultation)
    shown = _results(request, found, draw(found, _language()))
    return _page(request, found.consultation, "run", shown | {"is_latest": latest == found})


@require_GET
def analysis_json(request: HttpRequest, reference: str) -> HttpResponse:
    """The document of a run; texts of statements that were taken down since are left out."""
    found = queries.finished_run_by_reference(reference, request.user)
    body = write_json(shown_document(found))
    return _download(body, "application/json", f"{found.reference}-analysis.json")


@require_GET
def votes(request: HttpRequest, reference: str) -> HttpResponse:
    """The votes that a run counted: ``placet analyze`` makes the same document from them."""
    found = queries.finished_run_by_reference(reference, request.user)
    return _download(votes_archive(found), "application/zip", export_name(found))


@require_GET
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """The report of a run as one file that opens offline. Always a download: it brings its own styles."""
    found = queries.finished_run_by_reference(reference, request.user)
    language = _language()
    body = draw_report(found, shown_document(found, language), language)
    return _download(body, "text/html", f"{found.reference}-report-{language}.html")


@login_required
@require_GET
def manage(request: HttpRequest, reference: str) -> HttpResponse:
    """Run an analysis now or on a schedule, publish releases, and see how the runs are doing."""
    found = find_consultation(reference, request.user)
    if request.htmx:  # type: ignore[attr-defined]
        return _page(request, found, "_runs", _runs(request, found))
    return _manage(request, found)


@login_required
@require_POST
def run_now(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for an analysis; while one is on its way, that one is shown."""
    found = find_consultation(reference, request.user)
    try:
        requested = actions.request_run(request.user, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(
            request, _("Analysis %(reference)s is on its way.") % {"reference": requested.reference}
        )
    return redirect("sensemaking:manage", reference)


@login_required
@require_POST
def schedule(request: HttpRequest, reference: str) -> HttpResponse:
    """Analyse at regular intervals, or on request only."""
    found = find_consultation(reference, request.user)
    form = ScheduleForm(request.POST, schedule=queries.schedule_of(request.user, found))
    if form.is_valid():
        try:
            actions.schedule_runs(request.user, found, form.cleaned_data["every_minutes"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The schedule is saved."))
            return redirect("sensemaking:manage", reference)
    return _manage(request, found, schedule_form=form)


@login_required
@require_POST
def releases(request: HttpRequest, reference: str) -> HttpResponse:
    """Publish figures by member and constituency at regular intervals, or not at all."""
    found = find_consultation(reference, request.user)
    actions.require_releasing(request.user, found)
    form = ReleaseForm(request.POST, schedule=queries.schedule_of(request.user, found))
    if form.is_valid():
        try:
            actions.set_releases(request.user, found, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The releases are saved."))
            return redirect("sensemaking:manage", reference)
    return _manage(request, found, release_form=form)


def _results(request: HttpRequest, found: AnalysisRun, figures: Mapping[str, str]) -> dict[str, object]:
    sort = request.GET.get("sort", "")
    words = request.GET.get("q", "").strip()[:100]
    return {
        "run": found,
        "may_write_findings": may_write_findings(request.user, found.consultation.priority.reflection),
        "results": results_view(found, _language(), sort=sort, words=words, page=request.GET.get("page")),
        "figures": figures,
        "q": words,
        "sort": sort if sort in SORTS else DEFAULT_SORT,
        "sorts": list(SORT_LABELS.items()),
        "command": command_for(found, _language()),
    }


def _standing(request: HttpRequest, latest: AnalysisRun, figures: Mapping[str, str]) -> dict[str, object]:
    """Where the reader stands, and the map with that on it."""
    participant = current_participant(request, latest.consultation.priority.reflection)
    if participant is None:
        return {"standing": None}
    standing = queries.standing_of(latest, participant)
    if standing.placement is None:
        return {"standing": standing}
    own_map = mark_on_map(figures[MAP], document_of(latest.pk), standing.placement)
    return {"standing": standing, "own_map": own_map}


def _manage(
    request: HttpRequest,
    found: Consultation,
    *,
    schedule_form: Form | None = None,
    release_form: Form | None = None,
) -> HttpResponse:
    row = queries.schedule_of(request.user, found)
    context: dict[str, object] = {
        "schedule": row,
        "schedule_form": schedule_form or ScheduleForm(schedule=row),
        "release_form": release_form or ReleaseForm(schedule=row),
        "may_release": Role.SECRETARIAT in roles_of(request.user, found.priority.reflection),
        "last_release": release_view(found, _language(), ""),
    }
    is_refused = schedule_form is not None or release_form is not None
    return manage_page(
        request,
        found.priority.reflection,
        "sensemaking/manage.html",
        {"consultation": consultation_view(found, _language()), **context, **_runs(request, found)},
        section="consultations",
        status=422 if is_refused else 200,
    )


def _runs(request: HttpRequest, found: Consultation) -> dict[str, object]:
    page = Paginator(queries.all_runs(request.user, found), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "runs": page.object_list,
        "unfinished": queries.run_status(found).unfinished,
    }


def _page(
    request: HttpRequest, found: Consultation, name: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    language = _language()
    frame = {
        "consultation": consultation_view(found, language),
        "reflection": reflection_view(found.priority.reflection, language),
        "section": "consultations",
    }
    return render(request, f"sensemaking/{name}.html", {**frame, **context}, status=status)


def _download(body: str | bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind if isinstance(body, bytes) else f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE

"""Pages of themes: what everybody reads, and what the secretariat finds and edits."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from placet.stages.consultations.models import Consultation
from placet.stages.consultations.queries import consultation_view, find_consultation
from placet.stages.mandates.manage_pages import manage_page, reader_language
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import roles_of
from placet.stages.mandates.queries import find_reflection, reflection_view
from placet.stages.sensemaking.findings.queries import may_write_findings
from placet.stages.sensemaking.queries import ANALYSING_ROLES
from placet.stages.sensemaking.theme_forms import NamesForm, PlaceForm, StatementsForm, ThemeChoiceForm
from placet.stages.sensemaking.theme_models import Theme
from placet.stages.sensemaking.themes import building, edits, reading
from placet.stages.sensemaking.themes.documents import themes_json
from placet.stages.sensemaking.themes.summaries import (
    consultation_summary,
    reflection_summary,
    theme_summary,
)
from placet.stages.sensemaking.themes.weights import weights_view
from placet.stages.texts.queries import all_wordings

RUNS_PER_PAGE = 10


@require_GET
def themes(request: HttpRequest, reference: str) -> HttpResponse:
    """What a consultation is about: its themes, with statements that stand for them."""
    found = find_consultation(reference, request.user)
    may_manage = bool(roles_of(request.user, found.priority.reflection) & set(ANALYSING_ROLES))
    view = reading.themes_view(found, reader_language())
    return _page(request, found, "themes", {"view": view, "may_manage": may_manage})


@require_GET
def theme(request: HttpRequest, reference: str, theme_reference: str) -> HttpResponse:
    """One theme: a summary that quotes, how members and groups stand on it, and all of its statements."""
    row = reading.find_theme(reference, theme_reference, request.user)
    if row.reference != theme_reference:  # merged into another
        return redirect("sensemaking:theme", reference, row.reference)
    language = reader_language()
    view = reading.theme_view(row, language)
    inside = reading.statements_in(row, view)
    page, statements = reading.statements_page(inside, language, request.GET.get("page"))
    context: dict[str, object] = {
        "theme": view,
        "page": page,
        "statements": statements,
        "summary": theme_summary(row, view, language),
        "may_write_findings": may_write_findings(request.user, row.consultation.priority.reflection),
        "weights": weights_view(row.consultation, set(inside.values_list("reference", flat=True)), language),
    }
    return _page(request, row.consultation, "theme", context)


@require_GET
def themes_document(request: HttpRequest, reference: str) -> HttpResponse:
    """What a finished run found, as JSON."""
    run = reading.finished_theme_run(reference, request.user)
    response = HttpResponse(themes_json(run), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{run.reference}-themes.json"'
    return response


@require_GET
def summary(request: HttpRequest, reference: str) -> HttpResponse:
    """A consultation in a handful of its statements."""
    found = find_consultation(reference, request.user)
    return _page(request, found, "summary", {"summary": consultation_summary(found, reader_language())})


@require_GET
def summary_of_reflection(request: HttpRequest, slug: str) -> HttpResponse:
    """All public consultations of a reflection in a handful of their statements."""
    found = find_reflection(slug, request.user)
    language = reader_language()
    context = {
        "reflection": reflection_view(found, language),
        "section": "consultations",
        "summary": reflection_summary(found, language),
    }
    return render(request, "sensemaking/themes/reflection_summary.html", context)


@login_required
@require_GET
def manage_themes(request: HttpRequest, reference: str) -> HttpResponse:
    """Have themes found, see how the runs are doing, and which themes want a look."""
    found = find_consultation(reference, request.user)
    runs = reading.theme_runs(request.user, found)
    page = Paginator(runs, RUNS_PER_PAGE).get_page(request.GET.get("page"))
    status = {"page": page, "runs": page.object_list, "unfinished": reading.unfinished_run(found)}
    if request.htmx:  # type: ignore[attr-defined]
        return _page(request, found, "_runs", status)
    view = reading.themes_view(found, reader_language(), with_hidden=True, quoted=0)
    return _manage(request, found, "manage", {**status, "view": view, "edits": reading.latest_edits(found)})


@login_required
@require_POST
def find_themes(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the themes to be found; while a run is on its way, that one is shown."""
    found = find_consultation(reference, request.user)
    try:
        run = building.request_themes(request.user, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Run %(reference)s is on its way.") % {"reference": run.reference})
    return redirect("sensemaking:manage-themes", reference)


@login_required
@require_GET
def manage_theme(request: HttpRequest, reference: str, theme_reference: str) -> HttpResponse:
    """Edit one theme."""
    row = reading.find_edited_theme(reference, theme_reference, request.user)
    return _edit_page(request, row)


@login_required
@require_POST
def rename(request: HttpRequest, reference: str, theme_reference: str) -> HttpResponse:
    """Give a theme its names."""
    row = reading.find_edited_theme(reference, theme_reference, request.user)
    form = NamesForm(request.POST, auto_id="rename-%s")
    return _carried_out(
        request,
        row,
        form,
        lambda: edits.rename_theme(request.user, row, form.names()),
        {"names_form": form},
        _("The name is saved. It stays when themes are found anew."),
    )


@login_required
@require_POST
def merge(request: HttpRequest, reference: str, theme_reference: str) -> HttpResponse:
    """Put a theme into another."""
    row = reading.find_edited_theme(reference, theme_reference, request.user)
    form = ThemeChoiceForm(request.POST, auto_id="merge-%s", others=_others(row))
    return _carried_out(
        request,
        row,
        form,
        lambda: edits.merge_themes(request.user, row, form.theme()),
        {"merge_form": form},
        _("The two themes are one. They stay one when themes are found anew."),
    )


@login_required
@require_POST
def place(request: HttpRequest, reference: str, theme_reference: str) -> HttpResponse:
    """Put a theme below a main theme, or among them."""
    row = reading.find_edited_theme(reference, theme_reference, request.user)
    form = PlaceForm(request.POST, auto_id="place-%s", mains=_mains(row), present=row.parent)
    return _carried_out(
        request,
        row,
        form,
        lambda: edits.place_theme(request.user, row, form.parent_theme()),
        {"place_form": form},
        _("The theme is moved."),
    )


@login_required
@require_POST
def change_statements(request: HttpRequest, reference: str, theme_reference: str) -> HttpResponse:
    """Move, split off, pin or release the statements that are ticked."""
    row = reading.find_edited_theme(reference, theme_reference, request.user)
    form = StatementsForm(request.POST, auto_id="statements-%s", others=_others(row))
    return _carried_out(
        request,
        row,
        form,
        lambda: _change(request, row, form),
        {"statements_form": form},
        _("Done. These statements stay where they are when themes are found anew."),
    )


@login_required
@require_POST
def hide(request: HttpRequest, reference: str, theme_reference: str) -> HttpResponse:
    """Take a theme off the public pages, or show it again."""
    row = reading.find_edited_theme(reference, theme_reference, request.user)
    edits.hide_theme(request.user, row, hidden=request.POST.get("hidden") == "yes")
    messages.success(request, _("Saved."))
    return redirect("sensemaking:manage-theme", reference, theme_reference)


@login_required
@require_POST
def looked_at(request: HttpRequest, reference: str, theme_reference: str) -> HttpResponse:
    """Say that a theme that was not found again is good as it is."""
    row = reading.find_edited_theme(reference, theme_reference, request.user)
    edits.mark_looked_at(request.user, row)
    messages.success(request, _("Saved."))
    return redirect("sensemaking:manage-themes", reference)


def _change(request: HttpRequest, row: Theme, form: StatementsForm) -> None:
    chosen, deed = form.cleaned_data["statements"], form.cleaned_data["deed"]
    if deed == form.MOVE:
        edits.move_statements(request.user, row, chosen, form.theme())
    elif deed == form.SPLIT:
        edits.split_theme(request.user, row, chosen, form.names())
    else:
        edits.pin_statements(request.user, row, chosen, pinned=deed == form.PIN)


def _carried_out(
    request: HttpRequest,
    row: Theme,
    form: NamesForm | ThemeChoiceForm | PlaceForm | StatementsForm,
    deed: Callable[[], object],
    context: Mapping[str, Form],
    message: str,
) -> HttpResponse:
    if not (form.is_valid() and form.carry_out(deed)):
        return _edit_page(request, row, context)
    messages.success(request, message)
    row.refresh_from_db()
    if row.state != Theme.State.LIVE:
        return redirect("sensemaking:manage-themes", row.consultation.reference)
    return redirect("sensemaking:manage-theme", row.consultation.reference, row.reference)


def _edit_page(request: HttpRequest, row: Theme, refused: Mapping[str, Form] | None = None) -> HttpResponse:
    language = reader_language()
    view = reading.theme_view(row, language, with_hidden=True)
    page, assigned = reading.assigned_statements(row, language, request.GET.get("page"))
    names = {f"name_{word.language}": word.body for word in all_wordings(row.name_id)} if row.name_id else {}
    others = _others(row)
    context: dict[str, object] = {
        "theme": view,
        "page": page,
        "assigned": assigned,
        "names_form": NamesForm(initial=names, auto_id="rename-%s"),
        "merge_form": ThemeChoiceForm(others=others, auto_id="merge-%s"),
        "place_form": PlaceForm(mains=_mains(row), present=row.parent, auto_id="place-%s"),
        "statements_form": StatementsForm(others=others, auto_id="statements-%s"),
    }
    status = 422 if refused else 200
    return _manage(request, row.consultation, "manage_theme", context | dict(refused or {}), status)


def _others(row: Theme) -> list[reading.ThemeView]:
    """All other themes of the consultation, each main theme before those below it."""
    found = reading.themes_view(row.consultation, reader_language(), with_hidden=True, quoted=0)
    every = [each for main in found.themes for each in (main, *main.below)]
    return [each for each in every if each.row.pk != row.pk]


def _mains(row: Theme) -> list[reading.ThemeView]:
    return [each for each in _others(row) if each.row.parent_id is None]


def _page(
    request: HttpRequest, found: Consultation, name: str, context: Mapping[str, object]
) -> HttpResponse:
    language = reader_language()
    frame = {
        "consultation": consultation_view(found, language),
        "reflection": reflection_view(found.priority.reflection, language),
        "section": "consultations",
    }
    return render(request, f"sensemaking/themes/{name}.html", {**frame, **context})


def _manage(
    request: HttpRequest, found: Consultation, name: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    frame = {
        "consultation": consultation_view(found, reader_language()),
        "may_edit": Role.SECRETARIAT in roles_of(request.user, found.priority.reflection),
    }
    template = f"sensemaking/themes/{name}.html"
    return manage_page(
        request,
        found.priority.reflection,
        template,
        {**frame, **context},
        section="consultations",
        status=status,
    )

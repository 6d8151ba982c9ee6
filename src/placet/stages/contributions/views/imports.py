"""Bringing many contributions in at once: hand a file in, look at what was read, confirm it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.contributions import import_tasks
from placet.stages.contributions import imports as bulk
from placet.stages.contributions.forms.imports import ImportForm
from placet.stages.contributions.models import ContributionImport
from placet.stages.mandates.manage_pages import manage_page, managed_reflection, reader_language
from placet.stages.mandates.models import Priority, Reflection
from placet.stages.mandates.queries import priority_views
from placet.stages.people.models import Account
from placet.stages.texts.queries import wordings

SECTION = "contributions"
FAULTS_SHOWN = 50
State = ContributionImport.State


@login_required
@require_GET
def imports(request: HttpRequest, slug: str) -> HttpResponse:
    """The form for a file, and what was imported so far."""
    account, reflection = managed_reflection(request, slug)
    return _form_page(request, account, reflection, _form(request, reflection))


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a file in; a worker reads it. Opened by its address, it leads back to the form."""
    account, reflection = managed_reflection(request, slug)
    if request.method == "GET":
        return redirect("contributions:imports", slug)
    form = _form(request, reflection)
    if form.is_valid():
        made: list[ContributionImport] = []
        if form.carry_out(lambda: made.append(_request(account, reflection, form))):
            if not made:
                return redirect("contributions:imports", slug)
            return redirect("contributions:import", slug, made[0].pk)
    return _form_page(request, account, reflection, form)


@login_required
@require_GET
def import_(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """How far an import is, what was read of it, or what became of it; a fragment while it is worked on."""
    account, reflection = managed_reflection(request, slug)
    found = bulk.find_import(account, reflection, pk)
    faults = bulk.faults_of(found)
    context = {
        "row": found,
        "collection": found.collection,
        "collection_title": wordings([found.collection.title_id], reader_language())[
            found.collection.title_id
        ],
        "is_under_way": found.state in (State.READING, State.WAITING, State.RUNNING),
        "n_done": bulk.written_so_far(found) if found.state == State.RUNNING else found.done_count,
        "n_to_do": found.new_count if found.state == State.RUNNING else found.row_count,
        "may_retry": bulk.may_retry(found),
        "preview": bulk.preview_of(found),
        "faults": faults[:FAULTS_SHOWN],
        "n_more_faults": found.fault_count - min(len(faults), FAULTS_SHOWN),
        "findings": bulk.findings_of(found),
        "url": reverse("contributions:import", args=[slug, pk]),
    }
    name = "_state" if request.htmx else "import"  # type: ignore[attr-defined]
    return manage_page(request, reflection, f"contributions/imports/{name}.html", context, section=SECTION)


@login_required
@require_POST
def confirm(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Have what was looked at written."""
    account, reflection = managed_reflection(request, slug)
    found = bulk.find_import(account, reflection, pk)
    try:
        if bulk.confirm_import(account, found):
            import_tasks.run_import.enqueue(str(pk))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("contributions:import", slug, pk)


@login_required
@require_POST
def stop(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Stop an import that is not written yet."""
    account, reflection = managed_reflection(request, slug)
    found = bulk.find_import(account, reflection, pk)
    try:
        bulk.cancel_import(account, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("contributions:import", slug, pk)


@login_required
@require_POST
def retry(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Begin an import anew whose worker went away."""
    account, reflection = managed_reflection(request, slug)
    found = bulk.find_import(account, reflection, pk)
    try:
        is_confirmed = bulk.retry_import(account, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        task = import_tasks.run_import if is_confirmed else import_tasks.read_import
        task.enqueue(str(pk))
        messages.success(request, _("The import begins anew."))
    return redirect("contributions:import", slug, pk)


@login_required
@require_GET
def faults(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """The faults of a file as a table (CSV)."""
    account, reflection = managed_reflection(request, slug)
    found = bulk.find_import(account, reflection, pk)
    is_report = found.format == ContributionImport.Format.REPORT
    header = (
        (_("Paragraph"), _("Begins with"), _("Fault")) if is_report else (_("Row"), _("Column"), _("Fault"))
    )
    response = HttpResponse(bulk.faults_table(header, found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{reflection.slug}-import-faults.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _form(request: HttpRequest, reflection: Reflection) -> ImportForm:
    is_sent = request.method == "POST"
    language = reader_language()
    return ImportForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        languages=reflection.languages,
        collections=bulk.collection_choices(reflection, language),
        priorities=priority_views(reflection, language),
        initial={"collection": request.GET.get("collection", "")},
    )


def _form_page(
    request: HttpRequest, account: Account, reflection: Reflection, form: ImportForm
) -> HttpResponse:
    context = {"form": form, "imports": bulk.imports_of(account, reflection, reader_language())}
    status = 422 if form.errors else 200
    return manage_page(
        request, reflection, "contributions/imports/imports.html", context, section=SECTION, status=status
    )


def _request(account: Account, reflection: Reflection, form: ImportForm) -> ContributionImport:
    data = form.cleaned_data
    collection = (
        bulk.find_collection(reflection, UUID(data["collection"]))
        if data["collection"]
        else form.new_collection()
    )
    made = bulk.request_import(
        account,
        reflection,
        form.upload(),
        collection,
        kind=data["kind"],
        language=data["language"],
        priority=Priority.objects.get(pk=data["priority"]) if data["priority"] else None,
    )
    import_tasks.read_import.enqueue(str(made.pk))
    return made

"""Importing a foreign export: upload it, watch it, read what became of it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.consultations import imports, queries, tasks
from placet.stages.consultations.forms import ImportForm
from placet.stages.consultations.models import Consultation, VoteImport
from placet.stages.mandates.manage_pages import manage_page, reader_language, signed_in
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import require_role
from placet.stages.people.models import Account

SECTION = "consultations"
IMPORTS_SHOWN = 20
POLLED_EVERY_SECONDS = 2


@login_required
@require_http_methods(["GET", "POST"])
def import_votes(request: HttpRequest, reference: str) -> HttpResponse:
    """Upload an export; a worker imports it."""
    account, found = _secretariats(request, reference)
    reflection = found.priority.reflection
    is_sent = request.method == "POST"
    form = ImportForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, first=reflection.languages
    )
    if is_sent and form.is_valid():
        made: list[VoteImport] = []
        if form.carry_out(lambda: made.append(_request(account, found, form))):
            if not made:
                return redirect("consultations:import", reference)
            return redirect("consultations:import-state", reference, made[0].pk)
    context = {
        "form": form,
        "consultation": queries.consultation_view(found, reader_language()),
        "imports": queries.imports_of(account, found)[:IMPORTS_SHOWN],
    }
    status = 422 if form.errors else 200
    return manage_page(
        request, reflection, "consultations/manage/import.html", context, section=SECTION, status=status
    )


@login_required
@require_GET
def import_state(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """How far an import is, or what became of it; a fragment for HTMX, which asks again while it runs."""
    account, found = _secretariats(request, reference)
    vote_import = queries.find_import(account, found, pk)
    context = {
        "vote_import": vote_import,
        "is_under_way": vote_import.state in (VoteImport.State.WAITING, VoteImport.State.RUNNING),
        "may_retry": imports.may_retry(vote_import),
        "consultation": queries.consultation_view(found, reader_language()),
        "url": reverse("consultations:import-state", args=[reference, pk]),
    }
    name = "_import_state" if request.htmx else "import_state"  # type: ignore[attr-defined]
    return manage_page(
        request,
        found.priority.reflection,
        f"consultations/manage/{name}.html",
        context,
        section=SECTION,
    )


@login_required
@require_POST
def retry_import(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Begin an import anew whose worker went away."""
    account, found = _secretariats(request, reference)
    vote_import = queries.find_import(account, found, pk)
    try:
        imports.retry_import(account, vote_import)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        tasks.run_import.enqueue(str(pk))
        messages.success(request, _("The import begins anew."))
    return redirect("consultations:import-state", reference, pk)


def _request(account: Account, found: Consultation, form: ImportForm) -> VoteImport:
    vote_import = imports.request_import(
        account,
        found,
        form.uploads(),
        language=form.cleaned_data["language"],
        flips_signs=form.cleaned_data["flips_signs"],
    )
    tasks.run_import.enqueue(str(vote_import.pk))
    return vote_import


def _secretariats(request: HttpRequest, reference: str) -> tuple[Account, Consultation]:
    account = signed_in(request)
    found = queries.find_consultation(reference, account)
    return require_role(account, found.priority.reflection, Role.SECRETARIAT), found

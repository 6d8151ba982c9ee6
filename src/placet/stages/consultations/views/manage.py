"""Running consultations: set up, open and close, statements to begin with. Moderation stands beside it."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.consultations import actions, queries
from placet.stages.consultations.forms import ConsultationForm, NewConsultationForm, SeedForm
from placet.stages.consultations.models import Consultation
from placet.stages.consultations.views.frames import (
    SECTION,
    consultation_page,
    is_fragment,
    managed_consultation,
)
from placet.stages.consultations.views.joining import join_code_section
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
    signed_in,
)
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import roles_of
from placet.stages.mandates.queries import MANAGING_ROLES, find_priority, priority_views


@login_required
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a moderator, in all the reflections that one moderates; a fragment for HTMX."""
    found = queries.waiting_consultations(signed_in(request), reader_language())
    name = "_waiting" if is_fragment(request) else "waiting"
    return render(request, f"consultations/manage/{name}.html", {"waiting": found})


@login_required
@require_GET
def consultations(request: HttpRequest, slug: str) -> HttpResponse:
    """The consultations of a reflection under their priorities; a fragment for HTMX."""
    account, reflection = managed_reflection(request, slug, *MANAGING_ROLES)
    found = queries.managed_consultations(account, reflection, reader_language())
    by_priority: dict[int, list[queries.ManagedConsultation]] = {}
    for each in found:
        by_priority.setdefault(each.priority_number, []).append(each)
    priorities = priority_views(reflection, reader_language())
    context = {"priorities": [(view, by_priority.get(view.number, [])) for view in priorities]}
    name = "_consultations" if is_fragment(request) else "consultations"
    return manage_page(request, reflection, f"consultations/manage/{name}.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Set up a consultation as a draft."""
    account, reflection = managed_reflection(request, slug)
    form = NewConsultationForm(
        sent_data(request), reflection=reflection, initial={"priority": request.GET.get("priority", "")}
    )
    if request.method == "POST" and form.is_valid():
        made: list[Consultation] = []
        priority = find_priority(reflection, form.cleaned_data["priority"])
        if form.carry_out(
            lambda: made.append(
                actions.create_consultation(
                    account, priority, form.frame(is_simulated=reflection.is_simulated)
                )
            )
        ):
            if not made:
                return redirect("consultations:manage-list", slug)
            messages.success(
                request, _("The consultation is set up as a draft. Add statements, then open it.")
            )
            return redirect("consultations:manage-consultation", made[0].reference)
    context = {
        "form": form,
        "title": _("Set up a consultation"),
        "lede": _("It begins as a draft. Statements come next; then you open it."),
        "submit": _("Set up the consultation"),
        "back": reverse("consultations:manage-list", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_GET
def consultation(request: HttpRequest, reference: str) -> HttpResponse:
    """One consultation: its state, its figures, and the ways to everything about it."""
    account, found = managed_consultation(request, reference, *MANAGING_ROLES)
    view = queries.consultation_view(found, reader_language())
    context: dict[str, object] = {
        "waiting_count": queries.waiting_count(found),
        "may_open": view.state == "draft" and view.statement_count > 0,
    }
    if Role.SECRETARIAT in roles_of(account, found.priority.reflection):
        context |= join_code_section(account, found)
    return consultation_page(request, found, "consultation", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change what is said of a consultation."""
    account, found = managed_consultation(request, reference)
    reflection = found.priority.reflection
    form = ConsultationForm(sent_data(request), reflection=reflection, consultation=found)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.change_consultation(account, found, form.frame(is_simulated=found.is_simulated))
        )
    ):
        messages.success(request, _("Saved."))
        return redirect("consultations:manage-consultation", reference)
    context = {
        "form": form,
        "title": _("Change the consultation"),
        "lede": _("Once people have voted, the question and who may answer it stay as they are."),
        "submit": _("Save"),
        "back": reverse("consultations:manage-consultation", args=[reference]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def open_(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then open."""
    account, found = managed_consultation(request, reference)
    error = ""
    if request.method == "POST":
        try:
            actions.open_consultation(account, found)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The consultation is open. Votes enter from its opening date."))
            return redirect("consultations:manage-consultation", reference)
    view = queries.consultation_view(found, reader_language())
    context = {
        "title": _("Open this consultation?"),
        "wording": view.question,
        "text": _("Everybody sees it then. Once people have voted, its question cannot change any more."),
        "submit": _("Open the consultation"),
        "error": error,
        "back": reverse("consultations:manage-consultation", args=[reference]),
    }
    return _confirm_page(request, found, context)


@login_required
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then close for good."""
    account, found = managed_consultation(request, reference)
    error = ""
    if request.method == "POST":
        try:
            actions.close_consultation(account, found)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The consultation is closed."))
            return redirect("consultations:manage-consultation", reference)
    view = queries.consultation_view(found, reader_language())
    context = {
        "title": _("Close this consultation?"),
        "wording": view.question,
        "text": _(
            "No vote and no statement enters any more, whatever its closing date. It cannot be opened again."
        ),
        "submit": _("Close for good"),
        "is_danger": True,
        "error": error,
        "back": reverse("consultations:manage-consultation", args=[reference]),
    }
    return _confirm_page(request, found, context)


@login_required
@require_http_methods(["GET", "POST"])
def add_statements(request: HttpRequest, reference: str) -> HttpResponse:
    """Statements of the secretariat, one a line."""
    account, found = managed_consultation(request, reference)
    reflection = found.priority.reflection
    form = SeedForm(sent_data(request), reflection=reflection, initial={"original": _spoken(found)})
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.add_statements(account, found, form.seeds()))
    ):
        count = len(form.seeds())
        messages.success(
            request,
            ngettext("%(count)d statement is added.", "%(count)d statements are added.", count)
            % {"count": count},
        )
        return redirect("consultations:manage-consultation", reference)
    context = {
        "form": form,
        "title": _("Add statements"),
        "lede": _(
            "A consultation begins with some ten to thirty statements that cover the ground, and disagree. "
            "They are open for votes at once."
        ),
        "submit": _("Add the statements"),
        "back": reverse("consultations:manage-consultation", args=[reference]),
    }
    return form_page(request, reflection, context, section=SECTION)


def _confirm_page(request: HttpRequest, found: Consultation, context: Mapping[str, object]) -> HttpResponse:
    return manage_page(
        request,
        found.priority.reflection,
        "mandates/confirm.html",
        context,
        section=SECTION,
        status=422 if context["error"] else 200,
    )


def _spoken(found: Consultation) -> str:
    """The page's language where the reflection has it, else its working language."""
    languages = found.priority.reflection.languages
    language = reader_language()
    return language if language in languages else str(languages[0])

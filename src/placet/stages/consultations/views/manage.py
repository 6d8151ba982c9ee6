"""Running consultations: set up, open and close, statements to begin with, moderation, translations."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.consultations import actions, queries
from placet.stages.consultations.forms import (
    ConsultationForm,
    DecisionForm,
    NewConsultationForm,
    SeedForm,
    TranslationForm,
)
from placet.stages.consultations.models import Consultation, Statement
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
from placet.stages.mandates.permissions import require_role, roles_of
from placet.stages.mandates.queries import MANAGING_ROLES, find_priority, priority_views
from placet.stages.people.models import Account

STATEMENTS_PER_PAGE = 50
QUEUE_PER_PAGE = 20
SECTION = "consultations"


@login_required
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a moderator, in all the reflections that one moderates; a fragment for HTMX."""
    found = queries.waiting_consultations(signed_in(request), reader_language())
    name = "_waiting" if _is_fragment(request) else "waiting"
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
    name = "_consultations" if _is_fragment(request) else "consultations"
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
    account, found = _managed_consultation(request, reference, *MANAGING_ROLES)
    view = queries.consultation_view(found, reader_language())
    context: dict[str, object] = {
        "waiting_count": queries.waiting_count(found),
        "may_open": view.state == "draft" and view.statement_count > 0,
    }
    if Role.SECRETARIAT in roles_of(account, found.priority.reflection):
        context |= join_code_section(account, found)
    return _page(request, found, "consultation", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change what is said of a consultation."""
    account, found = _managed_consultation(request, reference)
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
    account, found = _managed_consultation(request, reference)
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
    account, found = _managed_consultation(request, reference)
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
    account, found = _managed_consultation(request, reference)
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


@login_required
@require_GET
def moderation(request: HttpRequest, reference: str) -> HttpResponse:
    """Statements that wait, oldest first."""
    account, found = _managed_consultation(request, reference, *queries.MODERATING_ROLES)
    context = _page_of(request, queries.moderation_queue(account, found), QUEUE_PER_PAGE)
    context["rows"] = [(row, _decision_form(row.statement.reference)) for row in context["rows"]]
    context |= {"waiting_count": queries.waiting_count(found), "origin": "moderation"}
    return _page(request, found, "moderation", context)


@login_required
@require_GET
def statements(request: HttpRequest, reference: str) -> HttpResponse:
    """All statements and what was decided, the latest decision first."""
    account, found = _managed_consultation(request, reference, *queries.MODERATING_ROLES)
    listed = queries.moderated_statements(account, found)
    wanted = request.GET.get("state", "")
    if wanted in Statement.State.values:
        listed = listed.filter(state=wanted)
    context = _page_of(request, listed, STATEMENTS_PER_PAGE)
    context |= {"states": Statement.State.choices, "wanted": wanted}
    context |= {"waiting_count": queries.waiting_count(found)}
    return _page(request, found, "statements", context)


@login_required
@require_GET
def statement(request: HttpRequest, reference: str) -> HttpResponse:
    """One statement: every wording, the decision, and a form for a translation."""
    found = queries.find_managed_statement(reference, request.user)
    return _statement_page(request, found, translation_form=_translation_form(request, found))


@login_required
@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Accept or reject; with HTMX the statement's own card is the answer."""
    found = queries.find_managed_statement(reference, request.user)
    form = _decision_form(reference, request.POST, original_language=found.text.language)
    if form.is_valid():
        try:
            actions.moderate_statement(
                request.user,
                found,
                accept=form.cleaned_data["decision"] == "accept",
                reason=form.full_reason() if form.cleaned_data["decision"] == "reject" else "",
                seen_state=form.cleaned_data["seen_state"],
            )
        except ValidationError as refusal:
            form.add_error(None, " ".join(refusal.messages))
            found.refresh_from_db()
    if _is_fragment(request):
        return _card(request, found, form if form.errors else None)
    if form.errors:
        return _statement_page(
            request, found, form=form, translation_form=_translation_form(request, found), status=422
        )
    messages.success(
        request, _("%(reference)s: %(state)s.") % {"reference": reference, "state": found.get_state_display()}
    )
    return redirect(_back(request, found))


@login_required
@require_POST
def mark_meta(request: HttpRequest, reference: str) -> HttpResponse:
    """Say whether a statement is about the consultation itself."""
    found = queries.find_managed_statement(reference, request.user)
    actions.mark_meta(request.user, found, is_meta=request.POST.get("is_meta") == "1")
    if _is_fragment(request):
        return _card(request, found, None)
    messages.success(request, _("Saved."))
    return redirect(_back(request, found))


@login_required
@require_POST
def translate(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a statement into another language."""
    found = queries.find_managed_statement(reference, request.user)
    require_role(request.user, found.consultation.priority.reflection, Role.SECRETARIAT)
    form = _translation_form(request, found)
    if form.is_valid() and form.carry_out(
        lambda: actions.translate_statement(
            request.user, found, language=form.cleaned_data["language"], body=form.cleaned_data["body"]
        )
    ):
        messages.success(request, _("The translation is saved."))
        return redirect("consultations:manage-statement", reference)
    return _statement_page(request, found, translation_form=form, status=422)


def _managed_consultation(request: HttpRequest, reference: str, *roles: Role) -> tuple[Account, Consultation]:
    account = signed_in(request)
    found = queries.find_consultation(reference, account)
    return require_role(account, found.priority.reflection, *(roles or (Role.SECRETARIAT,))), found


def _page(
    request: HttpRequest, found: Consultation, name: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    view = queries.consultation_view(found, reader_language())
    return manage_page(
        request,
        found.priority.reflection,
        f"consultations/manage/{name}.html",
        {"consultation": view, **context},
        section=SECTION,
        status=status,
    )


def _confirm_page(request: HttpRequest, found: Consultation, context: Mapping[str, object]) -> HttpResponse:
    return manage_page(
        request,
        found.priority.reflection,
        "mandates/confirm.html",
        context,
        section=SECTION,
        status=422 if context["error"] else 200,
    )


def _page_of(request: HttpRequest, listed: QuerySet[Statement], per_page: int) -> dict[str, Any]:
    page = Paginator(listed, per_page).get_page(request.GET.get("page"))
    return {"page": page, "rows": queries.moderation_views(list(page.object_list), reader_language())}


def _statement_page(
    request: HttpRequest,
    found: Statement,
    *,
    translation_form: TranslationForm,
    form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    (view,) = queries.moderation_views([found], reader_language())
    context = {
        "row": view,
        "form": form or _decision_form(found.reference),
        "translation_form": translation_form,
        "may_translate": found.state == Statement.State.ACCEPTED,
        "origin": "statement",
    }
    return _page(request, found.consultation, "statement", context, status=status)


def _card(request: HttpRequest, found: Statement, form: DecisionForm | None) -> HttpResponse:
    (view,) = queries.moderation_views([found], reader_language())
    context = {
        "row": view,
        "form": form or _decision_form(found.reference),
        "is_decided_now": form is None,
        "origin": _origin(request),
    }
    return render(request, "consultations/manage/_card.html", context)


def _decision_form(
    reference: str, sent: QueryDict | None = None, *, original_language: str = ""
) -> DecisionForm:
    return DecisionForm(sent, auto_id=f"{reference}-%s", original_language=original_language)


def _translation_form(request: HttpRequest, found: Statement) -> TranslationForm:
    (original,) = queries.statement_views([found], found.text.language)
    languages = found.consultation.priority.reflection.languages
    sent = request.POST if request.method == "POST" and "body" in request.POST else None
    return TranslationForm(sent, original=original.wording, first=languages)


def _spoken(found: Consultation) -> str:
    """The page's language where the reflection has it, else its working language."""
    languages = found.priority.reflection.languages
    language = reader_language()
    return language if language in languages else str(languages[0])


def _origin(request: HttpRequest) -> str:
    return "moderation" if request.POST.get("origin") == "moderation" else "statement"


def _back(request: HttpRequest, found: Statement) -> str:
    """Where a decision was taken; one of two pages, never an address from the form."""
    if _origin(request) == "moderation":
        return reverse("consultations:moderation", args=[found.consultation.reference])
    return reverse("consultations:manage-statement", args=[found.reference])


def _is_fragment(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]

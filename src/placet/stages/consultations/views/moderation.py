"""Moderation: what waits, what was decided, translations, and bringing together what says the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from placet.stages.consultations import actions, merging, queries
from placet.stages.consultations.forms import DecisionForm, MergeForm, TranslationForm
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.moderation_help import Help, helps_for, lacks_extra
from placet.stages.consultations.views.frames import consultation_page, is_fragment, managed_consultation
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import require_role

STATEMENTS_PER_PAGE = 50
QUEUE_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Card:
    """A statement as its moderator sees it: what it says, the hints, and the forms for a decision."""

    row: queries.ModerationView
    help: Help
    form: DecisionForm
    merge_form: MergeForm


@login_required
@require_GET
def moderation(request: HttpRequest, reference: str) -> HttpResponse:
    """Statements that wait, oldest first, with what may help to decide."""
    account, found = managed_consultation(request, reference, *queries.MODERATING_ROLES)
    context = _page_of(request, found, queries.moderation_queue(account, found), QUEUE_PER_PAGE)
    context |= {"waiting_count": queries.waiting_count(found), "origin": "moderation"}
    return consultation_page(request, found, "moderation", context | {"lacks_extra": lacks_extra()})


@login_required
@require_GET
def statements(request: HttpRequest, reference: str) -> HttpResponse:
    """All statements and what was decided, the latest decision first."""
    account, found = managed_consultation(request, reference, *queries.MODERATING_ROLES)
    listed = queries.moderated_statements(account, found)
    wanted = request.GET.get("state", "")
    if wanted in Statement.State.values:
        listed = listed.filter(state=wanted)
    context = _page_of(request, found, listed, STATEMENTS_PER_PAGE)
    context |= {"states": Statement.State.choices, "wanted": wanted}
    context |= {"waiting_count": queries.waiting_count(found)}
    return consultation_page(request, found, "statements", context)


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
        _carry_out(
            form,
            found,
            lambda: actions.moderate_statement(
                request.user,
                found,
                accept=form.cleaned_data["decision"] == "accept",
                reason=form.full_reason() if form.cleaned_data["decision"] == "reject" else "",
                seen_state=form.cleaned_data["seen_state"],
            ),
        )
    return _answer(request, found, form=form)


@login_required
@require_POST
def mark_meta(request: HttpRequest, reference: str) -> HttpResponse:
    """Say whether a statement is about the consultation itself."""
    found = queries.find_managed_statement(reference, request.user)
    actions.mark_meta(request.user, found, is_meta=request.POST.get("is_meta") == "1")
    if is_fragment(request):
        return _card(request, found)
    messages.success(request, _("Saved."))
    return redirect(_back(request, found))


@login_required
@require_POST
def merge(request: HttpRequest, reference: str) -> HttpResponse:
    """Bring a statement together with the one that says the same."""
    found = queries.find_managed_statement(reference, request.user)
    form = _merge_form(reference, found.consultation, request.POST)
    if form.is_valid():
        into, why = form.cleaned_data["into"], form.cleaned_data["why"]
        _carry_out(form, found, lambda: merging.merge_statement(request.user, found, into, reason=why))
    return _answer(request, found, merge_form=form)


@login_required
@require_POST
def undo_merge(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a statement back its own place."""
    found = queries.find_managed_statement(reference, request.user)
    merging.undo_merge(request.user, found)
    return _answer(request, found)


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


def _carry_out(form: DecisionForm | MergeForm, found: Statement, deed: Callable[[], object]) -> None:
    """Do it; what it is refused for stands in the form, beside the statement as it is now."""
    try:
        deed()
    except ValidationError as refusal:
        form.add_error(None, " ".join(refusal.messages))
        found.refresh_from_db()


def _answer(
    request: HttpRequest,
    found: Statement,
    *,
    form: DecisionForm | None = None,
    merge_form: MergeForm | None = None,
) -> HttpResponse:
    """After a decision: with HTMX the statement's own card, else the page where it was taken."""
    has_errors = bool((form and form.errors) or (merge_form and merge_form.errors))
    if not has_errors:
        form = merge_form = None
    if is_fragment(request):
        return _card(request, found, form=form, merge_form=merge_form)
    if has_errors:
        return _statement_page(
            request,
            found,
            form=form,
            merge_form=merge_form,
            translation_form=_translation_form(request, found),
            status=422,
        )
    messages.success(
        request,
        _("%(reference)s: %(state)s.") % {"reference": found.reference, "state": found.get_state_display()},
    )
    return redirect(_back(request, found))


def _page_of(
    request: HttpRequest, found: Consultation, listed: QuerySet[Statement], per_page: int
) -> dict[str, object]:
    page = Paginator(listed, per_page).get_page(request.GET.get("page"))
    return {"page": page, "cards": _cards(found, list(page.object_list))}


def _cards(
    consultation: Consultation,
    statements: Sequence[Statement],
    *,
    form: DecisionForm | None = None,
    merge_form: MergeForm | None = None,
) -> list[Card]:
    rows = queries.moderation_views(statements, reader_language())
    helps = helps_for(consultation, statements, rows)
    return [
        Card(
            row,
            hints,
            form or _decision_form(statement.reference),
            merge_form or _merge_form(statement.reference, consultation),
        )
        for statement, row, hints in zip(statements, rows, helps, strict=True)
    ]


def _statement_page(
    request: HttpRequest,
    found: Statement,
    *,
    translation_form: TranslationForm,
    form: DecisionForm | None = None,
    merge_form: MergeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    (card,) = _cards(found.consultation, [found], form=form, merge_form=merge_form)
    context = {
        "card": card,
        "translation_form": translation_form,
        "may_translate": found.state == Statement.State.ACCEPTED,
        "origin": "statement",
    }
    return consultation_page(request, found.consultation, "statement", context, status=status)


def _card(
    request: HttpRequest,
    found: Statement,
    *,
    form: DecisionForm | None = None,
    merge_form: MergeForm | None = None,
) -> HttpResponse:
    (card,) = _cards(found.consultation, [found], form=form, merge_form=merge_form)
    is_decided_now = form is None and merge_form is None
    context = {"card": card, "is_decided_now": is_decided_now, "origin": _origin(request)}
    return render(request, "consultations/manage/_card.html", context)


def _decision_form(
    reference: str, sent: QueryDict | None = None, *, original_language: str = ""
) -> DecisionForm:
    return DecisionForm(sent, auto_id=f"{reference}-%s", original_language=original_language)


def _merge_form(reference: str, consultation: Consultation, sent: QueryDict | None = None) -> MergeForm:
    return MergeForm(sent, consultation=consultation, auto_id=f"{reference}-%s")


def _translation_form(request: HttpRequest, found: Statement) -> TranslationForm:
    (original,) = queries.statement_views([found], found.text.language)
    languages = found.consultation.priority.reflection.languages
    sent = request.POST if request.method == "POST" and "body" in request.POST else None
    return TranslationForm(sent, original=original.wording, first=languages)


def _origin(request: HttpRequest) -> str:
    return "moderation" if request.POST.get("origin") == "moderation" else "statement"


def _back(request: HttpRequest, found: Statement) -> str:
    """Where a decision was taken; one of two pages, never an address from the form."""
    if _origin(request) == "moderation":
        return reverse("consultations:moderation", args=[found.consultation.reference])
    return reverse("consultations:manage-statement", args=[found.reference])

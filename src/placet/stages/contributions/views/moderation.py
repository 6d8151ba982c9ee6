"""Moderation of contributions and comments: what waits, one of them, and appeals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.consultations.moderation_help import lacks_extra
from placet.stages.contributions.forms.moderating import AnswerForm, DecisionForm
from placet.stages.contributions.models import Contribution
from placet.stages.contributions.moderating import queries
from placet.stages.contributions.moderating import queue as waiting
from placet.stages.contributions.moderating.appealing import answer_appeal
from placet.stages.contributions.moderating.deciding import decide_comment, decide_contribution
from placet.stages.contributions.moderating.queries import Item, RuleView
from placet.stages.contributions.permissions import MODERATING_ROLES
from placet.stages.contributions.views.comments import is_fragment
from placet.stages.mandates.manage_pages import manage_page, managed_reflection, reader_language, signed_in
from placet.stages.mandates.models import Reflection

SECTION = "contributions"
ITEMS_PER_PAGE = 20
KINDS = ("contributions", "comments", "appeals")


@dataclass(frozen=True, slots=True)
class Card:
    """What waits, and the form for a decision about it."""

    item: waiting.WaitingView
    form: DecisionForm
    url: str


@dataclass(frozen=True, slots=True)
class AppealCard:
    """An appeal, and the form for its answer."""

    appeal: waiting.AppealView
    form: AnswerForm


@login_required
@require_GET
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """Contributions that wait, comments that were reported, or appeals; the longest waiting first."""
    account, reflection = managed_reflection(request, slug, *MODERATING_ROLES)
    counts = waiting.queue_counts(account, reflection)
    kind = _kind(request.GET.get("kind", ""), counts)
    rules = queries.rule_views(reflection, reader_language())
    context: dict[str, object] = {
        "kind": kind,
        "counts": counts,
        "tab": "moderation",
        "lacks_extra": lacks_extra(),
        "has_rules": any(not rule.is_retired for rule in rules),
    }
    number = request.GET.get("page")
    if kind == "appeals":
        appeals = Paginator(waiting.open_appeals(account, reflection), ITEMS_PER_PAGE).get_page(number)
        views = waiting.appeal_views(account, reflection, list(appeals.object_list), reader_language())
        context |= {"page": appeals, "appeals": [_appeal_card(view) for view in views]}
    else:
        listed: QuerySet[Any] = (
            waiting.waiting_contributions(account, reflection)
            if kind == "contributions"
            else waiting.reported_comments(account, reflection)
        )
        page = Paginator(listed, ITEMS_PER_PAGE).get_page(number)
        items: list[Item] = list(page.object_list)
        context |= {"page": page, "cards": _cards(reflection, items, rules)}
    template = "contributions/moderating/queue.html"
    return manage_page(request, reflection, template, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def contribution(request: HttpRequest, reference: str) -> HttpResponse:
    """One contribution, what was decided about it, and a form for a decision."""
    return _one(request, queries.find_moderated_contribution(reference, request.user))


@login_required
@require_http_methods(["GET", "POST"])
def comment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One comment, what was decided about it, and a form for a decision."""
    return _one(request, queries.find_moderated_comment(pk, request.user))


@login_required
@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal and a form for its answer."""
    account = signed_in(request)
    found = queries.find_appeal(pk, account)
    form = AnswerForm(request.POST if request.method == "POST" else None, auto_id=f"appeal-{pk}-%s")
    if request.method == "POST" and form.is_valid():
        try:
            is_granted = form.cleaned_data["outcome"] == "granted"
            answer_appeal(account, found, is_granted=is_granted, answer=form.cleaned_data["answer"])
        except ValidationError as refusal:
            _add_refusal(form, refusal)
        else:
            if not is_fragment(request):
                messages.success(request, _("The appeal is answered."))
                return redirect(_queue_url(found.decision.reflection, "appeals"))
    reflection = found.decision.reflection
    (view,) = waiting.appeal_views(account, reflection, [found], reader_language())
    card = _appeal_card(view, form if form.is_bound else None)
    is_answered = found.answered_at is not None
    context = {
        "card": card,
        "is_answered": is_answered,
        "outcome": found.get_state_display(),
        "answer": found.answer,
    }
    if is_fragment(request):
        return render(request, "contributions/moderating/_appeal_card.html", context)
    status = 422 if form.errors else 200
    template = "contributions/moderating/one_appeal.html"
    return manage_page(request, reflection, template, context, section=SECTION, status=status)


def _one(request: HttpRequest, item: Item) -> HttpResponse:
    reflection = queries.reflection_of(item)
    rules = queries.rule_views(reflection, reader_language())
    form = None
    is_decided_now = False
    if request.method == "POST":
        form = DecisionForm(request.POST, rules=rules, auto_id=f"{item.pk}-%s")
        is_decided_now = form.is_valid() and _decide(request, item, form)
        if is_decided_now and not is_fragment(request):
            messages.success(request, _("Decided. The log shows it to everybody."))
            return redirect(_back(request, item, reflection))
        item.refresh_from_db()
    has_history = not is_fragment(request)
    (card,) = _cards(
        reflection, [item], rules, form=None if is_decided_now else form, with_history=has_history
    )
    context: dict[str, object] = {"card": card, "is_decided_now": is_decided_now}
    if is_fragment(request):
        return render(request, "contributions/moderating/_card.html", context | {"is_queue": True})
    status = 422 if form is not None else 200
    template = "contributions/moderating/one.html"
    return manage_page(request, reflection, template, context, section=SECTION, status=status)


def _decide(request: HttpRequest, item: Item, form: DecisionForm) -> bool:
    """Take the decision; what it is refused for stands in the form."""
    data = form.cleaned_data
    reflection = queries.reflection_of(item)
    rule = queries.find_rule(reflection, data["rule"]) if data.get("rule") else None
    grounds = (data["verdict"], rule, data["reason"], data["seen_state"])
    try:
        if isinstance(item, Contribution):
            decide_contribution(request.user, item, *grounds)
        else:
            decide_comment(request.user, item, *grounds)
    except ValidationError as refusal:
        _add_refusal(form, refusal)
        return False
    return True


def _add_refusal(form: DecisionForm | AnswerForm, refusal: ValidationError) -> None:
    if hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
    else:
        form.add_error(None, " ".join(refusal.messages))


def _cards(
    reflection: Reflection,
    items: Sequence[Item],
    rules: Sequence[RuleView],
    *,
    form: DecisionForm | None = None,
    with_history: bool = False,
) -> list[Card]:
    views = waiting.waiting_views(reflection, items, reader_language(), with_history=with_history)
    return [
        Card(view, form or DecisionForm(rules=rules, auto_id=f"{view.id}-%s"), _item_url(view))
        for view in views
    ]


def _appeal_card(view: waiting.AppealView, form: AnswerForm | None = None) -> AppealCard:
    return AppealCard(view, form or AnswerForm(auto_id=f"appeal-{view.id}-%s"))


def _item_url(view: waiting.WaitingView) -> str:
    if view.is_comment:
        return reverse("contributions:moderate-comment", args=[view.id])
    return reverse("contributions:moderate-contribution", args=[view.reference])


def _kind(wanted: str, counts: waiting.QueueCounts) -> str:
    """The part of the queue that is asked for; else the first one in which something waits."""
    if wanted in KINDS:
        return wanted
    return next((kind for kind in KINDS if getattr(counts, kind)), KINDS[0])


def _queue_url(reflection: Reflection, kind: str) -> str:
    return f"{reverse('contributions:moderation', args=[reflection.slug])}?kind={kind}"


def _back(request: HttpRequest, item: Item, reflection: Reflection) -> str:
    """Where a decision was taken; one of two pages, never an address from the form."""
    kind = "contributions" if isinstance(item, Contribution) else "comments"
    if request.POST.get("origin") == "queue":
        return _queue_url(reflection, kind)
    if isinstance(item, Contribution):
        return reverse("contributions:moderate-contribution", args=[item.reference])
    return reverse("contributions:moderate-comment", args=[item.pk])

"""Clauses at the desk: added, reworded, moved, removed, split and put together."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from placet.stages.mandates.forms.multilingual import OnceForm
from placet.stages.mandates.manage_pages import sent_data
from placet.stages.proposals.drafting import clauses
from placet.stages.proposals.drafting.access import FREELY_DRAFTED, clause_mark
from placet.stages.proposals.drafting.wording import last_version
from placet.stages.proposals.forms.drafting import ClauseForm, SplitForm
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.proposals.queries import find_clause
from placet.stages.proposals.views.frames import (
    desk_url,
    draft_form_page,
    drafted_clause,
    drafted_proposal,
)
from placet.stages.texts.queries import all_wordings


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a clause: after the one named by ``?after=``, else at the end."""
    account, proposal = drafted_proposal(request, reference)
    asked = request.GET.get("after", "")
    after = find_clause(account, proposal, asked) if asked else None
    form = ClauseForm(sent_data(request), languages=proposal.priority.reflection.languages)
    if request.method == "POST" and form.is_valid():
        made: list[Clause] = []
        if form.carry_out(
            lambda: made.append(clauses.add_clause(account, proposal, form.bodies("text"), after=after))
        ):
            messages.success(request, _("The clause is added. Now cite what it rests on."))
            return redirect(desk_url(proposal, made[0] if made else None))
    context = {"form": form, "title": _("Add a clause"), "submit": _("Add the clause"), "clause": after}
    return draft_form_page(request, proposal, context)


@login_required
@require_http_methods(["GET", "POST"])
def reword(request: HttpRequest, reference: str, clause_reference: str) -> HttpResponse:
    """Change what a clause says. Where somebody else was faster, both wordings are shown, yours is kept."""
    account, proposal, clause = drafted_clause(request, reference, clause_reference)
    form = ClauseForm(
        sent_data(request),
        languages=proposal.priority.reflection.languages,
        texts={"text": clause.text},
        initial={"seen": clause_mark(clause), "seen_version": last_version(clause.text_id).number},
    )
    if request.method == "POST" and form.is_valid():
        bodies, seen = form.bodies("text"), form.cleaned_data["seen"]
        version = form.cleaned_data["seen_version"] or 0
        if form.carry_out(
            lambda: clauses.reword_clause(account, clause, bodies, seen_version=version, seen=seen)
        ):
            messages.success(request, _("Saved."))
            return redirect(desk_url(proposal, clause))
    if form.is_overtaken:
        form.look_again_at(clause_mark(clause), last_version(clause.text_id).number)
    context = {"form": form, "title": _("Reword the clause"), "submit": _("Save"), "clause": clause}
    return draft_form_page(request, proposal, context)


@login_required
@require_POST
def place(request: HttpRequest, reference: str, clause_reference: str) -> HttpResponse:
    """Let a clause change places with the one before or after it."""
    account, proposal, clause = drafted_clause(request, reference, clause_reference)
    step = {"up": -1, "down": 1}.get(request.POST.get("to", ""), 0)
    try:
        clauses.move_clause(account, clause, position=clause.position + step)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(desk_url(proposal, clause))


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, reference: str, clause_reference: str) -> HttpResponse:
    """Ask once more, then take a clause out."""
    account, proposal, clause = drafted_clause(request, reference, clause_reference)
    form = OnceForm(sent_data(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: clauses.remove_clause(account, clause))
    ):
        messages.success(request, _("The clause is removed. Its reference and its wordings are kept."))
        return redirect(desk_url(proposal))
    context = {
        "form": form,
        "title": _("Remove this clause?"),
        "lede": _(
            "Its reference, its wordings and what it rested on are kept; it no longer stands in the text."
        ),
        "submit": _("Remove the clause"),
        "clause": clause,
        "wording": all_wordings(clause.text_id)[0],
    }
    return draft_form_page(request, proposal, context)


@login_required
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, reference: str, clause_reference: str) -> HttpResponse:
    """Make two or three clauses of one."""
    account, proposal, clause = drafted_clause(request, reference, clause_reference)
    whole = {f"text1_{wording.language}": wording.body for wording in all_wordings(clause.text_id)}
    form = SplitForm(
        sent_data(request),
        languages=proposal.priority.reflection.languages,
        initial={"seen": clause_mark(clause), **whole},
    )
    if request.method == "POST" and form.is_valid():
        parts, seen = form.parts(), form.cleaned_data["seen"]
        if form.carry_out(lambda: clauses.split_clause(account, clause, parts, seen=seen)):
            messages.success(request, _("The clause is split. Each part keeps all that it rested on."))
            return redirect(desk_url(proposal))
    if form.is_overtaken:
        form.look_again(clause_mark(clause))
    context = {
        "form": form,
        "title": _("Split the clause"),
        "lede": _(
            "Each part takes over all that the clause rests on; take back afterwards what does not belong."
        ),
        "submit": _("Split the clause"),
        "clause": clause,
        "present": all_wordings(clause.text_id),
    }
    return draft_form_page(request, proposal, context, states=FREELY_DRAFTED)


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, reference: str, clause_reference: str) -> HttpResponse:
    """Put a clause together with the one after it."""
    account, proposal, clause = drafted_clause(request, reference, clause_reference)
    both = [clause, _next_of(proposal, clause)]
    form = ClauseForm(
        sent_data(request),
        languages=proposal.priority.reflection.languages,
        initial={"seen": clause_mark(*both), **_joined(both)},
    )
    if request.method == "POST" and form.is_valid():
        bodies, seen = form.bodies("text"), form.cleaned_data["seen"]
        if form.carry_out(lambda: clauses.merge_clauses(account, both, bodies, seen=seen)):
            messages.success(
                request, _("The clauses are put together. The new one keeps all that they rested on.")
            )
            return redirect(desk_url(proposal))
    if form.is_overtaken:
        form.look_again(clause_mark(*both))
    context = {
        "form": form,
        "title": _("Put two clauses together"),
        "lede": _("The new clause takes over all that the two rest on, with the views against them."),
        "submit": _("Put them together"),
        "clause": clause,
        "present": [wording for each in both for wording in all_wordings(each.text_id)],
    }
    return draft_form_page(request, proposal, context, states=FREELY_DRAFTED)


def _next_of(proposal: Proposal, clause: Clause) -> Clause:
    """The clause that stands after another; Http404 after the last one."""
    order = clauses.kept_clauses(proposal)
    place = order.index(clause) + 1 if clause in order else len(order)
    if place >= len(order):
        raise Http404
    return order[place]


def _joined(both: list[Clause]) -> dict[str, str]:
    """The wordings of clauses, one below the other, by field."""
    joined: dict[str, list[str]] = {}
    for clause in both:
        for wording in all_wordings(clause.text_id):
            joined.setdefault(f"text_{wording.language}", []).append(wording.body)
    return {name: "\n\n".join(bodies) for name, bodies in joined.items()}

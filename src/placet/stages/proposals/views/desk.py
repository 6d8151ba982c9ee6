"""The desk of those who draft: the proposals of a reflection, one proposal, publishing and withdrawing it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.mandates.forms.multilingual import OnceForm
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
)
from placet.stages.mandates.queries import find_priority, priority_views
from placet.stages.proposals.drafting import actions
from placet.stages.proposals.drafting.access import proposal_mark
from placet.stages.proposals.drafting.evidence import unanswered_findings
from placet.stages.proposals.forms.drafting import NoteForm, ProposalForm, ReasonForm
from placet.stages.proposals.models import Proposal
from placet.stages.proposals.permissions import visible_proposals
from placet.stages.proposals.queries import draft_findings, missing_languages, proposal_views
from placet.stages.proposals.showing.desk import desk_of
from placet.stages.proposals.views.frames import (
    SECTION,
    desk_url,
    draft_form_page,
    draft_page,
    drafted_proposal,
)


@login_required
@require_GET
def proposals(request: HttpRequest, slug: str) -> HttpResponse:
    """The proposals of a reflection, drafts among them, and what is still to be answered."""
    account, reflection = managed_reflection(request, slug)
    language = reader_language()
    found = visible_proposals(account, reflection)
    context = {
        "proposals": proposal_views(found, language, with_drafts=True),
        "n_unanswered": unanswered_findings(reflection).count(),
        "has_priorities": reflection.priorities.exists(),
    }
    return manage_page(request, reflection, "proposals/manage/list.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a proposal under a priority, as a draft."""
    account, reflection = managed_reflection(request, slug)
    form = ProposalForm(
        sent_data(request),
        languages=reflection.languages,
        priorities=priority_views(reflection, reader_language()),
        initial={"priority": request.GET.get("priority", "")},
    )
    if request.method == "POST" and form.is_valid():
        priority = find_priority(reflection, int(form.cleaned_data.get("priority", 0)))
        made: list[Proposal] = []
        if form.carry_out(lambda: made.append(actions.draft_proposal(account, priority, form.new()))):
            messages.success(request, _("The proposal is begun. Now add its clauses."))
            return redirect(desk_url(made[0]) if made else reverse("proposals:manage-list", args=[slug]))
    context = {
        "form": form,
        "title": _("Draft a proposal"),
        "lede": _("What is put to the leaders under one priority. It begins as a draft that you alone see."),
        "submit": _("Begin the draft"),
        "back": reverse("proposals:manage-list", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_GET
def proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """One proposal at the desk: its clauses with what they rest on, and the margin."""
    _account, found = drafted_proposal(request, reference)
    desk = desk_of(found, reader_language())
    context = {
        "desk": desk,
        "proposal": desk.view,
        "note": NoteForm(auto_id=False),
        "is_changeable": found.state in ("draft", "published", "amendable"),
        "is_free": found.state in ("draft", "published"),
    }
    return draft_page(request, found, "proposals/manage/desk.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change the title and the summary."""
    account, found = drafted_proposal(request, reference)
    form = ProposalForm(
        sent_data(request),
        languages=found.priority.reflection.languages,
        texts={"title": found.title, "summary": found.summary},
        initial={"seen": proposal_mark(found)},
    )
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        if form.carry_out(lambda: actions.change_proposal(account, found, form.new(), seen=seen)):
            messages.success(request, _("Saved."))
            return redirect(desk_url(found))
    if form.is_overtaken:
        form.look_again(proposal_mark(found))
    context = {"form": form, "title": _("Change the title and the summary"), "submit": _("Save")}
    return draft_form_page(request, found, context)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, with what is missing, then show the proposal to everybody."""
    account, found = drafted_proposal(request, reference)
    form = OnceForm(sent_data(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.publish_proposal(account, found))
    ):
        messages.success(request, _("The proposal is published."))
        return redirect(desk_url(found))
    (view,) = proposal_views([found], reader_language(), with_drafts=True)
    context = {
        "form": form,
        "title": _("Publish this proposal?"),
        "lede": _("Everybody reads it then, each clause with what it rests on. Its versions stay on record."),
        "submit": _("Publish the proposal"),
        "missing": missing_languages(found),
        "draft_findings": draft_findings(found),
        "view": view,
    }
    return draft_form_page(request, found, context, template="proposals/manage/publish.html")


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the proposal out, with the reason."""
    account, found = drafted_proposal(request, reference)
    form = ReasonForm(sent_data(request), languages=found.priority.reflection.languages)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.withdraw_proposal(account, found, reason=form.bodies("reason")))
    ):
        messages.success(request, _("The proposal is withdrawn."))
        return redirect(desk_url(found))
    context = {
        "form": form,
        "title": _("Withdraw this proposal?"),
        "lede": _("It cannot be brought back. What was published stays to be read, with your reason."),
        "submit": _("Withdraw the proposal"),
    }
    return draft_form_page(request, found, context)

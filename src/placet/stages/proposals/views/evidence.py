"""What clauses rest on, at the desk: citing findings, and saying why one is not taken up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
)
from placet.stages.mandates.models import Reflection
from placet.stages.people.models import Account
from placet.stages.proposals.drafting import evidence
from placet.stages.proposals.drafting.access import why_unchangeable
from placet.stages.proposals.forms.drafting import CiteForm, FindingSearchForm, ReasonForm
from placet.stages.proposals.models import Citation
from placet.stages.proposals.queries import clause_wordings, proposal_views
from placet.stages.proposals.showing.desk import answering, offered_findings
from placet.stages.proposals.views.frames import SECTION, draft_page, drafted_clause
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.findings.queries import find_finding, finding_views


@login_required
@require_GET
def panel(request: HttpRequest, reference: str, clause_reference: str) -> HttpResponse:
    """The findings that a clause cites, and others to cite: by words or by reference."""
    _account, proposal, clause = drafted_clause(request, reference, clause_reference)
    language = reader_language()
    form = FindingSearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found, n_found = offered_findings(clause, words, language)
    context = {
        "proposal": proposal_views([proposal], language, with_drafts=True)[0],
        "clause": clause,
        "wording": clause_wordings(proposal, [clause], language)[clause.pk],
        "refusal": why_unchangeable(proposal),
        "search": form,
        "found": found,
        "n_found": n_found,
        "words": words,
    }
    return draft_page(request, proposal, "proposals/manage/evidence.html", context)


@login_required
@require_POST
def cite(request: HttpRequest, reference: str, clause_reference: str) -> HttpResponse:
    """Let a clause cite a finding, for it or against it."""
    account, proposal, clause = drafted_clause(request, reference, clause_reference)
    form = CiteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a finding, and say whether it supports the clause."))
        return redirect("proposals:evidence", reference, clause_reference)
    finding = _finding_of(account, proposal.priority.reflection, form.cleaned_data["finding"])
    try:
        evidence.cite_finding(account, clause, finding, stance=form.cleaned_data["stance"])
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Cited."))
    return redirect("proposals:evidence", reference, clause_reference)


@login_required
@require_POST
def take_back(request: HttpRequest, reference: str, clause_reference: str, pk: int) -> HttpResponse:
    """Let a clause no longer cite a finding."""
    account, _proposal, clause = drafted_clause(request, reference, clause_reference)
    citation = get_object_or_404(
        Citation.objects.select_related("clause__proposal__priority__reflection", "finding"),
        clause=clause,
        pk=pk,
    )
    try:
        evidence.take_back_citation(account, citation)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Taken back."))
    return redirect("proposals:evidence", reference, clause_reference)


@login_required
@require_GET
def unanswered(request: HttpRequest, slug: str) -> HttpResponse:
    """The findings that nothing answers, and those of which it was said why not."""
    _account, reflection = managed_reflection(request, slug)
    context = {"answering": answering(reflection, reader_language())}
    return manage_page(request, reflection, "proposals/manage/unanswered.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def not_taken_up(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """Say why no clause takes up a finding."""
    account, reflection = managed_reflection(request, slug)
    finding = _finding_of(account, reflection, reference)
    form = ReasonForm(sent_data(request), languages=reflection.languages)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: evidence.say_not_taken_up(account, finding, form.bodies("reason")))
    ):
        messages.success(request, _("Said. Everybody who follows this finding reads your reason."))
        return redirect("proposals:unanswered", slug)
    (view,) = finding_views([finding], reader_language())
    context = {
        "form": form,
        "title": _("Why is this finding not taken up?"),
        "lede": f"{view.reference} – {view.title.body}",
        "submit": _("Say so"),
        "back": reverse("proposals:unanswered", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_POST
def take_up_again(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """Take back that a finding is not taken up."""
    account, reflection = managed_reflection(request, slug)
    evidence.take_up_again(account, _finding_of(account, reflection, reference))
    messages.success(request, _("The finding waits for an answer again."))
    return redirect("proposals:unanswered", slug)


def _finding_of(account: Account, reflection: Reflection, reference: str) -> Finding:
    """A finding of that reflection; Http404 where it has none of that reference."""
    finding = find_finding(account, reference.strip().upper())
    if finding.reflection_id != reflection.pk:
        raise Http404
    return finding

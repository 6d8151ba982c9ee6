"""What the pages of those who draft share: who comes in, and the frame of a proposal."""

from collections.abc import Collection, Mapping

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from placet.stages.mandates.manage_pages import form_page, manage_page, reader_language, signed_in
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account
from placet.stages.proposals.drafting.access import CHANGEABLE, why_unchangeable
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.proposals.permissions import require_drafter
from placet.stages.proposals.queries import find_clause, find_proposal, proposal_views

SECTION = "proposals"


def drafted_proposal(request: HttpRequest, reference: str) -> tuple[Account, Proposal]:
    """The account and the proposal that it drafts.

    Raises
    ------
    Http404
        Where the proposal may not be seen.
    PermissionDenied
        Where it may be seen, but not drafted.
    """
    account = signed_in(request)
    proposal = find_proposal(account, reference)
    return require_drafter(account, proposal.priority.reflection), proposal


def drafted_clause(
    request: HttpRequest, reference: str, clause_reference: str
) -> tuple[Account, Proposal, Clause]:
    """The account, the proposal that it drafts, and a clause of it; refusals as with a proposal."""
    account, proposal = drafted_proposal(request, reference)
    return account, proposal, find_clause(account, proposal, clause_reference)


def desk_url(proposal: Proposal, clause: Clause | None = None) -> str:
    """The desk of a proposal, at one of its clauses."""
    address = reverse("proposals:draft", args=[proposal.reference])
    return f"{address}#{clause.reference}" if clause else address


def draft_form_page(
    request: HttpRequest,
    proposal: Proposal,
    context: Mapping[str, object],
    *,
    template: str = "proposals/manage/form.html",
    states: Collection[Proposal.State] = CHANGEABLE,
) -> HttpResponse:
    """A page around a form on a proposal; needs ``form``, ``title``, ``submit``, and may have ``clause``.

    Where the proposal is in none of ``states``, the page says why, and has no form. One that was filled in
    meanwhile stays on the page: what was written in it is not lost.
    """
    (view,) = proposal_views([proposal], reader_language(), with_drafts=True)
    frame = {"proposal": view, "back": desk_url(proposal), **context}
    refusal = why_unchangeable(proposal, states=states)
    if refusal and request.method == "GET":
        return draft_page(request, proposal, "proposals/manage/closed.html", {**frame, "refusal": refusal})
    return form_page(request, proposal.priority.reflection, frame, section=SECTION, template=template)


def draft_page(
    request: HttpRequest,
    proposal: Proposal,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page about a proposal in the frame of the management."""
    return manage_page(
        request, proposal.priority.reflection, template, context, section=SECTION, status=status
    )


def public_frame(proposal: Proposal) -> dict[str, object]:
    """What every public page of a proposal shows around it."""
    return {
        "reflection": reflection_view(proposal.priority.reflection, reader_language()),
        "section": SECTION,
    }

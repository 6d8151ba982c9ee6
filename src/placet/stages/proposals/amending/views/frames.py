"""The frame of the pages on amendments and frozen texts, and who comes in."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from placet.stages.mandates.manage_pages import manage_page, reader_language, signed_in
from placet.stages.mandates.models import Member
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account
from placet.stages.proposals.amending.frozen_pages import last_frozen_number
from placet.stages.proposals.amending.queries import find_amendment, takes_amendments
from placet.stages.proposals.models import Amendment, Proposal
from placet.stages.proposals.permissions import (
    is_drafter,
    member_spoken_for,
    require_delegate,
    require_drafter,
)
from placet.stages.proposals.queries import find_proposal, proposal_views

SECTION = "proposals"


def amended_proposal(request: HttpRequest, reference: str) -> tuple[Account, Member, Proposal]:
    """The account, the member that it speaks for, and a proposal that it may see.

    Raises
    ------
    Http404
        Where the proposal may not be seen.
    PermissionDenied
        To all but accredited delegates of its reflection.
    """
    account = signed_in(request)
    proposal = find_proposal(account, reference)
    _account, member = require_delegate(account, proposal.priority.reflection)
    return account, member, proposal


def amended_by(request: HttpRequest, reference: str) -> tuple[Account, Member, Amendment]:
    """The account, the member that it speaks for, and an amendment; refusals as with a proposal."""
    account = signed_in(request)
    amendment = find_amendment(account, reference)
    _account, member = require_delegate(account, amendment.proposal.priority.reflection)
    return account, member, amendment


def answered_proposal(request: HttpRequest, reference: str) -> tuple[Account, Proposal]:
    """The account of the secretariat and a proposal; Http404 where it may not be seen."""
    account = signed_in(request)
    proposal = find_proposal(account, reference)
    return require_drafter(account, proposal.priority.reflection), proposal


def public_page(
    request: HttpRequest,
    proposal: Proposal,
    name: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page about a proposal for everybody, or for those who speak for a member."""
    reflection = proposal.priority.reflection
    (view,) = proposal_views([proposal], reader_language())
    frame = {
        "reflection": reflection_view(reflection, reader_language()),
        "section": SECTION,
        "proposal": view,
        "member": member_spoken_for(request.user, reflection),
        "may_draft": is_drafter(request.user, reflection),
        "takes_amendments": takes_amendments(proposal),
        "time_zone": reflection.time_zone,
        "last_frozen": last_frozen_number(proposal),
    }
    return render(request, f"proposals/amending/{name}.html", {**frame, **context}, status=status)


def secretariat_page(
    request: HttpRequest,
    proposal: Proposal,
    name: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page about a proposal in the frame of the reflection's management."""
    (view,) = proposal_views([proposal], reader_language(), with_drafts=True)
    frame = {"proposal": view, "time_zone": proposal.priority.reflection.time_zone}
    return manage_page(
        request,
        proposal.priority.reflection,
        f"proposals/amending/{name}.html",
        {**frame, **context},
        section=SECTION,
        status=status,
    )

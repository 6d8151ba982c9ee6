"""Calls as everybody reads them, and the audience's vote."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from placet.stages.contributions.calls import audience, queries
from placet.stages.contributions.calls.states import find_call
from placet.stages.contributions.views.frames import contribution_page
from placet.stages.mandates.manage_pages import reader_language, signed_in
from placet.stages.mandates.queries import find_reflection


@require_GET
def calls(request: HttpRequest, slug: str) -> HttpResponse:
    """The calls of a reflection, those that close last first."""
    reflection = find_reflection(slug, request.user)
    found = queries.call_views(request.user, reflection, reader_language())
    return contribution_page(request, reflection, "calls/calls", {"calls": found})


@require_GET
def call(request: HttpRequest, reference: str) -> HttpResponse:
    """What is asked, by whom it is judged, what came in, and what came of it."""
    found = find_call(reference, request.user)
    page = queries.call_page(found, request.user, reader_language())
    return contribution_page(request, found.reflection, "calls/call", {"page": page, "call": page.call})


@login_required
@require_POST
def vote(request: HttpRequest, reference: str) -> HttpResponse:
    """Vote for an entry, or move the vote."""
    found = find_call(reference, request.user)
    try:
        entry = audience.cast_audience_vote(signed_in(request), found, request.POST.get("entry", ""))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(
            request,
            _("Your vote is with %(reference)s. You may move it until the vote ends.")
            % {"reference": entry.reference},
        )
    return redirect("contributions:call", reference)

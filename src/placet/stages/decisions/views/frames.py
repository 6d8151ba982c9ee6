"""What the pages of this stage share: their frames, and asking once more."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from placet.stages.decisions.models import Meeting, SilenceProcedure
from placet.stages.decisions.permissions import find_meeting, find_silence, require_secretariat
from placet.stages.decisions.silence.settling import settle
from placet.stages.mandates.manage_pages import manage_page, reader_language, signed_in
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account
from placet.stages.proposals.freezing import FREEZABLE
from placet.stages.proposals.models import Proposal
from placet.stages.proposals.permissions import visible_proposals
from placet.stages.texts.queries import wordings

SECTION = "decisions"


def public_page(
    request: HttpRequest,
    reflection: Reflection,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in the public frame of a reflection."""
    frame = {"reflection": reflection_view(reflection, reader_language()), "section": SECTION}
    return render(request, f"decisions/{template}.html", {**frame, **context}, status=status)


def run_meeting(request: HttpRequest, reference: str) -> tuple[Account, Meeting]:
    """The account of the secretariat and the meeting; Http404 where none is seen, else PermissionDenied."""
    account = signed_in(request)
    meeting = find_meeting(account, reference)
    return require_secretariat(account, meeting.reflection), meeting


def run_silence(request: HttpRequest, reference: str) -> tuple[Account, SilenceProcedure]:
    """The account of the secretariat and the procedure, brought up to date; refused as a meeting is."""
    account = signed_in(request)
    procedure = find_silence(account, reference)
    require_secretariat(account, procedure.reflection)
    return account, settle(procedure)


def proposal_choices(account: Account, reflection: Reflection, language: str) -> list[tuple[str, str]]:
    """The proposals that can be put to the members, by reference."""
    states = (*FREEZABLE, Proposal.State.FROZEN)
    found = list(visible_proposals(account, reflection).filter(state__in=states))
    words = wordings([each.title_id for each in found], language)
    return [(each.reference, f"{each.reference} – {words[each.title_id].body}") for each in found]


def confirm_page(
    request: HttpRequest,
    reflection: Reflection,
    context: Mapping[str, object],
    deed: Callable[[], object],
    *,
    done: str,
    onwards: str,
) -> HttpResponse:
    """Ask once more, then do it: ``done`` is said and ``onwards`` opened; a refusal is shown on the page."""
    error = ""
    if request.method == "POST":
        try:
            deed()
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, done)
            return redirect(onwards)
    return manage_page(
        request,
        reflection,
        "mandates/confirm.html",
        {**context, "error": error},
        section=SECTION,
        status=422 if error else 200,
    )

"""Notes in the margin: written, answered and settled."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from placet.stages.people.models import Account
from placet.stages.proposals.drafting import notes
from placet.stages.proposals.forms.drafting import NoteForm
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.proposals.queries import find_clause
from placet.stages.proposals.showing.margin import find_note
from placet.stages.proposals.views.frames import desk_url, drafted_proposal


@login_required
@require_POST
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a note beside a clause or on the whole, or answer one."""
    account, proposal = drafted_proposal(request, reference)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _sentences(form))
        return redirect(desk_url(proposal))
    asked = form.cleaned_data["clause"]
    clause = find_clause(account, proposal, asked) if asked else None
    if not form.carry_out(lambda: _write(account, proposal, clause, form)):
        messages.error(request, _sentences(form))
    return redirect(desk_url(proposal, clause))


@login_required
@require_POST
def settle(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Say that a note is dealt with, or that it is not after all."""
    account, proposal = drafted_proposal(request, reference)
    note = find_note(proposal, pk)
    if request.POST.get("to") == "open":
        notes.reopen_note(account, note)
    else:
        notes.settle_note(account, note)
    return redirect(desk_url(proposal, note.clause))


def _sentences(form: NoteForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _write(account: Account, proposal: Proposal, clause: Clause | None, form: NoteForm) -> None:
    body, answers = form.cleaned_data["body"], form.cleaned_data["answers"]
    if answers:
        notes.answer_note(account, find_note(proposal, answers), body)
    else:
        notes.write_note(account, proposal, body, clause=clause)

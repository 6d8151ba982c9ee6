"""Pages of the secretariat: opening a proposal to amendments, answering each, freezing the text."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.mandates.manage_pages import reader_language, sent_data, signed_in
from placet.stages.proposals.amending import actions, queries
from placet.stages.proposals.amending.forms import AnswerForm, OpeningForm, version_mark
from placet.stages.proposals.amending.views.frames import answered_proposal, secretariat_page
from placet.stages.proposals.freezing import FREEZABLE, freeze_proposal, what_is_missing
from placet.stages.proposals.models import FrozenText, Proposal
from placet.stages.proposals.permissions import require_drafter
from placet.stages.texts.queries import all_wordings


@login_required
@require_GET
def manage(request: HttpRequest, reference: str) -> HttpResponse:
    """What waits for an answer, and what comes next."""
    _account, proposal = answered_proposal(request, reference)
    context = {
        "table": queries.amendment_table(proposal, reader_language()),
        "may_open": proposal.state in (Proposal.State.PUBLISHED, Proposal.State.AMENDABLE),
        "may_freeze": proposal.state in FREEZABLE,
        "is_open": proposal.state == Proposal.State.AMENDABLE,
        "frozen": FrozenText.objects.filter(proposal=proposal),
    }
    return secretariat_page(request, proposal, "manage", context)


@login_required
@require_http_methods(["GET", "POST"])
def open_proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """Open a proposal to amendments, or change until when it is."""
    account, proposal = answered_proposal(request, reference)
    form = OpeningForm(sent_data(request), proposal=proposal)
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]
        if form.carry_out(lambda: actions.open_to_amendments(account, proposal, until=until)):
            messages.success(request, _("The proposal is open to amendments."))
            return redirect("proposals:manage-amendments", reference)
    return secretariat_page(request, proposal, "open", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Answer an amendment, with what the clause says now before one."""
    account = signed_in(request)
    amendment = queries.find_amendment(account, reference)
    reflection = amendment.proposal.priority.reflection
    require_drafter(account, reflection)
    (view,) = queries.amendment_views([amendment], reader_language())
    present = all_wordings(amendment.clause.text_id) if amendment.clause else []
    proposed = all_wordings(amendment.wording_id) if amendment.wording_id else []
    form = AnswerForm(
        sent_data(request),
        reflection=reflection,
        amendment=amendment,
        wording={each.language: each.body for each in proposed},
        is_overtaken=view.since_read is not None,
        initial={"seen": version_mark(present)},
    )
    if request.method == "POST" and form.is_valid():
        state, said, wording = form.cleaned_data["state"], form.bodies("answer"), form.wording()
        seen = form.seen_version()
        if form.carry_out(
            lambda: actions.answer_amendment(
                account, amendment, state, said, wording=wording, seen_version=seen
            )
        ):
            messages.success(request, _("The answer is given. Everybody reads it."))
            return redirect("proposals:manage-amendments", amendment.proposal.reference)
    if form.is_overtaken or form.has_error("confirms"):
        form.look_again(version_mark(present))
    context = {"form": form, "amendment": view, "present": present}
    return secretariat_page(
        request, amendment.proposal, "answer", context, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def freeze(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what is missing, or ask once more, then freeze the text."""
    account, proposal = answered_proposal(request, reference)
    errors: list[str] = []
    if request.method == "POST":
        try:
            text = freeze_proposal(account, proposal)
        except ValidationError as refusal:
            errors = refusal.messages
        else:
            messages.success(request, _("The text is frozen."))
            return redirect("proposals:frozen", reference, text.number)
    context = {"missing": errors or what_is_missing(proposal), "is_refused": bool(errors)}
    return secretariat_page(request, proposal, "freeze", context, status=422 if errors else 200)

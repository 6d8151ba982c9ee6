"""Pages of delegations: asking for a change, withdrawing it, supporting and opposing those of others."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.mandates.manage_pages import reader_language, sent_data, signed_in
from placet.stages.mandates.queries import find_reflection, reflection_view
from placet.stages.people.models import Account
from placet.stages.proposals.amending import actions, queries
from placet.stages.proposals.amending.comparing import WordChange, bodies_of_versions, word_change
from placet.stages.proposals.amending.forms import AmendmentForm, version_mark
from placet.stages.proposals.amending.views.frames import SECTION, amended_by, amended_proposal, public_page
from placet.stages.proposals.models import Amendment, AmendmentStand, Clause, Proposal
from placet.stages.proposals.permissions import require_delegate
from placet.stages.proposals.queries import clause_views, find_clause
from placet.stages.texts.models import TextVersion
from placet.stages.texts.queries import Wording, all_wordings

Kind = Amendment.Kind


@login_required
@require_GET
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Where one's delegation may amend, what it asked for, and what the others ask for."""
    account = signed_in(request)
    reflection = find_reflection(slug, account)
    _account, member = require_delegate(account, reflection)
    context = {
        "reflection": reflection_view(reflection, reader_language()),
        "section": SECTION,
        "desk": queries.delegation_desk(account, reflection, member, reader_language()),
        "member": member,
        "time_zone": reflection.time_zone,
    }
    return render(request, "proposals/amending/desk.html", context)


@login_required
@require_GET
def choose(request: HttpRequest, reference: str) -> HttpResponse:
    """Every clause of a proposal, with what one may ask for."""
    _account, _member, proposal = amended_proposal(request, reference)
    return public_page(request, proposal, "choose", {"clauses": clause_views(proposal, reader_language())})


@login_required
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, reference: str, clause_reference: str, kind: str) -> HttpResponse:
    """Ask for another wording of a clause, for its deletion, or for a new clause after it."""
    if kind not in Kind:
        raise Http404
    account, _member, proposal = amended_proposal(request, reference)
    clause = find_clause(account, proposal, clause_reference)
    return _amend(request, account, proposal, clause, kind)


@login_required
@require_http_methods(["GET", "POST"])
def amend_first(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a new clause before the first."""
    account, _member, proposal = amended_proposal(request, reference)
    return _amend(request, account, proposal, None, Kind.INSERT)


@login_required
@require_POST
def stand(request: HttpRequest, reference: str) -> HttpResponse:
    """Support or oppose an amendment of another delegation, or take that back."""
    account, _member, amendment = amended_by(request, reference)
    wanted = request.POST.get("stand", "")
    try:
        actions.take_stand(account, amendment, wanted)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        said = {
            AmendmentStand.Stand.SUPPORTS: _("Your delegation supports %(reference)s."),
            AmendmentStand.Stand.OPPOSES: _("Your delegation opposes %(reference)s."),
            AmendmentStand.Stand.NONE: _("Taken back: your delegation takes no stand on %(reference)s."),
        }[AmendmentStand.Stand(wanted)]
        messages.success(request, said % {"reference": reference})
    return redirect(_back(request, reverse("proposals:amendment", args=[reference])))


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then take back what one's own delegation asked for."""
    account, member, amendment = amended_by(request, reference)
    error = ""
    if request.method == "POST":
        try:
            actions.withdraw_amendment(account, amendment)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The amendment is withdrawn."))
            return redirect("proposals:amendment", reference)
    elif amendment.member_id != member.pk:
        raise Http404
    (view,) = queries.amendment_views([amendment], reader_language(), member=member)
    context = {"amendment": view, "error": error}
    return public_page(request, amendment.proposal, "withdraw", context, status=422 if error else 200)


def _amend(
    request: HttpRequest, account: Account, proposal: Proposal, clause: Clause | None, kind: str
) -> HttpResponse:
    reflection = proposal.priority.reflection
    present = all_wordings(clause.text_id) if clause else []
    form = AmendmentForm(
        sent_data(request),
        kind=kind,
        present={each.language: each.body for each in present},
        languages=reflection.languages,
        initial={"seen": version_mark(present)},
    )
    if request.method == "POST" and form.is_valid():
        new = form.new_amendment(clause, is_simulated=proposal.is_simulated)
        if form.carry_out(lambda: actions.submit_amendment(account, proposal, new)):
            messages.success(request, _("Your amendment is submitted. Everybody reads it from now on."))
            return redirect("proposals:delegation-amendments", reflection.slug)
    since_read = None
    if clause is not None and form.is_overtaken:
        since_read = _since_read(clause, form, present)
        form.look_again(version_mark(present))
    context = {
        "form": form,
        "kind": kind,
        "clause": clause,
        "present": _shown(present),
        "since_read": since_read,
        "others": _others(proposal, clause),
        "back": reverse("proposals:amendments", args=[proposal.reference]),
    }
    return public_page(request, proposal, "amend", context, status=422 if form.errors else 200)


def _shown(present: list[Wording]) -> Wording | None:
    """The clause in the language of the page, or in its original."""
    in_language = [each for each in present if each.language == reader_language()]
    return next(iter([*in_language, *present]), None)


def _since_read(clause: Clause, form: AmendmentForm, present: list[Wording]) -> WordChange | None:
    """What changed since the version that the form was opened with."""
    seen = form["seen"].value()
    if not str(seen).isdecimal():
        return None
    version = TextVersion.objects.filter(text=clause.text_id, number=int(seen)).select_related("text").first()
    if version is None:
        return None
    before = bodies_of_versions([version])[version.pk]
    return word_change(before, {each.language: each.body for each in present}, [reader_language()])


def _others(proposal: Proposal, clause: Clause | None) -> list[queries.AmendmentView]:
    """What is asked for in the same place already."""
    found = queries.amendments_of(proposal).filter(clause=clause, state=queries.UNANSWERED)
    return queries.amendment_views(found, reader_language())


def _back(request: HttpRequest, otherwise: str) -> str:
    """The page from which a form was sent, where it is one of ours."""
    wanted = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else otherwise

"""Taking part: read a consultation, say where one belongs, vote, add a statement, see what one wrote."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.consultations import queries
from placet.stages.consultations.arrivals import CrowdError
from placet.stages.consultations.ballots.actions import cast_ballots, submit_statement
from placet.stages.consultations.ballots.casting import REFUSALS
from placet.stages.consultations.forms import MergeForm
from placet.stages.consultations.identity import (
    current_participant,
    ensure_participant,
    prepare_identity,
    voter_marks,
)
from placet.stages.consultations.lineage import targets_of
from placet.stages.consultations.merging import withdraw_in_favour
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.participation_forms import BallotForm, BelongingForm, StatementForm
from placet.stages.consultations.views.crowds import crowd_message, told_to_wait
from placet.stages.mandates.models import Participant
from placet.stages.mandates.participation import declare_belonging
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording

STATEMENTS_PER_PAGE = 50
AHEAD = 8  # cards that a page holds ready behind the one it shows
WITHOUT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Card:
    """A statement to vote on: as the reader sees it, as it was written, and at which place it comes."""

    statement: queries.StatementView
    original: Wording | None
    number: int


@require_GET
def consultation(request: HttpRequest, reference: str) -> HttpResponse:
    """The question, what it is about, until when, and how to take part."""
    found = queries.find_consultation(reference, request.user)
    participant = current_participant(request, found.priority.reflection)
    n_voted, n_statements = queries.voting_progress(found, participant)
    return _page(
        request,
        found,
        "consultation",
        {
            "n_voted": n_voted,
            "n_statements": n_statements,
            "may_take_part": _may_take_part(request, found, participant),
            "needs_belonging": participant is None or not _has_said_all(participant),
            "voter": voter_marks(request, found, participant),
        },
    )


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """As part of which member and constituency one takes part; both may be left open."""
    found = queries.find_consultation(reference, request.user)
    _require_may_take_part(request, found)
    reflection = found.priority.reflection
    if queries.phase(found, timezone.now()) != "open":
        return redirect("consultations:consultation", reference)
    prepare_identity(request, reflection)
    form = BelongingForm(request.POST or None, reflection=reflection, language=_language())
    if request.method == "POST" and form.is_valid():
        try:
            participant = ensure_participant(request, found)
        except CrowdError as crowd:
            form.add_error(None, crowd_message(crowd, found))
            return told_to_wait(_page(request, found, "start", {"form": form}), crowd)
        declare_belonging(
            participant, member=form.cleaned_data["member"], constituency=form.cleaned_data["constituency"]
        )
        return redirect("consultations:vote", reference)
    return _page(request, found, "start", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, reference: str) -> HttpResponse:
    """One statement after another. With scripts the page votes by itself, and only the GET comes here."""
    found = queries.find_consultation(reference, request.user)
    _require_may_take_part(request, found)
    if request.method == "POST":
        return _take_vote(request, found)
    prepare_identity(request, found.priority.reflection)
    participant = current_participant(request, found.priority.reflection)
    wanted = request.GET.get("statement", "")
    chosen = queries.accepted_statements(found).filter(reference=wanted).first() if wanted else None
    return _ballot(request, found, participant, chosen=chosen)


@require_GET
def ahead(request: HttpRequest, reference: str) -> HttpResponse:
    """The cards that come next, for a page that shows them without waiting; writes nothing."""
    found = queries.find_consultation(reference, request.user)
    _require_may_take_part(request, found)
    participant = current_participant(request, found.priority.reflection)
    context = _cards(found, participant, AHEAD, without=_statements_named(request))
    marks = voter_marks(request, found, participant)
    return render(request, "consultations/_ahead.html", {**context, "voter": marks})


@require_GET
def statements(request: HttpRequest, reference: str) -> HttpResponse:
    """All statements that are voted on, with one's own votes beside them."""
    found = queries.find_consultation(reference, request.user)
    participant = current_participant(request, found.priority.reflection)
    wanted = request.GET.get("q", "").strip()[:100]
    listed = queries.accepted_statements(found)
    if wanted:
        listed = queries.containing(listed, wanted)
    page = Paginator(listed, STATEMENTS_PER_PAGE).get_page(request.GET.get("page"))
    views = queries.statement_views(list(page.object_list), _language())
    votes = queries.current_votes(found, participant) if participant else {}
    return _page(
        request,
        found,
        "statements",
        {
            "page": page,
            "rows": [(view, votes.get(view.id)) for view in views],
            "q": wanted,
            "n_voted": len(votes),
            "voter": voter_marks(request, found, participant),
        },
    )


@require_http_methods(["GET", "POST"])
def add_statement(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a statement in one's own language."""
    found = queries.find_consultation(reference, request.user)
    _require_may_take_part(request, found)
    prepare_identity(request, found.priority.reflection)
    form = StatementForm(request.POST or None, initial={"language": _language(), "client_key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            queries.require_open(found, timezone.now())
            participant = ensure_participant(request, found)
            submit_statement(found, participant, **form.cleaned_data)
        except CrowdError as crowd:
            form.add_error(None, crowd_message(crowd, found))
            return told_to_wait(_page(request, found, "add_statement", {"form": form}), crowd)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("Thank you. A moderator reads your statement before others vote on it.")
            )
            return redirect("consultations:own-statements", reference)
    return _page(request, found, "add_statement", {"form": form}, status=422 if form.errors else 200)


@require_GET
def own_statements(request: HttpRequest, reference: str) -> HttpResponse:
    """What one wrote here and what became of it."""
    found = queries.find_consultation(reference, request.user)
    participant = current_participant(request, found.priority.reflection)
    return _own_statements(request, found, participant)


@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take back one's own statement because another one says the same."""
    found = queries.find_consultation(reference, request.user)
    participant = current_participant(request, found.priority.reflection)
    if participant is None:
        raise Http404
    own = queries.own_statements(found, participant)
    statement = get_object_or_404(own, reference=request.POST.get("statement", ""))
    form = MergeForm(request.POST, consultation=found, auto_id=f"{statement.reference}-%s")
    if form.is_valid():
        try:
            withdraw_in_favour(participant, statement, form.cleaned_data["into"])
        except ValidationError as refusal:
            form.add_error("into", " ".join(refusal.messages))
        else:
            messages.success(request, _("Your statement is withdrawn in favour of the other one."))
            return redirect("consultations:own-statements", reference)
    return _own_statements(request, found, participant, refused=(statement.reference, form))


def _own_statements(
    request: HttpRequest,
    found: Consultation,
    participant: Participant | None,
    *,
    refused: tuple[str, MergeForm] | None = None,
) -> HttpResponse:
    own = list(queries.own_statements(found, participant)) if participant else []
    targets = targets_of(own)
    forms = dict([refused]) if refused else {}
    rows = [
        (
            view,
            targets.get(view.id, ""),
            forms.get(view.reference) or MergeForm(consultation=found, auto_id=f"{view.reference}-%s"),
        )
        for view in queries.statement_views(own, _language())
    ]
    return _page(request, found, "own_statements", {"rows": rows}, status=422 if refused else 200)


def _take_vote(request: HttpRequest, found: Consultation) -> HttpResponse:
    form = BallotForm(request.POST)
    if not form.is_valid():
        participant = current_participant(request, found.priority.reflection)
        return _ballot(request, found, participant, error=_("Choose agree, disagree or pass."))
    participant = current_participant(request, found.priority.reflection)
    try:
        if participant is None:  # a refused request makes nobody a participant
            queries.require_open(found, timezone.now())
        participant = ensure_participant(request, found)
        (result,) = cast_ballots(found, participant, [form.ballot()])
    except CrowdError as crowd:
        voted_on = queries.accepted_statements(found).filter(pk=form.cleaned_data["statement"]).first()
        page = _ballot(request, found, None, chosen=voted_on, error=crowd_message(crowd, found))
        return told_to_wait(page, crowd)
    except ValidationError as refusal:
        return _ballot(request, found, participant, error=" ".join(refusal.messages))
    if result.refusal:
        return _ballot(request, found, participant, error=str(REFUSALS[result.refusal]))
    return redirect("consultations:vote", found.reference)


def _ballot(
    request: HttpRequest,
    found: Consultation,
    participant: Participant | None,
    *,
    chosen: Statement | None = None,
    error: str = "",
) -> HttpResponse:
    own_vote = queries.current_votes(found, participant).get(chosen.id) if chosen and participant else None
    context: dict[str, object] = {
        **_cards(found, participant, 1 + AHEAD, first=chosen),
        "client_key": uuid4(),
        "is_chosen": chosen is not None,
        "own_vote": own_vote,
        "error": error,
        "voter": voter_marks(request, found, participant),
    }
    return _page(request, found, "vote", context, status=422 if error else 200)


def _cards(
    found: Consultation,
    participant: Participant | None,
    n: int,
    *,
    first: Statement | None = None,
    without: Collection[UUID] = (),
) -> dict[str, object]:
    """Up to ``n`` cards, whether they are the last ones, and how far the participant is."""
    is_open = queries.phase(found, timezone.now()) == "open"
    chosen = [first] if first else []
    drawn = queries.statements_ahead(
        found, participant, n - len(chosen), without={*without, *(each.pk for each in chosen)}
    )
    n_voted, n_statements = queries.voting_progress(found, participant)
    views = queries.statement_views([*chosen, *drawn], _language()) if is_open else []
    originals = queries.original_wordings(views)
    return {
        "cards": [
            Card(view, originals.get(view.id), n_voted + number) for number, view in enumerate(views, start=1)
        ],
        "is_end": len(views) < n,
        "is_open": is_open,
        "n_voted": n_voted,
        "n_statements": n_statements,
    }


def _statements_named(request: HttpRequest) -> list[UUID]:
    """The statements that a page has already."""
    named = request.GET.getlist("without")
    if len(named) > WITHOUT_LIMIT:
        raise BadRequest("too many statements")
    try:
        return [UUID(each) for each in named]
    except ValueError:
        raise BadRequest("not the key of a statement") from None


def _page(
    request: HttpRequest, found: Consultation, name: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    language = _language()
    frame = {
        "consultation": queries.consultation_view(found, language),
        "reflection": reflection_view(found.priority.reflection, language),
    }
    return render(request, f"consultations/{name}.html", {**frame, **context}, status=status)


def _may_take_part(request: HttpRequest, found: Consultation, participant: Participant | None) -> bool:
    is_signed_in = isinstance(request.user, Account)
    return queries.is_eligible(found, participant, is_signed_in=is_signed_in)


def _require_may_take_part(request: HttpRequest, found: Consultation) -> None:
    participant = current_participant(request, found.priority.reflection)
    if not _may_take_part(request, found, participant):
        raise PermissionDenied(_("You cannot take part in this consultation."))


def _has_said_all(participant: Participant) -> bool:
    return participant.member_id is not None and participant.constituency_id is not None


def _language() -> str:
    return get_language() or "en"

"""Taking part: read a consultation, say where one belongs, vote, add a statement, see what one wrote."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.consultations import queries
from placet.stages.consultations.ballots.actions import cast_ballots, submit_statement
from placet.stages.consultations.ballots.casting import REFUSALS
from placet.stages.consultations.identity import (
    current_participant,
    ensure_participant,
    prepare_identity,
)
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.participation_forms import BallotForm, BelongingForm, StatementForm
from placet.stages.mandates.models import Participant
from placet.stages.mandates.participation import declare_belonging
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account

STATEMENTS_PER_PAGE = 50


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
        participant = ensure_participant(request, reflection)
        declare_belonging(
            participant, member=form.cleaned_data["member"], constituency=form.cleaned_data["constituency"]
        )
        return redirect("consultations:vote", reference)
    return _page(request, found, "start", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, reference: str) -> HttpResponse:
    """One statement after another; with HTMX only the ballot is exchanged."""
    found = queries.find_consultation(reference, request.user)
    _require_may_take_part(request, found)
    if request.method == "POST":
        return _take_vote(request, found)
    prepare_identity(request, found.priority.reflection)
    participant = current_participant(request, found.priority.reflection)
    wanted = request.GET.get("statement", "")
    chosen = queries.accepted_statements(found).filter(reference=wanted).first() if wanted else None
    return _ballot(request, found, participant, statement=chosen)


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
        {"page": page, "rows": [(view, votes.get(view.id)) for view in views], "q": wanted},
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
            participant = ensure_participant(request, found.priority.reflection)
            submit_statement(found, participant, **form.cleaned_data)
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
    own = list(queries.own_statements(found, participant)) if participant else []
    return _page(request, found, "own_statements", {"statements": queries.statement_views(own, _language())})


def _take_vote(request: HttpRequest, found: Consultation) -> HttpResponse:
    form = BallotForm(request.POST)
    if not form.is_valid():
        participant = current_participant(request, found.priority.reflection)
        return _ballot(request, found, participant, error=_("Choose agree, disagree or pass."))
    participant = current_participant(request, found.priority.reflection)
    try:
        if participant is None:  # a refused request makes nobody a participant
            queries.require_open(found, timezone.now())
        participant = ensure_participant(request, found.priority.reflection)
        (result,) = cast_ballots(found, participant, [form.ballot()])
    except ValidationError as refusal:
        return _ballot(request, found, participant, error=" ".join(refusal.messages))
    if result.refusal:
        return _ballot(request, found, participant, error=str(REFUSALS[result.refusal]))
    if request.htmx:  # type: ignore[attr-defined]
        return _ballot(request, found, participant, voted_on=form.cleaned_data["statement"])
    return redirect("consultations:vote", found.reference)


def _ballot(
    request: HttpRequest,
    found: Consultation,
    participant: Participant | None,
    *,
    statement: Statement | None = None,
    voted_on: UUID | None = None,
    error: str = "",
) -> HttpResponse:
    shown = statement or queries.next_statement(found, participant, after=voted_on)
    n_voted, n_statements = queries.voting_progress(found, participant)
    own_vote = None
    if statement and participant:
        own_vote = queries.current_votes(found, participant).get(statement.id)
    view = queries.statement_views([shown], _language())[0] if shown else None
    context: dict[str, object] = {
        "statement": view,
        "original": queries.original_wording(view) if view else None,
        "client_key": uuid4(),
        "n_voted": n_voted,
        "n_statements": n_statements,
        "own_vote": own_vote,
        "error": error,
    }
    is_fragment = request.method == "POST" and request.htmx  # type: ignore[attr-defined]
    return _page(request, found, "_ballot" if is_fragment else "vote", context, status=422 if error else 200)


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

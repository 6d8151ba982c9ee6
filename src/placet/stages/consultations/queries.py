"""Reading consultations, their statements and the ballots cast."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.core.exceptions import ValidationError
from django.db.models import CharField, Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.sense import Router
from placet.stages.consultations.models import Ballot, Consultation, Participation, Statement, VoteImport
from placet.stages.mandates.models import Participant, Reflection, Role, RoleGrant, Standing
from placet.stages.mandates.permissions import Actor, may_see, require_role, roles_of
from placet.stages.mandates.queries import MANAGING_ROLES
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording, all_wordings_of, texts_containing, wordings

MODERATING_ROLES = (Role.SECRETARIAT, Role.MODERATOR)
SHOWN_STATES = (Statement.State.ACCEPTED, Statement.State.MERGED)


@dataclass(frozen=True, slots=True)
class ConsultationView:
    id: UUID
    reference: str
    priority_id: int
    question: Wording
    introduction: Wording
    state: str
    phase: str
    eligibility: str
    eligibility_label: str
    opens_at: datetime
    closes_at: datetime
    takes_statements: bool
    is_simulated: bool
    statement_count: int
    ballot_count: int
    participant_count: int

    @property
    def is_open(self) -> bool:
        return self.phase == "open"


@dataclass(frozen=True, slots=True)
class StatementView:
    id: UUID
    reference: str
    wording: Wording
    state: str
    state_label: str
    is_meta: bool
    is_seed: bool
    is_simulated: bool
    moderation_reason: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class ManagedConsultation:
    """A consultation as those who run it see it."""

    view: ConsultationView
    waiting_count: int
    priority_number: int


@dataclass(frozen=True, slots=True)
class ModerationView:
    """A statement as a moderator sees it: in all its languages, and what was decided. Never its author."""

    statement: StatementView
    wordings: list[Wording]
    decided_by: str
    decided_at: datetime | None

    @property
    def original(self) -> Wording:
        return self.wordings[0]

    @property
    def translations(self) -> list[Wording]:
        return self.wordings[1:]


def phase(consultation: Consultation, now: datetime) -> str:
    """``draft``, ``upcoming``, ``open`` or ``closed``, by state and dates together.

    A consultation takes ballots from ``opens_at`` (included) to ``closes_at`` (excluded).
    """
    if consultation.state != Consultation.State.OPEN:
        return str(consultation.state)
    if now < consultation.opens_at:
        return "upcoming"
    return "open" if now < consultation.closes_at else "closed"


def require_open(consultation: Consultation, now: datetime) -> None:
    """Refuse what comes while no votes are taken.

    Raises
    ------
    ValidationError
        With the code ``closed``.
    """
    if phase(consultation, now) != "open":
        raise ValidationError(_("This consultation is not open for votes."), code="closed")


def has_taken_part(consultation: Consultation, participant: Participant) -> bool:
    """Whether somebody has had a part in a consultation already, as the first vote gives it."""
    return Participation.objects.filter(consultation=consultation, participant=participant).exists()


def find_consultation(reference: str, actor: Actor) -> Consultation:
    """The consultation of that reference, where the actor may see it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    consultation = (
        Consultation.objects.filter(reference=reference).select_related("priority__reflection").first()
    )
    if consultation is None or not _may_see_consultation(actor, consultation):
        raise Http404
    return consultation


def consultation_views(reflection: Reflection, actor: Actor, language: str) -> list[ConsultationView]:
    """The consultations of a reflection that the actor may see, by opening."""
    found = Consultation.objects.filter(priority__reflection=reflection).order_by("opens_at", "reference")
    if not roles_of(actor, reflection) & {Role.SECRETARIAT, Role.MODERATOR, Role.ANALYST}:
        found = found.exclude(state=Consultation.State.DRAFT)
    return _consultation_views(list(found), language)


def consultation_view(consultation: Consultation, language: str) -> ConsultationView:
    """One consultation as its pages show it."""
    return _consultation_views([consultation], language)[0]


def managed_consultations(actor: Actor, reflection: Reflection, language: str) -> list[ManagedConsultation]:
    """All consultations of a reflection by priority, with what waits in them, for those who run it.

    Raises
    ------
    PermissionDenied
        To all but secretariat, moderators and analysts.
    """
    require_role(actor, reflection, *MANAGING_ROLES)
    found = Consultation.objects.filter(priority__reflection=reflection).select_related("priority")
    return _managed(list(found.order_by("priority__number", "opens_at", "reference")), language)


def waiting_consultations(account: Account, language: str) -> list[ManagedConsultation]:
    """The consultations that an account moderates in which statements wait, the longest waiting first."""
    moderated = RoleGrant.objects.filter(account=account, revoked_at=None, role__in=MODERATING_ROLES)
    found = (
        Consultation.objects.filter(
            priority__reflection__in=moderated.values("reflection"),
            statements__state=Statement.State.SUBMITTED,
        )
        .annotate(waiting_since=Min("statements__submitted_at"))
        .order_by("waiting_since", "reference")
        .select_related("priority")
    )
    return _managed(list(found), language)


def waiting_count(consultation: Consultation) -> int:
    """How many statements wait for a moderator."""
    return Statement.objects.filter(consultation=consultation, state=Statement.State.SUBMITTED).count()


def find_managed_statement(reference: str, actor: Actor) -> Statement:
    """The statement of that reference, for those who moderate it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen.
    PermissionDenied
        Where it may be seen, but not moderated.
    """
    statement = find_statement(reference, actor)
    require_role(actor, statement.consultation.priority.reflection, *MODERATING_ROLES)
    return statement


def moderation_views(statements: Sequence[Statement], language: str) -> list[ModerationView]:
    """The statements with all their wordings and decisions, in a constant number of queries."""
    words = all_wordings_of([statement.text_id for statement in statements])
    deciders = Account.objects.in_bulk({s.moderated_by_id for s in statements if s.moderated_by_id})
    return [
        ModerationView(
            statement=view,
            wordings=words[statement.text_id],
            decided_by=str(deciders.get(statement.moderated_by_id, "")) if statement.moderated_by_id else "",
            decided_at=statement.moderated_at,
        )
        for statement, view in zip(statements, statement_views(statements, language), strict=True)
    ]


def find_statement(reference: str, actor: Actor) -> Statement:
    """The statement of that reference, where the actor may see it.

    What was accepted, or brought together with another one, is seen by everybody; the rest by who moderates.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen.
    """
    statement = (
        Statement.objects.filter(reference=reference)
        .select_related("consultation__priority__reflection")
        .first()
    )
    if statement is None or not _may_see_consultation(actor, statement.consultation):
        raise Http404
    reflection = statement.consultation.priority.reflection
    if statement.state not in SHOWN_STATES and not roles_of(actor, reflection) & set(MODERATING_ROLES):
        raise Http404
    return statement


def accepted_statements(consultation: Consultation) -> QuerySet[Statement]:
    """The statements that are voted on, by reference."""
    return Statement.objects.filter(consultation=consultation, state=Statement.State.ACCEPTED).order_by(
        "reference"
    )


def containing(statements: QuerySet[Statement], words: str) -> QuerySet[Statement]:
    """Those of the statements whose current wording, in any language, contains the words."""
    found = texts_containing(statements.values_list("text_id", flat=True), words)
    return statements.filter(text__in=found)


def moderation_queue(actor: Actor, consultation: Consultation) -> QuerySet[Statement]:
    """Statements that wait for a moderator, oldest first.

    Raises
    ------
    PermissionDenied
        To all but moderators and the secretariat.
    """
    require_role(actor, consultation.priority.reflection, *MODERATING_ROLES)
    return Statement.objects.filter(consultation=consultation, state=Statement.State.SUBMITTED).order_by(
        "submitted_at", "reference"
    )


def moderated_statements(actor: Actor, consultation: Consultation) -> QuerySet[Statement]:
    """Statements of every state, for who moderates; latest decision first."""
    require_role(actor, consultation.priority.reflection, *MODERATING_ROLES)
    return Statement.objects.filter(consultation=consultation).order_by("-moderated_at", "reference")


def own_statements(consultation: Consultation, participant: Participant) -> QuerySet[Statement]:
    """What a participant wrote, whatever became of it, newest first."""
    return Statement.objects.filter(consultation=consultation, author=participant).order_by("-submitted_at")


def statement_views(statements: Sequence[Statement], language: str) -> list[StatementView]:
    """The statements in the reader's language; two queries."""
    words = wordings([statement.text_id for statement in statements], language)
    return [
        StatementView(
            id=statement.id,
            reference=statement.reference,
            wording=words[statement.text_id],
            state=statement.state,
            state_label=statement.get_state_display(),
            is_meta=statement.is_meta,
            is_seed=statement.is_seed,
            is_simulated=statement.is_simulated,
            moderation_reason=statement.moderation_reason,
            submitted_at=statement.submitted_at,
        )
        for statement in statements
    ]


def original_wordings(views: Sequence[StatementView]) -> dict[UUID, Wording]:
    """By statement, what the author wrote where the reader sees a translation; two queries, or none."""
    translated = {view.wording.text_id: view.id for view in views if not view.wording.is_original}
    if not translated:
        return {}
    return {translated[text_id]: words[0] for text_id, words in all_wordings_of(translated).items()}


def is_eligible(consultation: Consultation, participant: Participant | None, *, is_signed_in: bool) -> bool:
    """Whether a reader may take part, by the consultation's eligibility; one who has not yet: None."""
    if participant is not None and may_vote(consultation, Standing(participant.standing)):
        return True
    return may_vote(consultation, Standing.VERIFIED if is_signed_in else Standing.ANONYMOUS)


def may_vote(consultation: Consultation, standing: Standing) -> bool:
    """Whether a participant of that standing may vote, by the consultation's eligibility."""
    if consultation.eligibility == Consultation.Eligibility.INVITED:
        return standing == Standing.INVITED
    if consultation.eligibility == Consultation.Eligibility.VERIFIED:
        return standing in (Standing.VERIFIED, Standing.INVITED)
    return True


def current_votes(consultation: Consultation, participant: Participant) -> dict[UUID, int]:
    """The participant's own current vote on each statement: the last ballot counts."""
    ballots = _own_ballots(consultation, participant).order_by("sequence")
    return dict(ballots.values_list("statement_id", "vote"))


def statements_ahead(
    consultation: Consultation, participant: Participant | None, n: int, *, without: Collection[UUID] = ()
) -> list[Statement]:
    """The next ``n`` statements that the participant has not voted on, drawn in proportion to their weight.

    Parameters
    ----------
    participant : Participant or None
        None: somebody who has not started yet; any statement may come.
    without : collection of UUID
        Statements not to draw: those that a page has already.

    Notes
    -----
    Drawn from what stands in the database now, so nothing has to be noticed or dropped when statements or
    weights change. Reading the keys as text makes that quick: 7 ms for 5,000 statements.
    """
    rows = list(
        _unseen(consultation, participant)
        .exclude(pk__in=without)
        .order_by()
        .values_list(Cast("pk", CharField()), "routing_weight")
    )
    router = Router.of([weight for _, weight in rows], np.ones(len(rows), dtype=np.bool_))
    drawn = [UUID(rows[place][0]) for place in router.draw_many([], n, np.random.default_rng())]
    found = Statement.objects.in_bulk(drawn)
    return [found[pk] for pk in drawn]


def voting_progress(consultation: Consultation, participant: Participant | None) -> tuple[int, int]:
    """How many accepted statements the participant has voted on, and how many there are."""
    total = accepted_statements(consultation).count()
    return total - _unseen(consultation, participant).count(), total


class CastVote(NamedTuple):
    """A ballot as analyses read it: ``participation`` is a number that tells nothing about anybody."""

    participation_id: int
    statement_id: UUID
    vote: int
    sequence: int


def votes_since(consultation: Consultation, sequence: int, *, up_to: int | None = None) -> Iterator[CastVote]:
    """Every ballot after a sequence, in order; superseded ones included.

    Nothing is missed by asking again for what comes after the last one seen: sequences are given out under
    the consultation's lock and become visible in their order.
    """
    ballots = Ballot.objects.filter(consultation=consultation, sequence__gt=sequence)
    if up_to is not None:
        ballots = ballots.filter(sequence__lte=up_to)
    rows = ballots.order_by("sequence").values_list("participation_id", "statement_id", "vote", "sequence")
    return map(CastVote._make, rows.iterator(chunk_size=20_000))


def belonging_of_voters(consultation: Consultation) -> list[tuple[int, int | None, int | None]]:
    """Participation, member and constituency of everyone who voted: for releases, never for a page."""
    voters = Participation.objects.filter(consultation=consultation, first_sequence__isnull=False)
    return list(voters.values_list("pk", "participant__member_id", "participant__constituency_id"))


def imports_of(actor: Actor, consultation: Consultation) -> QuerySet[VoteImport]:
    """The imports into a consultation, newest first, for the secretariat."""
    require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    return VoteImport.objects.filter(consultation=consultation).order_by("-created_at")


def find_import(actor: Actor, consultation: Consultation, pk: UUID) -> VoteImport:
    """That import into this consultation, for the secretariat; Http404 where it is another's or none."""
    return get_object_or_404(imports_of(actor, consultation), pk=pk)


def _managed(found: Sequence[Consultation], language: str) -> list[ManagedConsultation]:
    waiting = Statement.objects.filter(
        consultation__in=[c.pk for c in found], state=Statement.State.SUBMITTED
    )
    counts = dict(waiting.values_list("consultation").annotate(n_waiting=Count("pk")))
    views = _consultation_views(found, language)
    return [
        ManagedConsultation(view, counts.get(c.pk, 0), c.priority.number)
        for c, view in zip(found, views, strict=True)
    ]


def _may_see_consultation(actor: Actor, consultation: Consultation) -> bool:
    reflection = consultation.priority.reflection
    if not may_see(actor, reflection):
        return False
    return consultation.state != Consultation.State.DRAFT or bool(
        roles_of(actor, reflection) & {Role.SECRETARIAT, Role.MODERATOR, Role.ANALYST}
    )


def _unseen(consultation: Consultation, participant: Participant | None) -> QuerySet[Statement]:
    statements = accepted_statements(consultation)
    if participant is None:
        return statements
    voted = _own_ballots(consultation, participant).filter(statement=OuterRef("pk"))
    return statements.filter(~Exists(voted))


def _own_ballots(consultation: Consultation, participant: Participant) -> QuerySet[Ballot]:
    """The ballots that a participant cast here itself: the index knows those by their client key."""
    own = Participation.objects.filter(consultation=consultation, participant=participant)
    return Ballot.objects.filter(participation__in=own, client_key__isnull=False)


def _consultation_views(found: Sequence[Consultation], language: str) -> list[ConsultationView]:
    now = timezone.now()
    words = wordings([text for c in found for text in (c.question_id, c.introduction_id)], language)
    counts = dict(
        Consultation.objects.filter(pk__in=[c.pk for c in found])
        .annotate(n_accepted=Count("statements", filter=Q(statements__state=Statement.State.ACCEPTED)))
        .values_list("pk", "n_accepted")
    )
    return [
        ConsultationView(
            id=c.id,
            reference=c.reference,
            priority_id=c.priority_id,
            question=words[c.question_id],
            introduction=words[c.introduction_id],
            state=c.state,
            phase=phase(c, now),
            eligibility=c.eligibility,
            eligibility_label=c.get_eligibility_display(),
            opens_at=c.opens_at,
            closes_at=c.closes_at,
            takes_statements=c.takes_statements,
            is_simulated=c.is_simulated,
            statement_count=counts[c.pk],
            ballot_count=c.last_sequence,
            participant_count=c.participant_count,
        )
        for c in found
    ]

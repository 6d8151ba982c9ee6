"""Reading analysis runs, and what they say of statements and participants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from placet.sense.opinion import Placement, place_participant
from placet.sense.reports import group_letter
from placet.sense.reports.reading import n_flagged
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import current_votes, find_consultation
from placet.stages.mandates.models import Participant, Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.sensemaking.documents import Document, document_of
from placet.stages.sensemaking.models import AnalysisRun, AnalysisSchedule

ANALYSING_ROLES = (Role.SECRETARIAT, Role.ANALYST)
UNFINISHED = (AnalysisRun.State.WAITING, AnalysisRun.State.RUNNING)


@dataclass(frozen=True, slots=True)
class RunStatus:
    """The last good run, and the one that is on its way."""

    latest: AnalysisRun | None
    unfinished: AnalysisRun | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on one statement, of everybody or of one group. Shares are of all votes seen, passes included."""

    n_agree: int
    n_disagree: int
    n_pass: int
    agree_ci: tuple[float, float] | None

    @property
    def n_seen(self) -> int:
        return self.n_agree + self.n_disagree + self.n_pass

    @property
    def agree_share(self) -> float:
        return self.n_agree / self.n_seen if self.n_seen else 0.0

    @property
    def disagree_share(self) -> float:
        return self.n_disagree / self.n_seen if self.n_seen else 0.0

    @property
    def pass_share(self) -> float:
        return self.n_pass / self.n_seen if self.n_seen else 0.0


@dataclass(frozen=True, slots=True)
class GroupTally:
    """Votes of one opinion group; its letter and the number of its colour go everywhere together."""

    letter: str
    number: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class StatementFigures:
    """What a run found of one statement.

    ``without_flagged`` are the votes of everyone but the participants who vote too much alike to be
    independent; None where there are none.
    """

    reference: str
    run_reference: str
    finished_at: datetime | None
    is_meta: bool
    is_rejected: bool
    tally: Tally
    without_flagged: Tally | None
    by_group: tuple[GroupTally, ...]
    group_informed_consensus: float | None
    extremity: float | None
    most_agree: bool
    most_disagree: bool
    is_divisive: bool

    @property
    def gap(self) -> float:
        """How far the groups lie apart: the largest share of agreement minus the smallest."""
        shares = [each.tally.agree_share for each in self.by_group if each.tally.n_seen]
        return max(shares) - min(shares) if shares else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a participant stands on the map, or how many votes are missing for that."""

    placement: Placement | None
    n_votes: int
    n_needed: int

    @property
    def letter(self) -> str:
        return group_letter(self.number - 1) if self.number else ""

    @property
    def number(self) -> int:
        """Of the colour of the nearest group; 0 where there is none."""
        return self.placement.group + 1 if self.placement and self.placement.group is not None else 0

    @property
    def n_missing(self) -> int:
        return max(self.n_needed - self.n_votes, 0)


def is_public(consultation: Consultation) -> bool:
    """Whether everybody may see a consultation and its results."""
    is_draft = consultation.state == Consultation.State.DRAFT
    return not is_draft and consultation.priority.reflection.state != Reflection.State.DRAFT


def latest_run(consultation: Consultation) -> AnalysisRun | None:
    """The last good run: it stays while a new one runs or after one failed."""
    run = finished_runs(consultation).first()
    if run is not None:
        run.consultation = consultation  # with its reflection, where the caller has them already
    return run


def finished_runs(consultation: Consultation) -> QuerySet[AnalysisRun]:
    """The good runs of a consultation, newest first, without their documents."""
    done = AnalysisRun.objects.filter(consultation=consultation, state=AnalysisRun.State.DONE)
    return done.defer("result").order_by("-finished_at", "-reference")


def all_runs(actor: Actor, consultation: Consultation) -> QuerySet[AnalysisRun]:
    """Every run, failed and waiting ones too, newest first, for those who run analyses."""
    require_role(actor, consultation.priority.reflection, *ANALYSING_ROLES)
    runs = AnalysisRun.objects.filter(consultation=consultation)
    return runs.defer("result").order_by("-requested_at", "-reference")


def run_status(consultation: Consultation) -> RunStatus:
    """The last good run of a consultation and the one that waits or runs."""
    unfinished = AnalysisRun.objects.filter(consultation=consultation, state__in=UNFINISHED)
    return RunStatus(latest_run(consultation), unfinished.defer("result").first())


def run_by_reference(reference: str, actor: Actor) -> AnalysisRun:
    """The run of that reference, where the actor may see its consultation.

    A run that is not finished, or failed, is seen by those who run analyses only.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    run = (
        AnalysisRun.objects.filter(reference=reference)
        .select_related("consultation__priority__reflection")
        .defer("result")
        .first()
    )
    if run is None:
        raise Http404
    find_consultation(run.consultation.reference, actor)
    if run.state != AnalysisRun.State.DONE:
        try:
            require_role(actor, run.consultation.priority.reflection, *ANALYSING_ROLES)
        except PermissionDenied as refusal:
            raise Http404 from refusal
    return run


def finished_run_by_reference(reference: str, actor: Actor) -> AnalysisRun:
    """The finished run of that reference.

    Raises
    ------
    Http404
        Where it may not be seen or is not finished.
    """
    run = run_by_reference(reference, actor)
    if run.state != AnalysisRun.State.DONE:
        raise Http404
    return run


def schedule_of(actor: Actor, consultation: Consultation) -> AnalysisSchedule:
    """When runs and releases are due; an unsaved row with the defaults where nothing was set yet."""
    require_role(actor, consultation.priority.reflection, *ANALYSING_ROLES)
    found = AnalysisSchedule.objects.filter(consultation=consultation).first()
    return found or AnalysisSchedule(consultation=consultation)


def statement_figures(consultation: Consultation) -> dict[str, StatementFigures]:
    """What the last good run says of each statement, by public reference; empty before the first run."""
    run = latest_run(consultation)
    return figures_of(run) if run else {}


def figures_of(run: AnalysisRun) -> dict[str, StatementFigures]:
    """What a finished run says of each statement, by public reference."""
    document = document_of(run.pk)
    agreed = {found["statement_id"] for found in document["consensus"]["agree"]}
    rejected = {found["statement_id"] for found in document["consensus"]["disagree"]}
    divisive = {found["statement_id"] for found in document["divisive"]}
    has_flagged = n_flagged(document) > 0
    return {
        statement["id"]: StatementFigures(
            reference=statement["id"],
            run_reference=run.reference,
            finished_at=run.finished_at,
            is_meta=statement["meta"],
            is_rejected=statement["moderated"] < 0,
            tally=_tally(statement),
            without_flagged=_tally(statement["without_flagged"]) if has_flagged else None,
            by_group=tuple(
                GroupTally(group_letter(each["group"]), each["group"] + 1, _tally(each))
                for each in statement["by_group"]
            ),
            group_informed_consensus=statement["group_informed_consensus"],
            extremity=statement["extremity"],
            most_agree=statement["id"] in agreed,
            most_disagree=statement["id"] in rejected,
            is_divisive=statement["id"] in divisive,
        )
        for statement in document["statements"]
    }


def placement_of(consultation: Consultation, participant: Participant) -> Placement | None:
    """Where the participant's own current votes lie in the last run's space; None with too few of them."""
    run = latest_run(consultation)
    return standing_of(run, participant).placement if run else None


def standing_of(run: AnalysisRun, participant: Participant) -> Standing:
    """The participant's place in a run's space by the votes as they are now; for the participant only."""
    document = document_of(run.pk)
    votes = _votes_by_reference(run.consultation, participant)
    known = set(document["opinion_space"]["statement_ids"])
    counted: dict[int | str, int] = {
        reference: vote for reference, vote in votes.items() if reference in known
    }
    n_needed = votes_needed(document)
    is_placed = len(counted) >= n_needed and document["groups"]
    placement = place_participant(document, counted) if is_placed else None
    return Standing(placement, len(counted), n_needed)


def votes_needed(document: Document) -> int:
    """How many votes it takes to be placed: the run's minimum, or every statement where there are fewer."""
    n_voted_on = len(document["opinion_space"]["statement_ids"])
    return max(min(int(document["parameters"]["min_votes"]), n_voted_on), 1)


def _votes_by_reference(consultation: Consultation, participant: Participant) -> dict[str, int]:
    votes = current_votes(consultation, participant)
    references: dict[UUID, str] = dict(
        Statement.objects.filter(pk__in=list(votes)).values_list("pk", "reference")
    )
    return {references[pk]: vote for pk, vote in votes.items()}


def _tally(counts: dict[str, Any]) -> Tally:
    interval = counts["p_agree_ci"]
    return Tally(
        n_agree=counts["n_agree"],
        n_disagree=counts["n_disagree"],
        n_pass=counts["n_pass"],
        agree_ci=(interval[0], interval[1]) if interval else None,
    )

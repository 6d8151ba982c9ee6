"""Where the figures of findings come from: documents of runs and published releases, never votes.

A figure of a statement is read from the run that the finding chose for the statement's consultation. What is
not in that run's document is no figure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from placet.sense.estimates import wilson_interval
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import SHOWN_STATES
from placet.stages.sensemaking.documents import document_of
from placet.stages.sensemaking.finding_models import Finding, FindingRun
from placet.stages.sensemaking.findings.figures import LEAST, OF_RUNS, SHARES, FigureKey
from placet.stages.sensemaking.models import AnalysisRun, Release

BOOKS_KEPT = 128


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure, as of its run.

    Attributes
    ----------
    key : str
        As it is written between braces: ``"agree N30-S-0142"``.
    statement_reference : str or None
        None where it is about the whole run.
    run_reference : str
    share : float or None
        From 0 to 1; None where it is a count.
    low, high : float or None
        The run's interval of the share. Of ``least``, ``share`` is itself the lower bound and ``high`` is 1.
    n_votes : int
        Votes on the statement, passes included; of ``least`` the members heard; of a run its participants.
    kind : str
    changed_to : FigureView or None
        What the latest run says, where that lies outside the interval.
    number : int or None
        The figure itself where it is a count.
    release_number : int or None
        Of the release that ``least`` was read from.
    statement_is_shown : bool
        Whether the statement's page can still be read.
    """

    key: str
    statement_reference: str | None
    run_reference: str
    run_finished_at: datetime | None
    share: float | None
    low: float | None
    high: float | None
    n_votes: int
    kind: str
    changed_to: "FigureView | None" = None
    number: int | None = None
    release_number: int | None = None
    statement_is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """What a run's document says that findings may cite, and nothing else of it."""

    n_participants: int
    n_groups: int
    level: float
    tallies: Mapping[str, tuple[int, int, int]]  # agree, disagree, pass
    agree_intervals: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Cited:
    """A statement, as far as figures need it."""

    consultation_id: UUID
    reflection_id: UUID
    is_shown: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    """The run that a finding's figures of a consultation come from, and since when."""

    run: AnalysisRun
    chosen_at: datetime


@dataclass(frozen=True, slots=True)
class Sources:
    """All that the figures of several findings are read from. Made by :func:`sources_of`."""

    statements: Mapping[str, _Cited]
    named_runs: Mapping[str, AnalysisRun]
    consultations: Mapping[str, tuple[UUID, UUID]]  # by reference: its own and its reflection's
    choices: Mapping[UUID, Mapping[UUID, _Choice]]  # by finding and consultation
    latest: Mapping[UUID, AnalysisRun]  # by consultation
    releases: Mapping[UUID, list[Release]]  # by consultation, oldest first

    def consultation_of(self, finding: Finding, key: FigureKey) -> UUID | None:
        """The consultation that a figure is about; None where there is none in the finding's reflection."""
        if key.kind in OF_RUNS:
            if run := self.named_runs.get(key.target):
                is_own = run.consultation.priority.reflection_id == finding.reflection_id
                return run.consultation_id if is_own else None
            found = self.consultations.get(key.target)
            return found[0] if found and found[1] == finding.reflection_id else None
        cited = self.statements.get(key.target)
        return cited.consultation_id if cited and cited.reflection_id == finding.reflection_id else None

    def figure(self, finding: Finding, key: FigureKey) -> FigureView | None:
        """A figure as of its run, and what it changed to; None where the run has no such figure."""
        consultation_id = self.consultation_of(finding, key)
        choice = self.choices.get(finding.pk, {}).get(consultation_id) if consultation_id else None
        named = self.named_runs.get(key.target) if key.kind in OF_RUNS else None
        if consultation_id is None or (choice is None and named is None):
            return None
        run = named or (choice.run if choice else None)
        if run is None:
            return None
        releases = self.releases.get(consultation_id, [])
        known = [each for each in releases if choice and each.published_at <= choice.chosen_at]
        figure = self._read(key, run, known[-1] if known else None)
        latest = self.latest.get(consultation_id, run)
        if figure is None or figure.low is None or figure.high is None:
            return figure
        if latest.pk == run.pk and (key.kind != LEAST or not releases or releases[-1] == known[-1]):
            return figure
        present = self._read(key, latest, releases[-1] if releases else None)
        if present is None or present.share is None or figure.low <= present.share <= figure.high:
            return figure
        return replace(figure, changed_to=present)

    def _read(self, key: FigureKey, run: AnalysisRun, release: Release | None) -> FigureView | None:
        if key.kind == LEAST:
            return self._least(key, run, release)
        book = book_of(run.pk)
        if key.kind in OF_RUNS:
            number = book.n_participants if key.kind == "participants" else book.n_groups
            return self._view(key, run, number=number, n_votes=book.n_participants)
        tally = book.tallies.get(key.target)
        n_votes = sum(tally) if tally else 0
        if tally is None or not n_votes:
            return None
        if key.kind not in SHARES:
            return self._view(key, run, number=n_votes, n_votes=n_votes)
        count = tally[SHARES.index(key.kind)]
        low, high = _interval(book, key, count, n_votes)
        return self._view(key, run, share=count / n_votes, low=low, high=high, n_votes=n_votes)

    def _least(self, key: FigureKey, run: AnalysisRun, release: Release | None) -> FigureView | None:
        entry = (
            next((each for each in release.consent if each["reference"] == key.target), None)
            if release
            else None
        )
        if release is None or entry is None:
            return None
        least = float(entry["least_low"])
        return self._view(
            key,
            run,
            share=least,
            low=least,
            high=1.0,
            n_votes=int(entry["n_heard"]),
            release_number=release.number,
        )

    def _view(self, key: FigureKey, run: AnalysisRun, *, n_votes: int, **values: Any) -> FigureView:
        cited = None if key.kind in OF_RUNS else self.statements.get(key.target)
        filled: dict[str, Any] = {"share": None, "low": None, "high": None} | values
        return FigureView(
            key=f"{key.kind} {key.target}",
            statement_reference=key.target if cited else None,
            run_reference=run.reference,
            run_finished_at=run.finished_at,
            n_votes=n_votes,
            kind=key.kind,
            statement_is_shown=bool(cited and cited.is_shown),
            **filled,
        )


def sources_of(wanted: Mapping[Finding, Iterable[FigureKey]]) -> Sources:
    """What the figures of findings are read from, in a number of queries that does not grow with them."""
    every = {key for keys in wanted.values() for key in keys}
    of_runs = {key.target for key in every if key.kind in OF_RUNS}
    statements = _statements({key.target for key in every if key.kind not in OF_RUNS})
    named = _named_runs(of_runs)
    consultations = _consultations(of_runs - named.keys())
    choices = _choices([finding.pk for finding in wanted])
    about = {
        *(each.consultation_id for each in statements.values()),
        *(run.consultation_id for run in named.values()),
        *(own for own, _reflection in consultations.values()),
    }
    with_members = {
        statements[key.target].consultation_id
        for key in every
        if key.kind == LEAST and key.target in statements
    }
    return Sources(
        statements=statements,
        named_runs=named,
        consultations=consultations,
        choices=choices,
        latest=latest_runs(about),
        releases=_releases(with_members),
    )


def latest_runs(consultation_ids: Iterable[UUID]) -> dict[UUID, AnalysisRun]:
    """The last good run of each consultation that has one; one query."""
    newest = (
        _done()
        .filter(consultation=OuterRef("consultation"))
        .order_by("-finished_at", "-reference")
        .values("pk")[:1]
    )
    wanted = list(consultation_ids)
    found = (
        _done().filter(consultation__in=wanted, pk=Subquery(newest)) if wanted else AnalysisRun.objects.none()
    )
    return {run.consultation_id: run for run in found}


@lru_cache(maxsize=BOOKS_KEPT)
def book_of(run_id: UUID) -> Book:
    """What a finished run's document says; it never changes, so each process reads it once.

    Raises
    ------
    AnalysisRun.DoesNotExist
        Where there is no such run, or it is not finished.
    """
    document = document_of(run_id)
    statements = document["statements"]
    return Book(
        n_participants=document["counts"]["participants"],
        n_groups=len(document["groups"]),
        level=document["parameters"]["interval_level"],
        tallies=MappingProxyType(
            {each["id"]: (each["n_agree"], each["n_disagree"], each["n_pass"]) for each in statements}
        ),
        agree_intervals=MappingProxyType(
            {each["id"]: tuple(each["p_agree_ci"]) for each in statements if each["p_agree_ci"]}
        ),
    )


def _interval(book: Book, key: FigureKey, count: int, n_votes: int) -> tuple[float, float]:
    """The document's own interval of agreement; of the other votes the same one, from its counts."""
    if key.kind == "agree" and key.target in book.agree_intervals:
        return book.agree_intervals[key.target]
    found = wilson_interval(count, n_votes, level=book.level)
    return float(found.low), float(found.high)


def _done() -> QuerySet[AnalysisRun]:
    return AnalysisRun.objects.filter(state=AnalysisRun.State.DONE).defer("result")


def _statements(references: set[str]) -> dict[str, _Cited]:
    found = Statement.objects.filter(reference__in=references).values_list(
        "reference", "consultation_id", "consultation__priority__reflection_id", "state"
    )
    return {
        reference: _Cited(consultation, reflection, state in SHOWN_STATES)
        for reference, consultation, reflection, state in (found if references else ())
    }


def _named_runs(references: set[str]) -> dict[str, AnalysisRun]:
    found = _done().filter(reference__in=references).select_related("consultation__priority")
    return {run.reference: run for run in (found if references else ())}


def _consultations(references: set[str]) -> dict[str, tuple[UUID, UUID]]:
    found = Consultation.objects.filter(reference__in=references).values_list(
        "reference", "pk", "priority__reflection_id"
    )
    return {reference: (pk, reflection) for reference, pk, reflection in (found if references else ())}


def _choices(finding_ids: list[UUID]) -> dict[UUID, dict[UUID, _Choice]]:
    """By finding and consultation, the run that was chosen last."""
    choices: dict[UUID, dict[UUID, _Choice]] = defaultdict(dict)
    rows = FindingRun.objects.filter(finding__in=finding_ids).select_related("run").defer("run__result")
    for row in rows.order_by("pk"):
        choices[row.finding_id][row.consultation_id] = _Choice(row.run, row.chosen_at)
    return choices


def _releases(consultation_ids: set[UUID]) -> dict[UUID, list[Release]]:
    found: dict[UUID, list[Release]] = defaultdict(list)
    rows = Release.objects.filter(consultation__in=consultation_ids).order_by("number")
    for row in rows.only("consultation_id", "number", "published_at", "consent") if consultation_ids else ():
        found[row.consultation_id].append(row)
    return found

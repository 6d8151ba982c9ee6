"""What came of a call: ranks with what they leave open, spread, reasons; and the figure that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from placet.stages.contributions.models import Call, Verdict
from placet.stages.contributions.queries.listing import ContributionRow
from placet.stages.texts.queries import Wording, wordings

# With one or two jurors an average and a spread give away every single score.
JURORS_AT_LEAST = 3
# The figure, in its own units.
LEFT, RIGHT, TOP, ROW = 104, 352, 8, 24
TEXT_DOWN, AXIS_HEIGHT = 4, 28


@dataclass(frozen=True, slots=True)
class RankView:
    """The ranks that are left open to an entry: one, or several that it shares with others."""

    low: int
    high: int
    tier: int

    @property
    def label(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"

    @property
    def is_shared(self) -> bool:
        return self.low != self.high


@dataclass(frozen=True, slots=True)
class JuryFigures:
    """What the jury's scores say of an entry; no score where fewer than three jurors judged it."""

    rank: RankView
    score: float | None
    score_range: tuple[float, float] | None
    spread: float | None
    n_scores: int
    n_interested: int
    panel: int


@dataclass(frozen=True, slots=True)
class AudienceFigures:
    rank: RankView
    n_votes: int
    share: float | None
    share_range: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class EntryResult:
    entry: ContributionRow
    jury: JuryFigures
    audience: AudienceFigures | None
    is_shortlisted: bool
    prize: Wording | None
    reason: Wording | None
    begins_tier: bool


@dataclass(frozen=True, slots=True)
class FigureRow:
    """An entry in the figure: where its text stands, its average, and one spread to either side."""

    label: str
    text_y: int
    y: int
    x: float | None
    low_x: float | None
    high_x: float | None
    begins_tier: bool
    rule_y: int


@dataclass(frozen=True, slots=True)
class Figure:
    rows: list[FigureRow]
    ticks: list[tuple[int, float]]
    height: int
    axis_y: int
    label_y: int


@dataclass(frozen=True, slots=True)
class ResultView:
    """The result, best tier first."""

    words: Wording | None
    entries: list[EntryResult]
    by_audience: list[EntryResult]
    n_jurors: int
    n_audience_votes: int | None
    is_connected: bool
    has_noise: bool
    figure: Figure

    @property
    def prizes(self) -> list[EntryResult]:
        return [each for each in self.entries if each.prize]

    @property
    def shortlist(self) -> list[EntryResult]:
        return [each for each in self.entries if each.is_shortlisted and not each.prize]

    @property
    def has_ties(self) -> bool:
        return any(each.jury.rank.is_shared for each in self.entries)


def result_view(call: Call, entries: Sequence[ContributionRow], language: str) -> ResultView:
    """The frozen figures of a call with what was decided; callers ask first who may see it.

    An entry that was withdrawn since then is left out; the ranks of the others stay as they were.
    """
    figures, audience = call.figures or {}, call.audience_figures
    by_reference = {row["reference"]: row for row in figures.get("entries", ())}
    votes = {row["reference"]: row for row in audience["entries"]} if audience else {}
    verdicts = {
        verdict.contribution_id: verdict for verdict in Verdict.objects.filter(contribution__call=call)
    }
    texts: list[UUID | None] = [call.result_id]
    texts += [text for verdict in verdicts.values() for text in (verdict.prize_id, verdict.reason_id)]
    words = wordings(texts, language)
    judged = sorted(
        (entry for entry in entries if entry.reference in by_reference),
        key=lambda entry: _standing(by_reference[entry.reference]),
    )
    found = []
    tier = 0
    for entry in judged:
        row = by_reference[entry.reference]
        found.append(
            _entry_result(
                entry, row, votes.get(entry.reference), verdicts.get(entry.id), words, row["tier"] != tier
            )
        )
        tier = row["tier"]
    voted = [each for each in found if each.audience]
    return ResultView(
        words=words[call.result_id] if call.result_id else None,
        entries=found,
        by_audience=sorted(voted, key=lambda each: -votes[each.entry.reference]["n_votes"]),
        n_jurors=figures.get("n_jurors", 0),
        n_audience_votes=audience["n_votes"] if audience else None,
        is_connected=figures.get("is_connected", True),
        has_noise=figures.get("df", 0) > 0,
        figure=_figure(found),
    )


def _standing(row: Mapping[str, Any]) -> tuple[int, int, int, str]:
    """Best first; among those that share their ranks by reference, so that nothing is read into the order."""
    return row["tier"], row["rank_low"], row["rank_high"], row["reference"]


def _entry_result(
    entry: ContributionRow,
    row: Mapping[str, Any],
    votes: Mapping[str, Any] | None,
    verdict: Verdict | None,
    words: Mapping[UUID, Wording],
    begins_tier: bool,
) -> EntryResult:
    return EntryResult(
        entry=entry,
        jury=_jury_figures(row),
        audience=_audience_figures(votes) if votes else None,
        is_shortlisted=bool(verdict and verdict.is_shortlisted),
        prize=words[verdict.prize_id] if verdict and verdict.prize_id else None,
        reason=words[verdict.reason_id] if verdict and verdict.reason_id else None,
        begins_tier=begins_tier,
    )


def _jury_figures(row: Mapping[str, Any]) -> JuryFigures:
    is_shown = row["n_scores"] >= JURORS_AT_LEAST
    bounds = row["score_low"], row["score_high"]
    return JuryFigures(
        rank=_rank(row),
        score=row["score"] if is_shown else None,
        score_range=bounds if is_shown and bounds[0] is not None else None,
        spread=row["spread"] if is_shown else None,
        n_scores=row["n_scores"],
        n_interested=row["n_interested"],
        panel=row["panel"],
    )


def _audience_figures(row: Mapping[str, Any]) -> AudienceFigures:
    bounds = row["share_low"], row["share_high"]
    return AudienceFigures(
        _rank(row), row["n_votes"], row["share"], bounds if bounds[0] is not None else None
    )


def _rank(row: Mapping[str, Any]) -> RankView:
    return RankView(row["rank_low"], row["rank_high"], row["tier"])


def _figure(entries: Sequence[EntryResult]) -> Figure:
    rows = []
    for place, each in enumerate(entries):
        score, spread = each.jury.score, each.jury.spread
        middle = TOP + place * ROW + ROW // 2
        has_bar = score is not None and spread is not None
        rows.append(
            FigureRow(
                label=each.entry.reference,
                text_y=middle + TEXT_DOWN,
                y=middle,
                x=_across(score) if score is not None else None,
                low_x=_across(max(score - spread, 0)) if has_bar else None,  # type: ignore[operator]
                high_x=_across(min(score + spread, 10)) if has_bar else None,  # type: ignore[operator]
                begins_tier=each.begins_tier and place > 0,
                rule_y=middle - ROW // 2,
            )
        )
    bottom = TOP + len(rows) * ROW
    ticks = [(value, _across(value)) for value in (0, 2, 4, 6, 8, 10)]
    return Figure(rows, ticks, bottom + AXIS_HEIGHT, bottom, bottom + 18)


def _across(score: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * score / 10, 1)

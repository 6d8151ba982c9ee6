"""What stands on the page of one commitment beside its view: evidence, values, and the course of measures."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from placet.stages.followup.models import Commitment, Indicator, IndicatorValue, ReportEvidence
from placet.stages.followup.queries import CommitmentView, ReportView
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class ValueView:
    """At what an indicator stood on a day."""

    indicator_id: int
    name: Wording
    unit: str
    value: Decimal
    of_date: date


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """What is measured, from where to where, and all that was reported of it, in the order of the days."""

    id: int
    name: Wording
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    values: tuple[ValueView, ...]

    @property
    def latest(self) -> ValueView | None:
        return self.values[-1] if self.values else None


@dataclass(frozen=True, slots=True)
class FullReport:
    """A report with its evidence and what it says of the indicators."""

    report: ReportView
    evidence: tuple[ReportEvidence, ...]
    values: tuple[ValueView, ...]


@dataclass(frozen=True, slots=True)
class CommitmentDetails:
    """Reports with the newest first, and the indicators."""

    reports: tuple[FullReport, ...]
    indicators: tuple[IndicatorView, ...]


def commitment_details(view: CommitmentView, language: str) -> CommitmentDetails:
    """What the page of a commitment adds to its view; five queries."""
    indicators = standing_indicators(view.id)
    words = wordings([each.name_id for each in indicators], language)
    days = {report.id: report.of_date for report in view.reports}
    evidence: dict[UUID, list[ReportEvidence]] = defaultdict(list)
    for each in ReportEvidence.objects.filter(report__commitment=view.id).order_by("pk"):
        evidence[each.report_id].append(each)
    by_report: dict[UUID, list[ValueView]] = defaultdict(list)
    names = {each.pk: (words[each.name_id], each.unit) for each in indicators}
    for said in IndicatorValue.objects.filter(indicator__in=indicators).order_by("indicator_id"):
        name, unit = names[said.indicator_id]
        shown = ValueView(said.indicator_id, name, unit, plain(said.value), days[said.report_id])
        by_report[said.report_id].append(shown)
    in_order = [value for report in view.reports for value in by_report[report.id]]
    return CommitmentDetails(
        reports=tuple(
            FullReport(report, tuple(evidence[report.id]), tuple(by_report[report.id]))
            for report in reversed(view.reports)
        ),
        indicators=tuple(
            IndicatorView(
                id=each.pk,
                name=words[each.name_id],
                unit=each.unit,
                baseline=plain(each.baseline) if each.baseline is not None else None,
                target=plain(each.target) if each.target is not None else None,
                values=tuple(value for value in in_order if value.indicator_id == each.pk),
            )
            for each in indicators
        ),
    )


def standing_indicators(commitment: Commitment | UUID) -> list[Indicator]:
    """The indicators of a commitment, in the order in which they were added."""
    return list(Indicator.objects.filter(commitment=commitment, removed_at=None).order_by("pk"))


def plain(value: Decimal) -> Decimal:
    """Without the zeros at the end that the database keeps: 2.5000 is 2.5, and 100 stays 100."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()

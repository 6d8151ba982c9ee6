"""Reading reports: what the rapporteur has before him, and what everybody sees once it is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from placet.stages.consultations.models import Statement
from placet.stages.consultations.queries import SHOWN_STATES, StatementView, statement_views
from placet.stages.dialogues.models import (
    Dialogue,
    HouseRule,
    Point,
    PointGroup,
    PointStatement,
    Report,
    Takeaway,
)
from placet.stages.dialogues.permissions import OVER, find_dialogue
from placet.stages.dialogues.reporting.grouping import SeenPoint, group_mark
from placet.stages.dialogues.reporting.readiness import missing_for_publishing
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, all_wordings_of, wordings

LOOSE_SHOWN = 200  # a form has at most 500 fields (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS)


@dataclass(frozen=True, slots=True)
class DeskPoint:
    """A point as the rapporteur sees it: its constituency at most, and only where the house rule allows."""

    id: UUID
    wording: Wording
    group_id: int | None
    constituency: Wording | None
    attribution: str
    support_count: int
    is_hidden: bool
    takeaways: list[str]
    statement: str

    @property
    def choice(self) -> str:
        """The point and the group in which it is shown, as a form sends them back."""
        return choice_of(SeenPoint(self.id, self.group_id))


@dataclass(frozen=True, slots=True)
class DeskGroup:
    id: int
    title: str
    seen: str
    points: list[DeskPoint]

    @property
    def support_count(self) -> int:
        return sum(point.support_count for point in self.points)


@dataclass(frozen=True, slots=True)
class DeskTakeaway:
    reference: str
    wordings: list[Wording]
    is_dissent: bool
    rests_on_whole: bool
    point_count: int


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a rapporteur works on.

    ``loose`` are the points in no group, the most supported of those asked for; ``loose_count`` says how many
    there are. Hidden ones stand apart.
    """

    groups: list[DeskGroup]
    loose: list[DeskPoint]
    loose_count: int
    hidden: list[DeskPoint]
    summary: list[Wording]
    takeaways: list[DeskTakeaway]
    missing: list[str]
    published_at: datetime | None

    @property
    def shown(self) -> list[DeskPoint]:
        return [*(point for group in self.groups for point in group.points), *self.loose]

    @property
    def point_count(self) -> int:
        return sum(len(group.points) for group in self.groups) + self.loose_count + len(self.hidden)


@dataclass(frozen=True, slots=True)
class ReportedPoint:
    """A point that a published takeaway rests on."""

    wording: Wording
    attribution: str
    support_count: int
    statement: StatementView | None


@dataclass(frozen=True, slots=True)
class TakeawayView:
    reference: str
    wording: Wording
    is_dissent: bool
    rests_on_whole: bool
    is_simulated: bool
    point_count: int
    statement_count: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """A published report."""

    summary: Wording
    takeaways: list[TakeawayView]
    source_url: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class TakeawayPage:
    """One takeaway of a published report, with what it rests on and what became of that."""

    view: TakeawayView
    wordings: list[Wording]
    points: list[ReportedPoint]
    source_url: str

    @property
    def statements(self) -> list[StatementView]:
        return [point.statement for point in self.points if point.statement]


def desk_of(dialogue: Dialogue, language: str, *, words: str = "") -> Desk:
    """What the rapporteur of a dialogue has before him; the caller has asked whether the actor may.

    Points by support, then in an order that says nothing: that in which they were said is not told.

    Parameters
    ----------
    words : str
        What is looked for in the points that are in no group yet.
    """
    points = _desk_points(dialogue, language)
    shown = [point for point in points if not point.is_hidden]
    groups = [
        DeskGroup(
            group.pk,
            group.title,
            group_mark(group),
            [point for point in shown if point.group_id == group.pk],
        )
        for group in PointGroup.objects.filter(dialogue=dialogue)
    ]
    loose = [point for point in shown if point.group_id is None]
    found_loose = [point for point in loose if words.casefold() in point.wording.original_body.casefold()]
    report = Report.objects.filter(dialogue=dialogue).first()
    takeaways = list(_takeaways(report)) if report else []
    found = all_wordings_of([*(each.text_id for each in takeaways), report.summary_id if report else None])
    return Desk(
        groups=groups,
        loose=found_loose[:LOOSE_SHOWN],
        loose_count=len(loose),
        hidden=[point for point in points if point.is_hidden],
        summary=found.get(report.summary_id, []) if report and report.summary_id else [],
        takeaways=[
            DeskTakeaway(
                each.reference,
                found[each.text_id],
                each.is_dissent,
                each.rests_on_whole,
                len(each.points.all()),
            )
            for each in takeaways
        ],
        missing=missing_for_publishing(dialogue),
        published_at=report.published_at if report else None,
    )


def choice_of(point: SeenPoint) -> str:
    """A point and the group in which it was shown, in one word."""
    return f"{point.id}:{point.group_id or 0}"


def find_point(dialogue: Dialogue, pk: UUID) -> Point:
    """That point of this dialogue; Http404 where it is another's or none."""
    return get_object_or_404(
        Point.objects.select_related("dialogue__series__reflection", "text"), dialogue=dialogue, pk=pk
    )


def find_group(dialogue: Dialogue, pk: int) -> PointGroup:
    """That group of this dialogue; Http404 where it is another's or none."""
    return get_object_or_404(
        PointGroup.objects.select_related("dialogue__series__reflection"), dialogue=dialogue, pk=pk
    )


def find_draft(dialogue: Dialogue, reference: str) -> Takeaway:
    """That takeaway of this dialogue, published or not; Http404 where it is another's or was taken back."""
    return get_object_or_404(
        Takeaway.objects.select_related("report__dialogue__series__reflection", "text"),
        report__dialogue=dialogue,
        reference=reference,
        removed_at=None,
    )


def find_takeaway(reference: str, actor: Actor) -> Takeaway:
    """The published takeaway of that reference.

    Raises
    ------
    Http404
        Where there is none, it is not published, was taken back, or its dialogue may not be seen.
    """
    takeaway = (
        Takeaway.objects.filter(reference=reference, removed_at=None, report__published_at__isnull=False)
        .select_related("report__dialogue__series__reflection")
        .first()
    )
    if takeaway is None:
        raise Http404
    find_dialogue(takeaway.report.dialogue.reference, actor)
    return takeaway


def report_view(dialogue: Dialogue, language: str) -> ReportView | None:
    """The report of a dialogue that somebody may see, where it is published; a constant number of queries."""
    report = Report.objects.filter(dialogue=dialogue, published_at__isnull=False).first()
    if report is None or report.published_at is None or report.summary_id is None:
        return None
    if dialogue.house_rule == HouseRule.CLOSED:
        return None
    takeaways = list(_takeaways(report))
    words = wordings([report.summary_id, *(each.text_id for each in takeaways)], language)
    became = _statements_of(_shown_points(takeaways))
    return ReportView(
        summary=words[report.summary_id],
        takeaways=[_view(each, words[each.text_id], became) for each in takeaways],
        source_url=report.source_url,
        published_at=report.published_at,
    )


def takeaway_page(takeaway: Takeaway, language: str) -> TakeawayPage:
    """One published takeaway; hidden points are not among those shown."""
    points = _shown_points([takeaway])
    became = _statements_of(points)
    views = {view.id: view for view in statement_views(list(became.values()), language)}
    words = wordings([takeaway.text_id, *(point.text_id for point in points)], language)
    return TakeawayPage(
        view=_view(takeaway, words[takeaway.text_id], became),
        wordings=all_wordings_of([takeaway.text_id])[takeaway.text_id],
        points=[
            ReportedPoint(
                words[point.text_id],
                point.attribution,
                point.support_count,
                views[became[point.pk].pk] if point.pk in became else None,
            )
            for point in sorted(points, key=lambda point: (-point.support_count, point.pk))
        ],
        source_url=takeaway.report.source_url,
    )


def _desk_points(dialogue: Dialogue, language: str) -> list[DeskPoint]:
    points = list(
        Point.objects.filter(dialogue=dialogue)
        .select_related("constituency", "became__statement")
        .prefetch_related("takeaways")
        .order_by("-support_count", "id")
    )
    tells = dialogue.state in OVER  # only then is the constituency gone wherever too few were present
    named = [point.constituency.name_id for point in points if tells and point.constituency]
    words = wordings([*(point.text_id for point in points), *named], language)
    return [
        DeskPoint(
            id=point.pk,
            wording=words[point.text_id],
            group_id=point.group_id,
            constituency=words[point.constituency.name_id] if tells and point.constituency else None,
            attribution=point.attribution,
            support_count=point.support_count,
            is_hidden=point.is_hidden,
            takeaways=[each.reference for each in point.takeaways.all() if each.removed_at is None],
            statement=point.became.statement.reference if hasattr(point, "became") else "",
        )
        for point in points
    ]


def _takeaways(report: Report) -> QuerySet[Takeaway]:
    return Takeaway.objects.filter(report=report, removed_at=None).prefetch_related("points")


def _shown_points(takeaways: Sequence[Takeaway]) -> list[Point]:
    return [point for each in takeaways for point in each.points.all() if not point.is_hidden]


def _statements_of(points: Sequence[Point]) -> dict[UUID, Statement]:
    """By point, the statement that it became, where that is shown to everybody."""
    links = PointStatement.objects.filter(
        point__in=[point.pk for point in points], statement__state__in=SHOWN_STATES
    )
    return {link.point_id: link.statement for link in links.select_related("statement")}


def _view(takeaway: Takeaway, wording: Wording, became: dict[UUID, Statement]) -> TakeawayView:
    points = _shown_points([takeaway])
    return TakeawayView(
        reference=takeaway.reference,
        wording=wording,
        is_dissent=takeaway.is_dissent,
        rests_on_whole=takeaway.rests_on_whole,
        is_simulated=takeaway.is_simulated,
        point_count=len(points),
        statement_count=len({became[point.pk].pk for point in points if point.pk in became}),
    )

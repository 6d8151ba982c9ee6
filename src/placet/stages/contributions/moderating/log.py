"""The public log of moderation: what was decided, on which day, by which rule, why; never by or of whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from placet.sense.votes.csvfiles import GUARD, is_like_formula
from placet.stages.contributions.models import Appeal, Comment, Contribution, ModerationDecision
from placet.stages.contributions.moderating.queries import appeal_of, item_of, verdict_label
from placet.stages.mandates.models import Reflection
from placet.stages.texts.queries import Wording, wordings

Verdict = ModerationDecision.Verdict
CSV_HEADER = (
    "day",
    "about",
    "contribution",
    "verdict",
    "rule_number",
    "rule",
    "reason",
    "appeal",
    "appeal_answered_on",
    "appeal_answer",
    "after_appeal",
)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What a reader wants to see of the log; what it does not know is ignored."""

    verdict: str = ""
    rule: int | None = None
    month: date | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One decision as everybody may read it: a day and no moment, no name, none of the text."""

    day: date
    is_comment: bool
    reference: str
    is_linked: bool
    verdict: str
    verdict_label: str
    rule_number: int | None
    rule_title: Wording | None
    is_rule_retired: bool
    reason: str
    appeal_state: str
    appeal_state_label: str
    appeal_day: date | None
    appeal_answer: str
    appeal_answered_day: date | None
    is_after_appeal: bool


@dataclass(frozen=True, slots=True)
class LogFigures:
    """The log in figures: items, not decisions, so that one decided three times counts once."""

    n_contributions: int = 0
    n_refused: int = 0
    n_restored: int = 0
    n_comments: int = 0
    n_hidden: int = 0
    n_shown_again: int = 0
    n_appeals: int = 0
    n_granted: int = 0
    months: list[date] = field(default_factory=list)


def log_decisions(reflection: Reflection, wanted: LogFilter) -> QuerySet[ModerationDecision]:
    """The decisions of a reflection, the latest first."""
    found = ModerationDecision.objects.filter(reflection=reflection)
    if wanted.verdict in Verdict.values:
        found = found.filter(verdict=wanted.verdict)
    if wanted.rule is not None:
        found = found.filter(rule__number=wanted.rule)
    if wanted.month is not None:
        zone = ZoneInfo(reflection.time_zone)
        found = found.filter(
            decided_at__gte=_midnight(wanted.month, zone), decided_at__lt=_midnight(_next(wanted.month), zone)
        )
    return found.select_related("contribution", "comment__contribution", "rule", "appealed_by").order_by(
        "-decided_at", "-id"
    )


def log_entries(
    reflection: Reflection, decisions: Sequence[ModerationDecision], language: str
) -> list[LogEntry]:
    """The decisions as everybody may read them; two queries."""
    words = wordings([decision.rule.title_id for decision in decisions if decision.rule], language)
    zone = ZoneInfo(reflection.time_zone)
    return [_entry(decision, words, zone) for decision in decisions]


def log_figures(reflection: Reflection) -> LogFigures:
    """How many contributions and comments were decided on, refused, and shown again after an appeal."""
    of_reflection = ModerationDecision.objects.filter(reflection=reflection)
    after_appeal = Q(appeal__isnull=False, verdict=Verdict.RESTORED)
    counts = of_reflection.aggregate(
        n_refused=Count("contribution", filter=Q(verdict=Verdict.REJECTED), distinct=True),
        n_restored=Count("contribution", filter=after_appeal, distinct=True),
        n_hidden=Count("comment", filter=Q(verdict=Verdict.HIDDEN), distinct=True),
        n_shown_again=Count("comment", filter=after_appeal, distinct=True),
    )
    appeals = Appeal.objects.filter(decision__reflection=reflection).aggregate(
        n_appeals=Count("id"), n_granted=Count("id", filter=Q(state=Appeal.State.GRANTED))
    )
    sent = Contribution.objects.filter(reflection=reflection).exclude(state=Contribution.State.DRAFT)
    zone = ZoneInfo(reflection.time_zone)
    months = of_reflection.annotate(month=TruncMonth("decided_at", tzinfo=zone)).values_list(
        "month", flat=True
    )
    return LogFigures(
        n_contributions=sent.count(),
        n_comments=Comment.objects.filter(contribution__reflection=reflection).count(),
        months=sorted({month.date() for month in months.order_by().distinct()}, reverse=True),
        **counts,
        **appeals,
    )


def log_rows(entries: Sequence[LogEntry]) -> Iterator[list[str]]:
    """The log as rows of a table, the heads first; no cell is one that a spreadsheet takes for a formula."""
    yield list(CSV_HEADER)
    for entry in entries:
        cells = [
            entry.day.isoformat(),
            "comment" if entry.is_comment else "contribution",
            entry.reference,
            entry.verdict,
            str(entry.rule_number or ""),
            entry.rule_title.body if entry.rule_title else "",
            entry.reason,
            entry.appeal_state,
            entry.appeal_answered_day.isoformat() if entry.appeal_answered_day else "",
            entry.appeal_answer,
            "true" if entry.is_after_appeal else "false",
        ]
        yield [f"{GUARD}{cell}" if is_like_formula(cell) else cell for cell in cells]


def _entry(decision: ModerationDecision, words: dict[UUID, Wording], zone: ZoneInfo) -> LogEntry:
    item = item_of(decision)
    contribution = item if isinstance(item, Contribution) else item.contribution
    appeal = appeal_of(decision)
    return LogEntry(
        day=_day(decision.decided_at, zone),
        is_comment=decision.comment_id is not None,
        reference=contribution.reference,
        is_linked=contribution.state == Contribution.State.PUBLISHED,
        verdict=decision.verdict,
        verdict_label=verdict_label(decision),
        rule_number=decision.rule.number if decision.rule else None,
        rule_title=words[decision.rule.title_id] if decision.rule else None,
        is_rule_retired=decision.rule is not None and decision.rule.retired_at is not None,
        reason=decision.reason,
        appeal_state=appeal.state if appeal else "",
        appeal_state_label=appeal.get_state_display() if appeal else "",
        appeal_day=_day(appeal.made_at, zone) if appeal else None,
        appeal_answer=appeal.answer if appeal else "",
        appeal_answered_day=_day(appeal.answered_at, zone) if appeal and appeal.answered_at else None,
        is_after_appeal=decision.appeal_id is not None and decision.verdict == Verdict.RESTORED,
    )


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, 1, tzinfo=zone)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)

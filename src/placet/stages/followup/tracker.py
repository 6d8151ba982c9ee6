"""The tracker of commitments: filtered, counted, and told apart by member, priority or year."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from placet.stages.followup.models import Commitment
from placet.stages.followup.permissions import visible_commitments
from placet.stages.followup.queries import CommitmentView, LeadView, MemberName, commitment_views
from placet.stages.followup.status import Status
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, texts_containing


class Arrangement(models.TextChoices):
    """How the tracker is laid out."""

    LIST = "", pgettext_lazy("commitments", "List")
    MEMBER = "member", pgettext_lazy("commitments", "By member")
    PRIORITY = "priority", pgettext_lazy("commitments", "By priority")
    YEAR = "year", pgettext_lazy("commitments", "Timeline")


@dataclass(frozen=True, slots=True)
class TrackerFilter:
    """What the tracker is narrowed to; what is empty narrows nothing."""

    status: str = ""
    member: str = ""
    priority: str = ""
    lead: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class StatusCount:
    status: Status
    n: int

    @property
    def label(self) -> str:
        return str(self.status.label)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A day in the calendar of commitments: one is due, or a step on its way is."""

    commitment: CommitmentView
    due_label: str
    machine: str
    last_day: date
    title: Wording
    is_milestone: bool
    state: str
    state_label: str


@dataclass(frozen=True, slots=True)
class Group:
    """Commitments that belong together, under a heading."""

    key: str
    heading: Wording | str
    commitments: tuple[CommitmentView, ...]
    entries: tuple[TimelineEntry, ...] = ()

    @property
    def counts(self) -> list[StatusCount]:
        return [count for count in counts_of(self.commitments) if count.n]

    @property
    def language(self) -> str:
        return self.heading.language if isinstance(self.heading, Wording) else ""


@dataclass(frozen=True, slots=True)
class Choices:
    """By what the tracker of a reflection can be narrowed: only what stands in it."""

    members: tuple[MemberName, ...]
    leads: tuple[LeadView, ...]
    priorities: tuple[tuple[int, Wording], ...]


@dataclass(frozen=True, slots=True)
class Tracker:
    """All commitments of a reflection that a reader may see, and those that the filter leaves."""

    every: tuple[CommitmentView, ...]
    shown: tuple[CommitmentView, ...]
    choices: Choices

    @property
    def counts(self) -> list[StatusCount]:
        return counts_of(self.every)


def tracker(
    actor: Actor, reflection: Reflection, wanted: TrackerFilter, language: str, *, today: date
) -> Tracker:
    """The tracker as a reader sees it on a day; the same number of queries for any number of commitments."""
    return tracker_of(visible_commitments(actor, reflection), wanted, language, today=today)


def tracker_of(
    commitments: Iterable[Commitment], wanted: TrackerFilter, language: str, *, today: date
) -> Tracker:
    """A tracker of these commitments."""
    every = commitment_views(commitments, language, today=today)
    with_words = _with_words(every, wanted.words)
    shown = [view for view in every if view.id in with_words and _matches(view, wanted)]
    return Tracker(tuple(every), tuple(shown), _choices(every))


def counts_of(views: Sequence[CommitmentView]) -> list[StatusCount]:
    """How many stand how, every status named."""
    counted = Counter(view.status for view in views)
    return [StatusCount(status, counted[status]) for status in Status]


def groups_of(views: Sequence[CommitmentView], arrangement: str) -> list[Group]:
    """The same by member (each under every member that carries it), by priority or by year."""
    if arrangement == Arrangement.MEMBER:
        return _by_member(views)
    if arrangement == Arrangement.PRIORITY:
        return _by_priority(views)
    if arrangement == Arrangement.YEAR:
        return _by_year(views)
    return []


def _matches(view: CommitmentView, wanted: TrackerFilter) -> bool:
    return (
        (not wanted.status or view.status == wanted.status)
        and (not wanted.member or wanted.member in view.carriers)
        and (not wanted.priority or str(view.priority_number) == wanted.priority)
        and (not wanted.lead or f"{view.lead.kind}:{view.lead.key}" == wanted.lead)
    )


def _with_words(views: Sequence[CommitmentView], words: str) -> set[UUID]:
    """Those in whose title or description the words stand, in any language, or that have this reference."""
    asked = " ".join(words.split())
    if not asked:
        return {view.id for view in views}
    texts = {text.text_id for view in views for text in (view.title, view.description) if text}
    found = texts_containing(texts, asked)
    return {
        view.id
        for view in views
        if view.reference.casefold() == asked.casefold()
        or view.title.text_id in found
        or (view.description is not None and view.description.text_id in found)
    }


def _choices(views: Sequence[CommitmentView]) -> Choices:
    members = {member.code: member for member in _carrying(views)}
    leads = {(view.lead.kind, view.lead.key): view.lead for view in views}
    priorities = {view.priority_number: view.priority_title for view in views}
    return Choices(
        members=tuple(sorted(members.values(), key=lambda member: _folded(member.name))),
        leads=tuple(sorted(leads.values(), key=lambda lead: _folded(lead.name))),
        priorities=tuple(sorted(priorities.items())),
    )


def _carrying(views: Sequence[CommitmentView]) -> Iterable[MemberName]:
    for view in views:
        yield from view.members
        if view.lead.kind == "member":
            yield MemberName(view.lead.key, view.lead.name)


def _by_member(views: Sequence[CommitmentView]) -> list[Group]:
    groups = [
        Group(member.code, member.name, tuple(view for view in views if member.code in view.carriers))
        for member in _choices(views).members
    ]
    rest = tuple(view for view in views if not view.carriers)
    return [*groups, Group("none", _("Carried by no member"), rest)] if rest else groups


def _by_priority(views: Sequence[CommitmentView]) -> list[Group]:
    return [
        Group(str(number), title, tuple(view for view in views if view.priority_number == number))
        for number, title in _choices(views).priorities
    ]


def _by_year(views: Sequence[CommitmentView]) -> list[Group]:
    """What is due in each year, steps and commitments by their days; at the end what has no due date."""
    entries = sorted(
        (entry for view in views for entry in _entries_of(view)),
        key=lambda entry: (entry.last_day, entry.commitment.reference, not entry.is_milestone),
    )
    groups = []
    for year in sorted({entry.last_day.year for entry in entries}):
        of_year = tuple(entry for entry in entries if entry.last_day.year == year)
        due = tuple(entry.commitment for entry in of_year if not entry.is_milestone)
        groups.append(Group(str(year), str(year), due, of_year))
    undated = tuple(view for view in views if view.due is None)
    return [*groups, Group("undated", _("Without a due date"), undated)] if undated else groups


def _entries_of(view: CommitmentView) -> Iterable[TimelineEntry]:
    if view.due:
        yield TimelineEntry(
            commitment=view,
            due_label=str(view.due),
            machine=view.due.machine,
            last_day=view.due.last_day,
            title=view.title,
            is_milestone=False,
            state=view.status,
            state_label=view.status_label,
        )
    for step in view.milestones:
        state, label = _state_of_step(step.reached_date is not None, is_late=step.is_late)
        yield TimelineEntry(
            commitment=view,
            due_label=str(step.due),
            machine=step.due.machine,
            last_day=step.due.last_day,
            title=step.title,
            is_milestone=True,
            state=state,
            state_label=str(label),
        )


def _state_of_step(is_reached: bool, *, is_late: bool) -> tuple[str, object]:
    if is_reached:
        return "fulfilled", pgettext_lazy("milestone", "reached")
    if is_late:
        return "overdue", pgettext_lazy("milestone", "overdue")
    return "not-begun", pgettext_lazy("milestone", "to come")


def _folded(name: Wording) -> str:
    return normalize("NFKD", name.body).casefold()

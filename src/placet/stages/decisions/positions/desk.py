"""The desk of a delegation: what waits for its member, and what the member has said."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from placet.stages.decisions.meetings.queries import ItemView, MeetingView, item_views, meeting_views
from placet.stages.decisions.models import AgendaItem, Meeting
from placet.stages.decisions.permissions import rules_of
from placet.stages.decisions.positions.queries import MemberStand, OwnEntry, own_entries
from placet.stages.decisions.showing import Said, frozen_text_view
from placet.stages.decisions.silence.queries import SilenceView, silence_views, silences_of
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.proposals.models import FrozenText
from placet.stages.proposals.permissions import require_delegate
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class DeskItem:
    """A text that is still to be decided, and where one's own member stands on it."""

    item: ItemView
    meeting: MeetingView
    own: MemberStand
    last_entry: OwnEntry | None
    may_confirm: bool


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """An entry of the member, and the text that it was about."""

    entry: OwnEntry
    title: Said
    reference: str
    number: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What a delegation sees of its member."""

    member_code: str
    member_name: Wording
    needs_second_delegate: bool
    items: tuple[DeskItem, ...]
    silences: tuple[SilenceView, ...]
    entries: tuple[DeskEntry, ...]

    @property
    def waiting(self) -> tuple[DeskItem, ...]:
        """The texts on which no position of the member counts yet."""
        return tuple(each for each in self.items if not each.own.counts)

    @property
    def taken(self) -> tuple[DeskItem, ...]:
        """The texts on which one does, as long as they are not decided."""
        return tuple(each for each in self.items if each.own.counts)


def desk_of(actor: Actor, reflection: Reflection, language: str, *, now: datetime | None = None) -> Desk:
    """The desk of the member that the actor speaks for; a constant number of queries.

    Raises
    ------
    PermissionDenied
        To all but accredited delegates.
    """
    account, member = require_delegate(actor, reflection)
    entries = own_entries(member, None, language)
    last = {entry.text_id: entry for entry in reversed(entries)}
    running = [each for each in silences_of(reflection) if each.ended_at is None]
    rules = rules_of(reflection)
    items = []
    for item, meeting in _open_items(actor, reflection, language):
        if item.standing is None:
            continue
        own = next(each for each in item.standing.members if each.code == member.code)
        entry = last.get(item.text.id)
        may_confirm = bool(
            rules.needs_second_delegate
            and entry
            and not entry.confirmed_by
            and entry.given_by_id != account.pk
        )
        items.append(DeskItem(item, meeting, own, entry, may_confirm))
    return Desk(
        member_code=member.code,
        member_name=wordings([member.name_id], language)[member.name_id],
        needs_second_delegate=rules.needs_second_delegate,
        items=tuple(items),
        silences=tuple(each for each in silence_views(running, language, now=now) if each.is_under_way),
        entries=tuple(_desk_entries(entries, language)),
    )


def _open_items(actor: Actor, reflection: Reflection, language: str) -> list[tuple[ItemView, MeetingView]]:
    """The items that are still to be decided, by meeting."""
    rows = AgendaItem.objects.filter(meeting__reflection=reflection, taken_off_at=None)
    rows = rows.exclude(meeting__state=Meeting.State.CLOSED).select_related("meeting", "text")
    items = list(rows.order_by("meeting__starts_at", "meeting__reference", "position"))
    meetings = {item.meeting.reference: item.meeting for item in items}
    views = {view.reference: view for view in meeting_views(meetings.values(), language)}
    return [
        (view, views[item.meeting.reference])
        for item, view in zip(items, item_views(reflection, items, actor, language), strict=True)
        if view.is_open
    ]


def _desk_entries(entries: list[OwnEntry], language: str) -> list[DeskEntry]:
    texts: dict[UUID, FrozenText] = FrozenText.objects.in_bulk({entry.text_id for entry in entries})
    found = {pk: frozen_text_view(text, language) for pk, text in texts.items()}
    return [
        DeskEntry(entry, text.title, text.reference, text.number)
        for entry in entries
        for text in (found[entry.text_id],)
    ]

"""Which entries count, and what stands in the way of a text. No majority: every member has to join."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from placet.stages.decisions.models import Position, PositionConfirmation
from placet.stages.decisions.permissions import rules_of
from placet.stages.mandates.models import Member, Reflection
from placet.stages.proposals.models import FrozenText


@dataclass(frozen=True, slots=True)
class Entry:
    """The last entry of a member on a text. The earlier ones do not count any more."""

    position: Position
    is_confirmed: bool

    def counts(self, *, needs_second_delegate: bool) -> bool:
        """Whether it counts: by itself, or once a second delegate has confirmed it."""
        return self.is_confirmed or not needs_second_delegate


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What stands in the way of adopting a text, by member code."""

    missing: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    objecting: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unconfirmed or self.objecting)


def last_entries(text_ids: Collection[UUID]) -> dict[tuple[UUID, int], Entry]:
    """The last entry of each member on each text, by text and member; one query."""
    newest = (
        Position.objects.filter(text__in=text_ids)
        .order_by()
        .values("text", "member")
        .annotate(last=Max("id"))
    )
    confirmed = Exists(PositionConfirmation.objects.filter(position=OuterRef("pk")))
    found = Position.objects.filter(pk__in=newest.values("last")).annotate(is_confirmed=confirmed)
    return {
        (each.text_id, each.member_id): Entry(each, each.is_confirmed)
        for each in found.select_related("member")
    }


def counted_positions(text: FrozenText, reflection: Reflection) -> dict[str, Position]:
    """By member code, the position that counts on a text; members without one are left out."""
    needs_second = rules_of(reflection).needs_second_delegate
    return {
        entry.position.member.code: entry.position
        for entry in last_entries([text.pk]).values()
        if entry.counts(needs_second_delegate=needs_second)
    }


def obstacles(text: FrozenText, reflection: Reflection) -> Obstacles:
    """What stands in the way of a text: members without a position that counts, or against it."""
    last = {entry.position.member.code for entry in last_entries([text.pk]).values()}
    counted = counted_positions(text, reflection)
    codes = list(Member.objects.filter(reflection=reflection).order_by("code").values_list("code", flat=True))
    return Obstacles(
        missing=tuple(code for code in codes if code not in last),
        unconfirmed=tuple(code for code in codes if code in last and code not in counted),
        objecting=tuple(
            code for code in codes if code in counted and counted[code].kind == Position.Kind.OBJECTS
        ),
    )

"""Points put into groups. What somebody else moved meanwhile is not moved again without a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, Point, PointGroup
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.reporting.access import begin, check_seen, exchange, mark_of
from placet.stages.mandates.permissions import Actor

TITLE_MAX_LENGTH = 160
GROUP_LIMIT = 60


@dataclass(frozen=True, slots=True)
class SeenPoint:
    """A point, and the group in which it stood when it was shown."""

    id: UUID
    group_id: int | None


@transaction.atomic
def put_together(actor: Actor, dialogue: Dialogue, points: Sequence[SeenPoint], *, title: str) -> PointGroup:
    """Make a group, with points or without; the last of all.

    Raises
    ------
    ValidationError
        Where it has no title, there are too many groups, or points were moved meanwhile (code ``changed``).
    """
    account, current = begin(actor, dialogue)
    title = _checked_title(title)
    count = PointGroup.objects.filter(dialogue=current).count()
    if count >= GROUP_LIMIT:
        raise ValidationError({"title": _("At most %(limit)d groups.") % {"limit": GROUP_LIMIT}})
    last = PointGroup.objects.filter(dialogue=current).order_by("-position").first()
    group = PointGroup.objects.create(
        dialogue=current, title=title, position=last.position + 1 if last else 1
    )
    _move(current, points, group)
    record_deed("put_points_together", current, account, count=len(points))
    return group


@transaction.atomic
def put_points(
    actor: Actor, dialogue: Dialogue, points: Sequence[SeenPoint], group: PointGroup | None
) -> None:
    """Put points into a group, or out of all groups.

    Raises
    ------
    ValidationError
        Where no point is chosen, a point or the group is another dialogue's, or points were moved meanwhile
        (code ``changed``).
    """
    account, current = begin(actor, dialogue)
    if not points:
        raise ValidationError({"points": _("Choose at least one point.")})
    if group is not None and group.dialogue_id != current.pk:
        raise ValidationError({"to": _("Choose a group of this dialogue.")})
    _move(current, points, group)
    record_deed("put_points", current, account, count=len(points))


@transaction.atomic
def rename_group(actor: Actor, group: PointGroup, *, title: str, seen: str) -> None:
    """Give a group another title; refused with the code ``changed`` where somebody else did meanwhile."""
    account, dialogue = begin(actor, group.dialogue)
    title = _checked_title(title)
    current = PointGroup.objects.get(pk=group.pk)
    if current.title == title:
        return
    check_seen(seen, group_mark(current))
    current.title = title
    current.save(update_fields=["title"])
    record_deed("rename_point_group", dialogue, account)


@transaction.atomic
def remove_group(actor: Actor, group: PointGroup) -> None:
    """Take a group apart; its points stay."""
    account, dialogue = begin(actor, group.dialogue)
    if PointGroup.objects.filter(pk=group.pk).delete()[0]:
        record_deed("remove_point_group", dialogue, account)


@transaction.atomic
def move_group(actor: Actor, group: PointGroup, *, up: bool) -> None:
    """Let a group and the one before or after it change places."""
    account, dialogue = begin(actor, group.dialogue)
    order = list(PointGroup.objects.filter(dialogue=dialogue))
    if exchange(order, group, up=up):
        PointGroup.objects.bulk_update(order, ["position"])
        record_deed("move_point_group", dialogue, account)


def group_mark(group: PointGroup) -> str:
    """A mark of what a group is called, by which a change meanwhile is noticed."""
    return mark_of({"title": group.title})


def _move(dialogue: Dialogue, points: Sequence[SeenPoint], group: PointGroup | None) -> None:
    wanted = {each.id: each.group_id for each in points}
    current = list(Point.objects.filter(dialogue=dialogue, pk__in=list(wanted)))
    if len(current) != len(wanted):
        raise ValidationError({"points": _("Choose points of this dialogue.")})
    moved = [each for each in current if each.group_id != wanted[each.pk]]
    if moved:
        message = _("Somebody else has moved %(count)d of these points meanwhile. Look again, and choose.")
        raise ValidationError(message % {"count": len(moved)}, code="changed")
    Point.objects.filter(pk__in=list(wanted)).update(group=group)


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise ValidationError({"title": _("Give the group a title.")})
    if len(title) > TITLE_MAX_LENGTH:
        raise ValidationError(
            {"title": _("A title has at most %(limit)d characters.") % {"limit": TITLE_MAX_LENGTH}}
        )
    return title

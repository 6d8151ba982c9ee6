"""What became of a point, told to whoever holds its receipt and to nobody else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from placet.stages.consultations import arrivals
from placet.stages.consultations.models import Statement
from placet.stages.consultations.queries import SHOWN_STATES, StatementView, statement_views
from placet.stages.dialogues.models import Point, PointStatement, Takeaway
from placet.stages.dialogues.receipts import digest_of
from placet.stages.texts.queries import Wording, wordings

# A receipt is found by nobody who tries (see ``receipts``): this keeps a script from wearing out the server.
WRONG_RECEIPTS = arrivals.Rate("receipts", burst=60, interval=timedelta(seconds=10))


@dataclass(frozen=True, slots=True)
class FollowedTakeaway:
    reference: str
    wording: Wording
    is_dissent: bool


@dataclass(frozen=True, slots=True)
class FollowedPoint:
    """A point, hidden or not, and what became of it. Not who said it: that is not known here either."""

    wording: Wording
    support_count: int
    is_hidden: bool
    is_reported: bool
    dialogue_reference: str
    dialogue_title: Wording
    takeaways: list[FollowedTakeaway]
    statement: StatementView | None


def follow_point(receipt: str, language: str, *, source: str, now: datetime) -> FollowedPoint | None:
    """What became of the point of a receipt; None where there is none of it, whatever was typed.

    Nothing is written but, for a wrong one, the pace of the address that it came from.

    Raises
    ------
    CrowdError
        Where too many wrong ones came from the same address; then a right one is not looked at either.
    """
    with transaction.atomic():
        # Counted before it is looked at, so that many tries at the same moment count as many.
        arrivals.take(WRONG_RECEIPTS, source, now)
        # Compared by digest in an index: how long it takes says nothing of how much was right.
        point = Point.objects.filter(receipt_digest=digest_of(receipt)).select_related("dialogue").first()
        if point is None:
            return None
        transaction.set_rollback(True)  # only wrong ones count
    return _followed(point, language)


def _followed(point: Point, language: str) -> FollowedPoint:
    dialogue = point.dialogue
    takeaways = list(
        Takeaway.objects.filter(points=point, removed_at=None, report__published_at__isnull=False)
    )
    words = wordings(
        [point.text_id, dialogue.title_id, *(takeaway.text_id for takeaway in takeaways)], language
    )
    link = PointStatement.objects.filter(point=point, statement__state__in=SHOWN_STATES).first()
    statement = Statement.objects.filter(pk=link.statement_id) if link else Statement.objects.none()
    views = statement_views(list(statement), language)
    return FollowedPoint(
        wording=words[point.text_id],
        support_count=point.support_count,
        is_hidden=point.is_hidden,
        is_reported=dialogue.state == dialogue.State.REPORTED,
        dialogue_reference=dialogue.reference,
        dialogue_title=words[dialogue.title_id],
        takeaways=[
            FollowedTakeaway(each.reference, words[each.text_id], each.is_dissent) for each in takeaways
        ],
        statement=views[0] if views else None,
    )

"""Which statements gave way to which: read from the merges that were not undone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from placet.stages.consultations.models import Statement, StatementMerge
from placet.stages.consultations.queries import SHOWN_STATES, StatementView, statement_views

Merges = Mapping[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a statement was brought together with, and what was brought together with it.

    ``into`` is None where it stands for itself, or where what it gave way to is not shown to anybody now.
    """

    into: StatementView | None
    merged: list[StatementView]


def live_merges(consultation_ids: Collection[UUID]) -> Merges:
    """By statement, the one that it gave way to; one query."""
    found = StatementMerge.objects.filter(statement__consultation__in=consultation_ids, undone_at=None)
    return dict(found.values_list("statement_id", "into_id"))


def target_of(statement_id: UUID, merges: Merges) -> UUID:
    """The statement in which a chain of merges ends; itself where it gave way to none.

    It does end: a statement is only ever brought together with one that has given way to none.
    """
    while statement_id in merges:
        statement_id = merges[statement_id]
    return statement_id


def targets_of(statements: Sequence[Statement]) -> dict[UUID, str]:
    """By statement that gave way, the reference of the one that stands for it now; two queries, or one."""
    merges = live_merges({statement.consultation_id for statement in statements})
    targets = {each.pk: target_of(each.pk, merges) for each in statements if each.pk in merges}
    references = dict(Statement.objects.filter(pk__in=set(targets.values())).values_list("pk", "reference"))
    return {pk: references[target] for pk, target in targets.items()}


def merges_around(statement_ids: Collection[UUID]) -> Merges:
    """The merges by which some statements stand together with others: up to where each ends, and down again.

    One query where there is none, and one more for each link of a chain; chains of more than one are rare,
    and a consultation may have thousands of merges that concern none of these statements.
    """
    live = StatementMerge.objects.filter(undone_at=None)
    merges: dict[UUID, UUID] = {}
    known: set[UUID] = set()
    asked = set(statement_ids)
    while asked:
        known |= asked
        touching = live.filter(Q(statement__in=asked) | Q(into__in=asked))
        found = dict(touching.values_list("statement_id", "into_id"))
        merges |= found
        asked = {*found, *found.values()} - known
    return merges


def lineage_of(statement: Statement, language: str) -> Lineage:
    """What a statement was brought together with, and what with it, in a reader's language.

    It reads the merges around that statement and no others, however many its consultation has.
    """
    merges = merges_around([statement.pk])
    if not merges:
        return Lineage(None, [])
    target = target_of(statement.pk, merges)
    sources = {source for source in merges if target_of(source, merges) == statement.pk}
    shown = Statement.objects.filter(pk__in={target, *sources} - {statement.pk}, state__in=SHOWN_STATES)
    views = statement_views(list(shown.order_by("reference")), language)
    return Lineage(
        into=next(
            (view for view in views if view.id == target and view.state == Statement.State.ACCEPTED), None
        ),
        merged=[view for view in views if view.id in sources and view.state == Statement.State.MERGED],
    )

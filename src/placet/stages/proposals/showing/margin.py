"""The margin of a proposal: notes beside its clauses, with their answers, for those who draft."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404

from placet.stages.proposals.models import Clause, ClauseSuccession, MarginNote, Proposal


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note with its answers. ``about`` is the clause that it was written on, where that lives on here."""

    id: UUID
    body: str
    author: str
    written_at: datetime
    answers: tuple["NoteView", ...] = ()
    settled_by: str = ""
    about: str = ""
    version_number: int | None = None

    @property
    def is_settled(self) -> bool:
        return bool(self.settled_by)


@dataclass(frozen=True, slots=True)
class Margin:
    """The notes of a proposal: on each clause that stands, and on the whole."""

    by_clause: dict[UUID, list[NoteView]]
    on_the_whole: list[NoteView]

    @property
    def n_open(self) -> int:
        every = [*self.on_the_whole, *(note for notes in self.by_clause.values() for note in notes)]
        return len({note.id for note in every if not note.is_settled})


def find_note(proposal: Proposal, pk: UUID) -> MarginNote:
    """A note of that proposal; Http404 where there is none."""
    found = (
        MarginNote.objects.filter(proposal=proposal, pk=pk)
        .select_related("proposal__priority__reflection", "clause")
        .first()
    )
    if found is None:
        raise Http404
    return found


def margin_of(proposal: Proposal) -> Margin:
    """The notes in the margin, oldest first; three queries, however many.

    Notes on a clause that was split or put together stand beside what it lives on in; those on a clause that
    was removed stand on the whole.
    """
    rows = list(
        MarginNote.objects.filter(proposal=proposal).select_related(
            "written_by", "settled_by", "clause", "version"
        )
    )
    answers: dict[UUID, list[NoteView]] = defaultdict(list)
    for row in rows:
        if row.answers_id:
            answers[row.answers_id].append(_note(row))
    lives_on_in = _standing_heirs(proposal)
    by_clause: dict[UUID, list[NoteView]] = defaultdict(list)
    on_the_whole: list[NoteView] = []
    for row in rows:
        if row.answers_id:
            continue
        heirs = lives_on_in.get(row.clause_id, set()) if row.clause_id else set()
        is_moved = row.clause is not None and row.clause_id not in heirs
        view = _note(
            row, tuple(answers[row.pk]), about=row.clause.reference if is_moved and row.clause else ""
        )
        for heir in heirs:
            by_clause[heir].append(view)
        if not heirs:
            on_the_whole.append(view)
    return Margin(by_clause, on_the_whole)


def _note(row: MarginNote, answers: tuple[NoteView, ...] = (), *, about: str = "") -> NoteView:
    return NoteView(
        id=row.pk,
        body=row.body,
        author=str(row.written_by),
        written_at=row.written_at,
        answers=answers,
        settled_by=str(row.settled_by) if row.settled_by else "",
        about=about,
        version_number=row.version.number if row.version else None,
    )


def _standing_heirs(proposal: Proposal) -> dict[UUID, set[UUID]]:
    """In which clauses that stand each clause of a proposal lives on; in itself where it stands."""
    standing = dict(Clause.objects.filter(proposal=proposal).values_list("pk", "removed_at"))
    later: dict[UUID, list[UUID]] = defaultdict(list)
    for earlier_id, later_id in ClauseSuccession.objects.filter(earlier__proposal=proposal).values_list(
        "earlier_id", "later_id"
    ):
        later[earlier_id].append(later_id)

    def heirs(pk: UUID) -> set[UUID]:
        if standing[pk] is None:
            return {pk}
        return {heir for each in later[pk] for heir in heirs(each)}

    return {pk: heirs(pk) for pk in standing}

"""Texts beside texts: the consolidated text against the text as opened, a frozen text against the one before.

Accepted amendments are in the clauses at once, so the consolidated text is the present one: what this adds
is what changed, word by word, and through which amendments.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from placet.stages.proposals.amending.comparing import WordChange, word_change
from placet.stages.proposals.freezing import AS_OPENED, FrozenDocument, canonical, composed, read_document
from placet.stages.proposals.models import Amendment, Clause, OpenedText, Proposal

TAKEN_UP = (Amendment.State.ACCEPTED, Amendment.State.PARTLY)


class Fate(StrEnum):
    """What became of a clause from one text to another."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ComparedClause:
    """A clause in two texts. ``number`` is its place in the later one, None where it is gone."""

    reference: str
    number: int | None
    fate: Fate
    change: WordChange
    has_moved: bool
    amendments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedText:
    """Two texts of one proposal: title, summary and clauses, those that are gone in their old place.

    ``changed_elsewhere`` says that the title or the summary differs in another language than the one shown.
    """

    title: WordChange
    summary: WordChange
    clauses: tuple[ComparedClause, ...]
    changed_elsewhere: bool

    @property
    def n_changed(self) -> int:
        """How many clauses are not as they were."""
        return sum(clause.fate != Fate.SAME for clause in self.clauses)

    @property
    def is_same(self) -> bool:
        """Whether not a word differs, in any language."""
        return not (
            self.changed_elsewhere
            or self.title.is_change
            or self.summary.is_change
            or self.n_changed
            or any(clause.has_moved for clause in self.clauses)
        )


def consolidated_text(proposal: Proposal, language: str) -> ComparedText | None:
    """The present text against the one that was opened to amendments; None before it ever was."""
    opened = OpenedText.objects.filter(proposal=proposal).first()
    if opened is None:
        return None
    present = read_document(canonical(composed(proposal, AS_OPENED)))
    return compare_texts(
        read_document(opened.document),
        present,
        language,
        amendments=_taken_up(proposal),
    )


def compare_texts(
    earlier: FrozenDocument,
    later: FrozenDocument,
    language: str,
    *,
    amendments: Mapping[str, Sequence[str]] | None = None,
) -> ComparedText:
    """What changed from one text of a proposal to a later one.

    Parameters
    ----------
    language : str
        Of the reader; a text that is not in it is compared in its original.
    amendments : mapping or None
        Those that were taken up in each clause, by its reference.
    """
    old = {clause.reference: clause for clause in earlier.clauses}
    new = {clause.reference: clause for clause in later.clauses}
    languages = [language, *later.languages]
    moved = _moved([each for each in old if each in new], [each for each in new if each in old])

    def compared(reference: str) -> ComparedClause:
        before, after = old.get(reference), new.get(reference)
        change = word_change(before.bodies if before else {}, after.bodies if after else {}, languages)
        if before is None or after is None:
            fate = Fate.ADDED if before is None else Fate.REMOVED
        else:
            fate = Fate.SAME if before.bodies == after.bodies else Fate.CHANGED
        return ComparedClause(
            reference=reference,
            number=after.number if after else None,
            fate=fate,
            change=change,
            has_moved=reference in moved,
            amendments=tuple((amendments or {}).get(reference, ())),
        )

    title = word_change(earlier.title, later.title, languages)
    summary = word_change(earlier.summary, later.summary, languages)
    return ComparedText(
        title=title,
        summary=summary,
        clauses=tuple(compared(reference) for reference in _woven(list(old), list(new))),
        changed_elsewhere=(earlier.title != later.title and not title.is_change)
        or (earlier.summary != later.summary and not summary.is_change),
    )


def _woven(old: list[str], new: list[str]) -> list[str]:
    """The clauses of the later text, each that is gone after the one that stood before it."""
    order = list(new)
    for place, reference in enumerate(old):
        if reference not in new:
            after = order.index(old[place - 1]) + 1 if place else 0
            order.insert(after, reference)
    return order


def _moved(old: list[str], new: list[str]) -> set[str]:
    """The clauses in both texts that stand in another place among those that are in both."""
    return {before for before, after in zip(old, new, strict=True) if before != after}


def _taken_up(proposal: Proposal) -> dict[str, list[str]]:
    """The amendments that changed, made or took out each clause, by its reference."""
    rows = list(
        Amendment.objects.filter(proposal=proposal, state__in=TAKEN_UP)
        .select_related("clause", "result")
        .order_by("answered_at", "reference")
    )
    made = dict(Clause.objects.filter(proposal=proposal).values_list("text_id", "reference"))
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.result is not None:
            found[made[row.result.text_id]].append(row.reference)
        elif row.clause is not None:
            found[row.clause.reference].append(row.reference)
    return found

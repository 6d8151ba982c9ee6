"""What a contribution said before, and what changed, word by word."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from placet.stages.contributions.models import Contribution, Revision

PIECES = re.compile(r"[\w’'-]+\s*|[^\w\s]\s*|\s+")
# Comparing is quadratic at worst, and anybody may write the worst. Beyond this many pieces in both, lines are
# compared first; beyond this many equal pairs, the most frequent pieces begin no match by themselves.
PIECES_COMPARED_AT_ONCE = 4_000
PAIRS_COMPARED_AT_ONCE = 400_000


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text, and what became of it."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two revisions side by side: title, summary and body, each as passages in their order."""

    older: int
    newer: int
    made_at: datetime
    language: str
    title: list[Passage]
    summary: list[Passage]
    body: list[Passage]


def revisions_of(contribution: Contribution) -> "QuerySet[Revision]":
    """All revisions, newest first."""
    return contribution.revisions.select_related("title__text", "summary", "body").order_by("-number")


def comparison(contribution: Contribution, number: int, *, with_number: int) -> Comparison:
    """What changed from one revision to a later one; Http404 where one of them does not exist."""
    older, newer = sorted((with_number, number))
    found = revisions_of(contribution)
    before = get_object_or_404(found, number=older)
    after = get_object_or_404(found, number=newer)
    return Comparison(
        older=older,
        newer=newer,
        made_at=after.made_at,
        language=after.title.text.language,
        title=changes(before.title.body, after.title.body),
        summary=changes(_body(before), _body(after)),
        body=changes(before.body.body, after.body.body),
    )


def changes(before: str, after: str) -> list[Passage]:
    """What was kept, removed and added, word by word; joined, the kept and added passages are ``after``."""
    old, new = PIECES.findall(before), PIECES.findall(after)
    if len(old) + len(new) <= PIECES_COMPARED_AT_ONCE:
        return _joined(_passages(old, new))
    passages: list[Passage] = []
    for each in _passages_by_lines(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        passages += each
    return _joined(passages)


def _passages(old: list[str], new: list[str]) -> list[Passage]:
    found = []
    for kind, removed, added in _steps(old, new):
        if kind == "equal":
            found.append(Passage(Change.SAME, added))
        else:
            found += [Passage(Change.REMOVED, removed), Passage(Change.ADDED, added)]
    return found


def _passages_by_lines(old: list[str], new: list[str]) -> Iterator[list[Passage]]:
    """Lines first, then words in those that changed, where there are few enough of them."""
    for kind, removed, added in _steps(old, new):
        pieces = PIECES.findall(removed), PIECES.findall(added)
        if kind == "equal":
            yield [Passage(Change.SAME, added)]
        elif sum(map(len, pieces)) <= PIECES_COMPARED_AT_ONCE:
            yield _passages(*pieces)
        else:
            yield [Passage(Change.REMOVED, removed), Passage(Change.ADDED, added)]


def _steps(old: list[str], new: list[str]) -> Iterator[tuple[str, str, str]]:
    """What ``difflib`` finds, joined: the kind of each step, what goes and what stands there instead."""
    if len(old) + len(new) > PIECES_COMPARED_AT_ONCE:
        yield "replace", "".join(old), "".join(new)
        return
    counts = Counter(new)
    is_costly = sum(counts[piece] for piece in old) > PAIRS_COMPARED_AT_ONCE
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=is_costly).get_opcodes():
        yield kind, "".join(old[i1:i2]), "".join(new[j1:j2])


def _joined(passages: list[Passage]) -> list[Passage]:
    """The same with neighbours of one kind as one, and without empty ones."""
    joined: list[Passage] = []
    for passage in passages:
        if not passage.text:
            continue
        if joined and joined[-1].change == passage.change:
            joined[-1] = Passage(passage.change, joined[-1].text + passage.text)
        else:
            joined.append(passage)
    return joined


def _body(revision: Revision) -> str:
    return revision.summary.body if revision.summary else ""

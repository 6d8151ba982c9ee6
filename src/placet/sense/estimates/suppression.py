"""Which cells of one table may be renewed, given all that was published of it before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Counts = tuple[int, ...]


@dataclass(frozen=True)
class TableRecord:
    """One table in one release, as it truly was. Not public.

    Attributes
    ----------
    sizes : mapping of str to int
        People in each cell.
    renewed : frozenset of str
        Categories whose value was published as of this release.
    kinds : tuple of int
        People by kind of vote, over all cells; public.
    bits : float
        What the renewed cells tell at most of who belongs to which category.
    """

    sizes: Mapping[str, int]
    renewed: frozenset[str]
    kinds: Counts = ()
    bits: float = 0.0


def choose_renewed(
    cells: Mapping[str, Counts], past: Sequence[TableRecord], allowed: frozenset[str], minimum: int
) -> frozenset[str]:
    """Return the cells that may be renewed: as many as the rule lets, the largest first.

    Raises
    ------
    ValueError
        If a category of the release before is missing.
    """
    sizes = {category: sum(counts) for category, counts in cells.items()}
    if past and not past[-1].sizes.keys() <= sizes.keys():
        raise ValueError("a category of the previous release is missing")
    base = _last_published(past)
    renewed = {
        category
        for category, size in sizes.items()
        if category in allowed and size >= minimum and size - base.get(category, 0) >= minimum
    }
    while renewed and not (
        _is_safe(sizes, frozenset(renewed), past, minimum) and _hides_kinds(cells, frozenset(renewed))
    ):
        renewed.remove(min(renewed, key=lambda category: (sizes[category], category)))
    return frozenset(renewed)


def kinds_are_common(kinds: Counts, n_without_vote: int, past: Sequence[TableRecord], minimum: int) -> bool:
    """Return whether each kind of vote was given by nobody, or by at least the minimum of people.

    Whoever holds the open votes knows by number who gave which vote. What is published of a kind of
    vote tells about them; not to have voted is a kind as well. Between two releases it tells about
    those who are new in it.
    """
    if any(0 < n < minimum for n in (*kinds, n_without_vote)):
        return False
    return all(
        abs(now - then) >= minimum
        for record in past
        if record.renewed
        for now, then in zip(kinds, record.kinds, strict=False)
        if now or then
    )


def _hides_kinds(cells: Mapping[str, Counts], renewed: frozenset[str]) -> bool:
    """Return whether, of each kind of vote that was given at all, some is left in cells not renewed.

    Otherwise subtraction tells that nobody in any hidden cell, however small, gave it.
    """
    left_out = [counts for category, counts in cells.items() if category not in renewed]
    if not left_out:
        return True
    given = [any(kind) for kind in zip(*cells.values(), strict=True)]
    hidden = [any(kind) for kind in zip(*left_out, strict=True)]
    return hidden == given


def _last_published(past: Sequence[TableRecord]) -> dict[str, int]:
    """Return how many people stood behind each cell when it was last renewed."""
    base: dict[str, int] = {}
    for record in past:
        base.update({category: record.sizes[category] for category in record.renewed})
    return base


def _is_safe(
    sizes: Mapping[str, int], renewed: frozenset[str], past: Sequence[TableRecord], minimum: int
) -> bool:
    """Return whether every number of people that subtraction can tell is at least the minimum."""
    left_out = frozenset(sizes) - renewed
    base = _last_published(past)
    if left_out:
        n_joined = sum(sizes[category] - base.get(category, 0) for category in left_out)
        if len(left_out) < 2 or n_joined < minimum:
            return False
    now = TableRecord(sizes, renewed)
    return all(_is_safe_against((*past, now), index, base, minimum) for index in range(len(past)))


def _is_safe_against(
    records: Sequence[TableRecord], index: int, base: Mapping[str, int], minimum: int
) -> bool:
    """Return whether the last record can stand beside the one at an index.

    The sum over what an earlier release left out is known by subtraction from its total. Someone
    can close each cell of it with the next value that was published of that cell; or, for cells
    left out both times, with the sum that is known now.
    """
    then, now = records[index], records[-1]
    out_then = frozenset(now.sizes) - then.renewed
    out_now = frozenset(now.sizes) - now.renewed
    if not then.renewed or not out_then:  # nothing was told, or nothing was left out
        return True
    later = _first_published(records[index + 1 :])

    def joined(category: str) -> int:
        return later[category] - then.sizes.get(category, 0)

    is_closed = out_then <= later.keys()
    if is_closed and sum(map(joined, out_then)) < minimum:
        return False
    if not out_then & out_now:
        return True
    n_joined = sum(now.sizes[c] - then.sizes.get(c, 0) for c in out_then & out_now)
    n_joined += sum(map(joined, out_then - out_now))
    n_joined += sum(now.sizes[c] - base[c] for c in out_now - out_then)
    return n_joined >= minimum


def _first_published(records: Sequence[TableRecord]) -> dict[str, int]:
    """Return how many people stood behind each cell when it was first renewed in these records."""
    first: dict[str, int] = {}
    for record in records:
        for category in record.renewed:
            first.setdefault(category, record.sizes[category])
    return first

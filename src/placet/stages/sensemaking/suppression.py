"""What of a table may be published, so that neither its totals nor an earlier release give a small cell away.

A *line* is a set of cells whose sum anybody may know: participants by member, or the votes on one statement
by member. A cell has parts that are published together or not at all (those who agreed, and the others).
The rules, with k the least number of people behind a part:

1. A part below k withholds its cell; zero counts as small.
2. Where anything is withheld in a line, at least two cells are, and each part of them adds up to k or more:
   otherwise the line's total would give them away. The smallest cells that could have been shown are
   withheld besides until this holds.
3. A published cell changes only once at least k more people stand behind it; until then it stands as it was,
   and says so. It is not taken back: that would tell that it had become small.
4. Cells withheld before are published two or more at a time: one alone would, by subtraction, tell what it
   was before.
5. A cell may be withheld because another table withholds it.

What this does not show: with totals known at every moment, the change of the *sum* of all withheld cells is
known too; and whoever can make ten votes under one member can watch the others there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

Parts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PublishedCell:
    """A cell as it is shown, and the number of the release from which its figures are."""

    parts: Parts
    release: int

    @property
    def count(self) -> int:
        return sum(self.parts)


Line = Mapping[str, PublishedCell | None]


def release_line(
    counts: Mapping[str, Parts],
    *,
    k: int,
    release: int,
    previous: Line | None = None,
    withheld_elsewhere: Collection[str] = (),
) -> dict[str, PublishedCell | None]:
    """What of a line is published in a release.

    Parameters
    ----------
    counts : mapping of key to tuple of int
        The cells: non-negative counts of people, as many parts in each.
    k : int
        The least count of a published part.
    release : int
        The number of this release.
    previous : mapping, optional
        The line as the release before published it; None where this is its first.
    withheld_elsewhere : collection of str
        Cells that another table of the same release withholds.

    Returns
    -------
    dict of str to PublishedCell or None
        None where a cell is withheld.
    """
    before = {key: cell for key, cell in (previous or {}).items() if cell is not None and key in counts}
    withheld = {
        key
        for key, parts in counts.items()
        if key not in before and (min(parts) < k or key in withheld_elsewhere)
    }
    new = sorted(set(counts) - set(before) - withheld, key=lambda key: (sum(counts[key]), key))
    while _gives_away(counts, withheld, k) or (previous is not None and len(new) == 1):
        if not new:
            break
        withheld.add(new.pop(0))
    if _gives_away(counts, withheld, k):  # a cell that no earlier release knew: others must step back for it
        for key in sorted(before, key=lambda each: (sum(counts[each]), each)):
            withheld.add(key)
            if not _gives_away(counts, withheld, k):
                break
    return {
        key: None if key in withheld else _published(parts, before.get(key), k, release)
        for key, parts in counts.items()
    }


def _gives_away(counts: Mapping[str, Parts], withheld: Collection[str], k: int) -> bool:
    """Whether the total of the line gives a withheld cell away."""
    if not withheld:
        return False
    sums = [sum(parts) for parts in zip(*(counts[key] for key in withheld), strict=True)]
    return len(withheld) == 1 or min(sums) < k


def _published(parts: Parts, before: PublishedCell | None, k: int, release: int) -> PublishedCell:
    if before is not None and (sum(parts) - before.count < k or min(parts) < k):
        return before
    return PublishedCell(parts, release)

"""What a release may show of tables by member and by constituency.

Totals are public at any moment, so a figure that is left out can often be found by subtraction,
and two releases can be subtracted from each other. The rule, for a smallest number k of people:

1. A cell is renewed only if at least k people stand behind it and, where it has been published
   before, at least k of them are new since. Otherwise its published value is carried unchanged;
   a cell that was never published stays hidden.
2. What subtraction can tell is a number of people as well. In each table the cells that are not
   renewed are at least two, and at least k people joined them since what is public of them; or
   none is left out; or none is renewed, so that the release tells nothing but the public total.
3. The same holds between this release and each earlier one: where the sums over what was left out
   then and is left out now can be told apart, at least k people make the difference.
4. A cell is renewed in a table of votes only if the same category is renewed in the table of
   participants, which bounds it.

Where 2 or 3 fails, the smallest cell that would have been renewed is left out too, and so on until
both hold. People whose category is not known are a cell like any other.

The rule follows cell suppression as in Hundepool, A. et al. (2012), *Statistical Disclosure
Control*, Wiley, ch. 4. It protects exact counts against subtraction. It does not hide what all
members of a published cell have in common, and someone who knows that a hidden cell is small may
narrow its neighbours down to a range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DEFAULT_MINIMUM = 10

PARTICIPANTS = "participants"

Counts = tuple[int, ...]


@dataclass(frozen=True)
class ReleaseTable:
    """A table that splits a public total by category.

    Attributes
    ----------
    dimension : str
        What it splits by, such as "member" or "constituency".
    name : str
        "participants", or a name of its own for each table of votes.
    total : int
        Number of people in the table; public.
    cells : mapping of str to tuple of int
        For each category, those with nobody included, the counts of a cell: one number of
        participants, or numbers of agree, disagree and pass. Their sum is its number of people.
        People whose category is not known are a cell too, under any name.

    Raises
    ------
    ValueError
        If a count is negative, or the cells do not add up to the total.
    """

    dimension: str
    name: str
    total: int
    cells: Mapping[str, Counts]

    def __post_init__(self) -> None:
        if any(count < 0 for counts in self.cells.values() for count in counts):
            raise ValueError("counts are not negative")
        if sum(map(sum, self.cells.values())) != self.total:
            raise ValueError("the cells add up to the total; people of no known category are a cell")

    def sizes(self) -> dict[str, int]:
        """Return the number of people in each cell."""
        return {category: sum(counts) for category, counts in self.cells.items()}


@dataclass(frozen=True)
class TableRecord:
    """One table in one release, as it truly was. Not public.

    Attributes
    ----------
    sizes : mapping of str to int
        People in each cell.
    renewed : frozenset of str
        Categories whose value was published as of this release.
    """

    sizes: Mapping[str, int]
    renewed: frozenset[str]


@dataclass(frozen=True)
class Release:
    """What one release shows, and what the next one must know.

    Attributes
    ----------
    minimum : int
        The k of the rule.
    published : mapping of (dimension, name) to mapping of str to tuple of int
        The cells to show; a category that is missing is hidden. Some values are carried from
        earlier releases, and nothing says which.
    records : mapping of (dimension, name) to tuple of TableRecord
        Every release of the table, this one last. Not public.
    """

    minimum: int
    published: Mapping[tuple[str, str], Mapping[str, Counts]]
    records: Mapping[tuple[str, str], tuple[TableRecord, ...]]

    def to_dict(self) -> dict[str, Any]:
        """Return the release as JSON can hold it, what is not public included."""
        return {
            "minimum": self.minimum,
            "tables": [
                {
                    "dimension": dimension,
                    "name": name,
                    "published": {c: list(counts) for c, counts in self.published[dimension, name].items()},
                    "records": [
                        {"sizes": dict(record.sizes), "renewed": sorted(record.renewed)} for record in records
                    ],
                }
                for (dimension, name), records in self.records.items()
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Release:
        """Return the release that `to_dict` described."""
        tables = {(table["dimension"], table["name"]): table for table in data["tables"]}
        return cls(
            data["minimum"],
            {
                key: {category: tuple(counts) for category, counts in table["published"].items()}
                for key, table in tables.items()
            },
            {
                key: tuple(
                    TableRecord(dict(record["sizes"]), frozenset(record["renewed"]))
                    for record in table["records"]
                )
                for key, table in tables.items()
            },
        )


def prepare_release(
    tables: Sequence[ReleaseTable], *, previous: Release | None = None, minimum: int = DEFAULT_MINIMUM
) -> Release:
    """Decide what of some tables is published.

    Parameters
    ----------
    tables : sequence of ReleaseTable
        All tables of the release, so that they are judged together: for each dimension one table
        named "participants", and any number of tables of votes.
    previous : Release, optional
        The release before this one. Tables that it had and that are not given are carried.
    minimum : int
        The k of the rule; 10 or more.

    Returns
    -------
    Release

    Raises
    ------
    ValueError
        If the minimum is below 10 or below that of the previous release, a table is given twice, a
        dimension lacks its table of participants, or a category has disappeared.
    """
    if minimum < max(DEFAULT_MINIMUM, previous.minimum if previous else 0):
        raise ValueError("the minimum is 10 or more, and not below that of the previous release")
    by_key = {(table.dimension, table.name): table for table in tables}
    if len(by_key) < len(tables):
        raise ValueError("each table is given once")
    for dimension in {table.dimension for table in tables}:
        if (dimension, PARTICIPANTS) not in by_key:
            raise ValueError(f"the tables by {dimension} need one of participants")
    published = dict(previous.published) if previous else {}
    records = dict(previous.records) if previous else {}
    # Participants first: what is renewed there bounds the tables of votes.
    for key, table in sorted(by_key.items(), key=lambda item: item[0][1] != PARTICIPANTS):
        past = records.get(key, ())
        allowed = frozenset(table.sizes())
        if table.name != PARTICIPANTS:
            allowed = records[table.dimension, PARTICIPANTS][-1].renewed
        renewed = _choose_renewed(table.sizes(), past, allowed, minimum)
        shown = {category: table.cells[category] for category in sorted(renewed)}
        published[key] = {**published.get(key, {}), **shown}
        records[key] = (*past, TableRecord(table.sizes(), renewed))
    return Release(minimum, published, records)


def _choose_renewed(
    sizes: Mapping[str, int], past: Sequence[TableRecord], allowed: frozenset[str], minimum: int
) -> frozenset[str]:
    """Return the cells that may be renewed: as many as the rule lets, the largest first."""
    if past and not past[-1].sizes.keys() <= sizes.keys():
        raise ValueError("a category of the previous release is missing")
    base = _last_published(past)
    renewed = {
        category
        for category, size in sizes.items()
        if category in allowed and size >= minimum and size - base.get(category, 0) >= minimum
    }
    while renewed and not _is_safe(sizes, frozenset(renewed), past, minimum):
        renewed.remove(min(renewed, key=lambda category: (sizes[category], category)))
    return frozenset(renewed)


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

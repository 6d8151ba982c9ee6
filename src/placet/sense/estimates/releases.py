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
5. The open votes say, by number, who gave which vote. So a table of votes is renewed only if each
   kind of vote, not voting included, was given by nobody or by at least k people over all cells,
   and, since each earlier renewal, by k more or fewer. And of each kind some is left in the cells
   that are not renewed.
6. Every published count is an equation about who belongs where. All counts that were ever published
   by a dimension tell at most half of what it takes to say that of everyone, measured in bits (see
   `disclosure`). Tables with the most new votes come first.

Where 2, 3 or the end of 5 fails, the smallest cell that would have been renewed is left out too, and
so on until they hold. People whose category is not known are a cell like any other.

The rule follows cell suppression as in Hundepool, A. et al. (2012), *Statistical Disclosure
Control*, Wiley, ch. 4. It protects exact counts against subtraction, and who belongs where against
being solved from counts and open votes. It does not hide what all members of a published cell have
in common, and someone who knows that a hidden cell is small may narrow its neighbours down to a
range. Whatever is computed from published cells alone, weighted figures too, tells no more than
they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from placet.sense.estimates.disclosure import count_bits, membership_bits
from placet.sense.estimates.suppression import Counts, TableRecord, choose_renewed, kinds_are_common

DEFAULT_MINIMUM = 10

# The part of what it takes to say who belongs where that all published counts together may tell.
GREATEST_PART_TOLD = 0.5

PARTICIPANTS = "participants"


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
        participants, or people by kind of vote. Their sum is its number of people. Two kinds, agree
        and not, tell less of each person than three do, so more tables can be published.
        People whose category is not known are a cell too, under any name.

    Raises
    ------
    ValueError
        If a count is negative, cells differ in their number of counts, or they do not add up to
        the total.
    """

    dimension: str
    name: str
    total: int
    cells: Mapping[str, Counts]

    def __post_init__(self) -> None:
        if any(count < 0 for counts in self.cells.values() for count in counts):
            raise ValueError("counts are not negative")
        if len({len(counts) for counts in self.cells.values()}) > 1:
            raise ValueError("each cell has the same kinds of counts")
        if sum(map(sum, self.cells.values())) != self.total:
            raise ValueError("the cells add up to the total; people of no known category are a cell")

    def sizes(self) -> dict[str, int]:
        """Return the number of people in each cell."""
        return {category: sum(counts) for category, counts in self.cells.items()}

    def kinds(self) -> Counts:
        """Return the number of people by kind of vote, over all cells."""
        return tuple(map(sum, zip(*self.cells.values(), strict=True)))


_Records = Mapping[tuple[str, str], tuple[TableRecord, ...]]


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
        The releases that renewed something of the table, and this one last. Not public.
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
                        {
                            "sizes": dict(record.sizes),
                            "renewed": sorted(record.renewed),
                            "kinds": list(record.kinds),
                            "bits": record.bits,
                        }
                        for record in records
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
                    TableRecord(
                        dict(record["sizes"]),
                        frozenset(record["renewed"]),
                        tuple(record.get("kinds", ())),  # not in releases made before they were kept
                        record.get("bits", 0.0),
                    )
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

    def renew(table: ReleaseTable, renewed: frozenset[str], bits: float = 0.0) -> None:
        key = (table.dimension, table.name)
        shown = {category: table.cells[category] for category in sorted(renewed)}
        published[key] = {**published.get(key, {}), **shown}
        past = records.get(key, ())
        # A release that renewed nothing told nothing: the next one need not know of it.
        told = past if not past or past[-1].renewed else past[:-1]
        records[key] = (*told, TableRecord(table.sizes(), renewed, table.kinds(), bits))

    # Participants first: what is renewed there bounds the tables of votes.
    for table in tables:
        if table.name == PARTICIPANTS:
            past = records.get((table.dimension, PARTICIPANTS), ())
            renew(table, choose_renewed(table.cells, past, frozenset(table.cells), minimum))
    for dimension in sorted({table.dimension for table in tables}):
        people = by_key[dimension, PARTICIPANTS]
        sizes = [counts[0] for counts in published[dimension, PARTICIPANTS].values()]
        budget = GREATEST_PART_TOLD * membership_bits(sizes, people.total)
        told = sum(record.bits for key in records if key[0] == dimension for record in records[key])
        votes = [table for table in tables if table.dimension == dimension and table.name != PARTICIPANTS]
        for table in sorted(votes, key=lambda each: _turn(each, records)):
            past = records.get((dimension, table.name), ())
            renewed, bits = _renewed_votes(table, past, people, records, minimum)
            if told + bits > budget:
                renewed, bits = frozenset(), 0.0
            told += bits
            renew(table, renewed, bits)
    return Release(minimum, published, records)


def _turn(table: ReleaseTable, records: _Records) -> tuple[int, str]:
    """Return what tables are ordered by while something may still be told: new votes, most first."""
    past = records.get((table.dimension, table.name), ())
    known = [sum(record.kinds) for record in past if record.renewed]
    return (known[-1] if known else 0) - table.total, table.name


def _renewed_votes(
    table: ReleaseTable,
    past: tuple[TableRecord, ...],
    people: ReleaseTable,
    records: _Records,
    minimum: int,
) -> tuple[frozenset[str], float]:
    """Return the cells of a table of votes that could be renewed, and how many bits they tell."""
    kinds = table.kinds()
    if not kinds_are_common(kinds, people.total - table.total, past, minimum):
        return frozenset(), 0.0
    allowed = records[table.dimension, PARTICIPANTS][-1].renewed
    renewed = choose_renewed(table.cells, past, allowed, minimum)
    n_people, sizes = people.total, people.sizes()
    bits = sum(count_bits(kind, sizes[category], n_people) for category in renewed for kind in kinds)
    return renewed, bits

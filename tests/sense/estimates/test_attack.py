"""An adversary who holds everything public: what a careless publisher gives away, and this one does not.

Public are, at each release: the open votes, with participants by number and without member; the totals;
the published cells (the adversary is told which of them are fresh); and figures weighted by member.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from placet.sense.estimates import ReleaseTable, consent_from_counts, prepare_release
from placet.sense.estimates.disclosure import count_bits, membership_bits
from placet.sense.estimates.releases import PARTICIPANTS
from placet.sense.votes import VoteCounts

K = 10
UNSEEN = -1

IntArray = npt.NDArray[np.int64]
Published = dict[str, dict[int, tuple[int, ...]]]


@dataclass(frozen=True)
class Moment:
    """What is true at a release: the member of each participant and their votes (0 agree, 1 not)."""

    member: IntArray
    votes: IntArray

    def cells(self, statement: int | None, n_members: int) -> dict[int, tuple[int, ...]]:
        """Count participants, or votes by kind, in each member."""
        if statement is None:
            return {m: (int((self.member == m).sum()),) for m in range(n_members)}
        column = self.votes[:, statement]
        return {
            m: tuple(int(((self.member == m) & (column == kind)).sum()) for kind in (0, 1))
            for m in range(n_members)
        }

    def tables(self, n_members: int) -> list[ReleaseTable]:
        names: list[int | None] = [None, *range(self.votes.shape[1])]
        tables = []
        for name in names:
            cells = {str(m): counts for m, counts in self.cells(name, n_members).items()}
            title = PARTICIPANTS if name is None else str(name)
            tables.append(ReleaseTable("member", title, sum(map(sum, cells.values())), cells))
        return tables


def planted(sizes: Sequence[int], n_statements: int, seed: int) -> Moment:
    """Participants in the order of their numbers, who join from all members alike."""
    generator = np.random.default_rng(seed)
    member = generator.permutation(np.repeat(np.arange(len(sizes)), sizes))
    share = generator.beta(2, 2, n_statements)
    votes = (generator.random((member.size, n_statements)) > share).astype(np.int64)
    votes[generator.random(votes.shape) < 0.25] = UNSEEN
    return Moment(member, votes)


def first_of(moment: Moment, n: int) -> Moment:
    return Moment(moment.member[:n], moment.votes[:n])


def careless(moments: Sequence[Moment], n_members: int) -> list[Published]:
    """Publish, at each moment, every cell of at least k people."""
    found = []
    for moment in moments:
        names: list[int | None] = [None, *range(moment.votes.shape[1])]
        tables = {str(n) if n is not None else PARTICIPANTS: moment.cells(n, n_members) for n in names}
        found.append(
            {
                name: {m: counts for m, counts in cells.items() if sum(counts) >= K}
                for name, cells in tables.items()
            }
        )
    return found


def careful(moments: Sequence[Moment], n_members: int) -> list[Published]:
    """Publish by the rule; only fresh values are returned."""
    release, found = None, []
    for moment in moments:
        release = prepare_release(moment.tables(n_members), previous=release)
        found.append(
            {
                name: {int(m): release.published[dimension, name][m] for m in records[-1].renewed}
                for (dimension, name), records in release.records.items()
            }
        )
    return found


def people_found(moments: Sequence[Moment], published: Sequence[Published]) -> int:
    """Solve for who belongs where; return how many participants' members follow from what is public.

    Whole numbers x[i, m] are 1 where participant i belongs to m; each published count is an equation. A
    participant is found if no other solution places them elsewhere. Members of whom nothing was ever
    published are one.
    """
    shown = sorted({m for release in published for cells in release.values() for m in cells})
    last = moments[-1]
    n_people, n_groups = last.member.size, len(shown) + 1
    group = np.array([shown.index(m) if m in shown else len(shown) for m in last.member])
    rows, values = [], []
    for moment, release in zip(moments, published, strict=True):
        there = np.arange(n_people) < moment.member.size
        for name, cells in release.items():
            for m, counts in cells.items():
                for kind, count in enumerate(counts):
                    row = np.zeros((n_people, n_groups))
                    voted = there if name == PARTICIPANTS else there & (last.votes[:, int(name)] == kind)
                    row[voted, shown.index(m)] = 1
                    rows.append(row.ravel())
                    values.append(count)
    for i in range(n_people):
        row = np.zeros((n_people, n_groups))
        row[i] = 1
        rows.append(row.ravel())
        values.append(1)
    equations = LinearConstraint(np.array(rows), values, values)
    truth = np.eye(n_groups)[group]
    is_found = np.ones(n_people, dtype=bool)
    for i in range(n_people):
        if not is_found[i]:
            continue
        upper = np.ones((n_people, n_groups))
        upper[i, group[i]] = 0
        # Another solution, as far from the truth as is cheap to find: it clears many at once.
        cost = (truth * is_found[:, None]).ravel()
        solved = milp(
            cost,
            constraints=equations,
            integrality=np.ones(cost.size),
            bounds=Bounds(0, upper.ravel()),
            options={"time_limit": 30, "mip_rel_gap": 0.9},
        )
        assert solved.x is not None or solved.status == 2, "neither solved nor shown to be impossible"
        if solved.x is not None:
            is_found &= (solved.x.reshape(n_people, n_groups).round() == truth).all(axis=1)
    return int(is_found.sum())


SIZES = (30, 24, 16, 5)


@pytest.mark.parametrize("seed", [1, 2])
def test_open_votes_and_many_tables_tell_who_belongs_where_unless_they_are_limited(seed: int) -> None:
    now = [planted(SIZES, 16, seed)]
    assert people_found(now, careless(now, 4)) > 20
    assert people_found(now, careful(now, 4)) == 0
    assert any(cells for name, cells in careful(now, 4)[0].items() if name != PARTICIPANTS)


def test_consecutive_releases_do_not_tell_it_either() -> None:
    last = planted(SIZES, 12, 3)
    moments = [first_of(last, n) for n in (45, 46, 75)]
    assert people_found(moments, careless(moments, 4)) > 20
    assert people_found(moments, careful(moments, 4)) == 0


def test_whoever_joins_alone_between_two_releases_is_not_found() -> None:
    last = planted(SIZES, 3, 4)
    moments = [first_of(last, 74), last]
    before, after = careless(moments, 4)
    grown = [m for m in before[PARTICIPANTS] if before[PARTICIPANTS][m] != after[PARTICIPANTS].get(m)]
    assert grown == [last.member[74]]  # the difference is one person
    first, second = careful(moments, 4)
    assert not any(second.values())
    assert first[PARTICIPANTS]


def one_table(cells: dict[str, tuple[int, int]], n_others: int = 20) -> dict[str, tuple[int, ...]]:
    """Publish one table of votes of members, each with others who did not vote on it."""
    sizes = {m: sum(counts) + n_others for m, counts in cells.items()}
    people = ReleaseTable("member", PARTICIPANTS, sum(sizes.values()), {m: (n,) for m, n in sizes.items()})
    table = ReleaseTable("member", "1", sum(map(sum, cells.values())), cells)
    return dict(prepare_release([people, table]).published["member", "1"])


def test_the_few_who_gave_a_vote_are_not_found_by_it() -> None:
    """The open votes name by number the two who did not agree; the table would tell their member."""
    assert one_table({"fr": (40, 2), "de": (35, 0)}) == {}
    assert one_table({"fr": (40, 12), "de": (35, 3)}) == {"fr": (40, 12), "de": (35, 3)}
    assert one_table({"fr": (40, 0), "de": (35, 0)}) == {"fr": (40, 0), "de": (35, 0)}  # so did everyone


def test_those_who_did_not_vote_are_a_kind_as_well() -> None:
    people = ReleaseTable("member", PARTICIPANTS, 80, {"fr": (42,), "de": (38,)})
    table = ReleaseTable("member", "1", 77, {"fr": (25, 15), "de": (12, 25)})
    assert prepare_release([people, table]).published["member", "1"] == {}  # two French and a German


def test_a_hidden_cell_is_not_told_to_be_of_one_mind() -> None:
    """Had only the small two been left out, subtraction would tell that no one there agreed."""
    cells = {"fr": (40, 20), "de": (20, 15), "it": (12, 13), "lu": (0, 4), "mt": (0, 8)}
    shown = one_table(cells)
    assert shown.keys() == {"fr", "de"}
    left = [cells[m] for m in cells if m not in shown]
    assert all(sum(kind) > 0 for kind in zip(*left, strict=True))


def hidden_solutions(
    n_agree: int, n: int, sum_of_shares: float | None
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return every pair of small hidden cells that fits: totals left over, and a sum of shares."""
    found = []
    for size in range(1, min(n, K)):
        for agree in range(size + 1):
            other, other_size = n_agree - agree, n - size
            if not 0 <= other <= other_size or other_size >= K or (agree, size) > (other, other_size):
                continue
            total = agree / size + other / other_size
            if sum_of_shares is None or abs(total - sum_of_shares) < 1e-9:
                found.append(((agree, size), (other, other_size)))
    return found


def counts_of(cells: Sequence[tuple[int, int]]) -> VoteCounts:
    table = np.array(cells, dtype=np.int64)
    return VoteCounts(table[:, :1], table[:, 1:], np.zeros((len(table), 1), dtype=np.int64))


def test_a_weighted_figure_beside_the_raw_one_gives_hidden_cells_away() -> None:
    """Two hidden cells hide behind each other in the totals, not in a mean that weighs them anew."""
    true = [(40, 20), (20, 15), (3, 4), (5, 1)]  # agree and not; the last two are hidden
    raw_agree, raw_n = 68 - 60, 108 - 95
    assert len(hidden_solutions(raw_agree, raw_n, None)) > 10
    weighted = consent_from_counts(counts_of(true)).members_equal.value[0]
    told = weighted * 4 - 40 / 60 - 20 / 35
    assert hidden_solutions(raw_agree, raw_n, told) == [((3, 7), (5, 6))]


def test_weighted_figures_of_published_cells_tell_no_more_than_these() -> None:
    """Two worlds that differ in hidden cells alone have the same release and the same figures."""
    documents, releases = [], []
    for hidden in ((3, 4), (5, 1)), ((4, 2), (4, 3)):
        cells = dict(zip(("fr", "de", "lu", "mt"), ((40, 20), (20, 15), *hidden), strict=True))
        released = one_table(cells)
        releases.append(released)
        shown = [released.get(m, (0, 0)) for m in cells]
        documents.append(consent_from_counts(counts_of(shown), members=list(cells)).to_json())
    assert releases[0] == releases[1]
    assert documents[0] == documents[1]
    assert releases[0]
    assert '"absent": ["lu", "mt"]' in documents[0]


def test_bits_equal_those_counted_one_by_one() -> None:
    assert membership_bits([2, 1], 5) == pytest.approx(np.log2(30))  # 5! / (2! 1! 2!)
    assert membership_bits([3], 3) == membership_bits([9], 5) == 0
    chances = np.array([1, 9, 9, 1]) / 20  # of 3 among 6, 0 to 3 of the 3 who agreed
    entropy = -(chances * np.log2(chances)).sum()
    assert entropy <= count_bits(3, 3, 6) < entropy + 0.3
    assert count_bits(0, 3, 6) == count_bits(6, 3, 6) == count_bits(1, 1, 1) == 0

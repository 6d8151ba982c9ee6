"""Co-vote moments are exact, and add over participants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from placet.sense.opinion import CovoteMoments
from placet.sense.votes import VoteTable, plant_conversation

matrices = st.lists(
    st.lists(st.sampled_from([None, -1, 0, 1]), min_size=4, max_size=4), min_size=1, max_size=12
)


def table_of(matrix: list[list[int | None]], first: int = 0) -> VoteTable:
    """Return a table over four statements, each of which everybody numbered -1 has passed on."""
    events = [(first + i, j, v) for i, row in enumerate(matrix) for j, v in enumerate(row) if v is not None]
    events += [(-1 - first, j, 0) for j in range(4)]
    return VoteTable.from_events(*zip(*events, strict=True))


@given(matrices)
def test_scatter_equals_that_of_the_imputed_matrix(matrix: list[list[int | None]]) -> None:
    table = table_of(matrix)
    moments = CovoteMoments.from_votes(table)
    dense = np.full((table.n_participants, 4), np.nan)
    dense[table.participant_index, table.statement_index] = table.values
    means = np.nanmean(dense, axis=0)
    imputed = np.where(np.isnan(dense), means, dense) - means
    assert np.allclose(moments.means(), means, atol=1e-12)
    assert np.allclose(moments.scatter(), imputed.T @ imputed, atol=1e-12)


@given(matrices, matrices)
def test_moments_of_two_sets_of_participants_add(
    first: list[list[int | None]], second: list[list[int | None]]
) -> None:
    one, two = table_of(first), table_of(second, first=100)
    both = VoteTable.from_events(
        np.concatenate([t.participant_ids[t.participant_index] for t in (one, two)]),
        np.concatenate([one.statement_index, two.statement_index]),
        np.concatenate([one.values, two.values]),
    )
    added = CovoteMoments.from_votes(one) + CovoteMoments.from_votes(two)
    together = CovoteMoments.from_votes(both)
    assert added.n_participants == together.n_participants
    for name in ("vote_products", "vote_sums", "n_seen_both"):
        assert np.array_equal(getattr(added, name), getattr(together, name))


def reference(table: VoteTable) -> dict[str, np.ndarray]:
    """The three sums from sparse matrices, as the definition has it."""
    shape = (table.n_participants, table.n_statements)
    v = sparse.csr_array((table.values.astype(np.int64), table.statement_index, table.row_starts), shape)
    m = sparse.csr_array(
        (np.ones(table.n_votes, dtype=np.int64), table.statement_index, table.row_starts), shape
    )
    products = {"vote_products": v.T @ v, "vote_sums": v.T @ m, "n_seen_both": m.T @ m}
    return {name: product.toarray() for name, product in products.items()}


events = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.sampled_from([-1, 0, 1])), max_size=120)


def from_list(votes: list[tuple[int, int, int]]) -> VoteTable:
    return VoteTable.from_events(*(list(zip(*votes, strict=True)) or [(), (), ()]))


@settings(deadline=None)
@given(events)
def test_sums_are_those_of_the_definition(votes: list[tuple[int, int, int]]) -> None:
    table = from_list(votes)
    moments = CovoteMoments.from_votes(table)
    for name, expected in reference(table).items():
        assert np.array_equal(getattr(moments, name), expected)


def test_sums_of_many_participants_in_threads() -> None:
    votes = plant_conversation(40_000, 130, generator=np.random.default_rng(3)).conversation.votes
    moments = CovoteMoments.from_votes(votes)  # more than one word can hold, on every processor
    for name, expected in reference(votes).items():
        assert np.array_equal(getattr(moments, name), expected)


@settings(deadline=None)
@given(events, st.lists(st.integers(0, 3), min_size=41, max_size=41), st.permutations(range(4)))
def test_any_partition_in_any_order_gives_the_same_moments(
    votes: list[tuple[int, int, int]], part_of: list[int], order: list[int]
) -> None:
    whole = CovoteMoments.from_votes(from_list(votes))
    parts = [CovoteMoments.from_votes(from_list([v for v in votes if part_of[v[0]] == i])) for i in range(4)]
    assert sum([parts[i] for i in order], start=CovoteMoments.nothing()).equals(whole)
    for part in parts:
        assert (whole - part + part).equals(whole)
    others = sum([parts[i] for i in order[1:]], start=CovoteMoments.nothing())
    assert (whole - parts[order[0]]).equals(others)


@settings(deadline=None)
@given(events, events)
def test_changed_votes_are_taken_back_and_added(
    before: list[tuple[int, int, int]], later: list[tuple[int, int, int]]
) -> None:
    first, last = from_list(before), from_list([*before, *later])
    touched = {p for p, _, _ in later}
    old = first.select(np.isin(first.participant_ids, list(touched)))
    new = last.select(np.isin(last.participant_ids, list(touched)))
    moved = CovoteMoments.from_votes(first) - CovoteMoments.from_votes(old) + CovoteMoments.from_votes(new)
    assert moved.equals(CovoteMoments.from_votes(last))


def test_what_was_not_there_cannot_be_taken_away() -> None:
    one, two = (CovoteMoments.from_votes(from_list([(1, s, 1)])) for s in (1, 2))
    with pytest.raises(ValueError, match="not part"):
        one - two


def test_too_many_statements_are_refused() -> None:
    with pytest.raises(ValueError, match="5,000 statements"):
        CovoteMoments.from_votes(from_list([(1, s, 1) for s in range(5001)]))

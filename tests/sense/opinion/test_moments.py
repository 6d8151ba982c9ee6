"""Co-vote moments are exact, and add over participants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.sense.opinion import CovoteMoments
from placet.sense.votes import VoteTable

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
        np.concatenate([np.array(t.participant_ids)[t.participant_index] for t in (one, two)]),
        np.concatenate([one.statement_index, two.statement_index]),
        np.concatenate([one.values, two.values]),
    )
    added = CovoteMoments.from_votes(one) + CovoteMoments.from_votes(two)
    together = CovoteMoments.from_votes(both)
    assert added.n_participants == together.n_participants
    for name in ("vote_products", "vote_sums", "n_seen_both"):
        assert np.array_equal(getattr(added, name), getattr(together, name))


def test_moments_of_other_statements_do_not_add() -> None:
    one = CovoteMoments.from_votes(VoteTable.from_events([1], [1], [1]))
    two = CovoteMoments.from_votes(VoteTable.from_events([2], [2], [1]))
    with pytest.raises(ValueError, match="statements must be the same"):
        one + two

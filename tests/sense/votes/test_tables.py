"""Vote tables: canonical order, the last vote, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.sense.votes import VoteTable, count_votes, count_votes_by_label

events = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 5), st.sampled_from([-1, 0, 1]), st.integers(0, 4)),
    max_size=60,
)


def table_of(events: list[tuple[int, int, int, int]]) -> VoteTable:
    columns = list(zip(*events, strict=True)) or [(), (), (), ()]
    return VoteTable.from_events(columns[0], columns[1], columns[2], order=columns[3])


def as_dictionary(table: VoteTable) -> dict[tuple[object, object], int]:
    return {
        (table.participant_ids[p], table.statement_ids[s]): int(value)
        for p, s, value in zip(table.participant_index, table.statement_index, table.values, strict=True)
    }


@given(events)
def test_the_last_vote_counts(events: list[tuple[int, int, int, int]]) -> None:
    expected: dict[tuple[int, int], int] = {}
    for participant, statement, value, _ in sorted(events, key=lambda event: event[3]):
        expected[participant, statement] = value
    assert as_dictionary(table_of(events)) == expected


@given(events, st.randoms())
def test_the_order_of_rows_does_not_matter(events: list[tuple[int, int, int, int]], random: object) -> None:
    distinct = list({(event[0], event[1]): event for event in events}.values())
    shuffled = list(distinct)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = table_of(distinct), table_of(shuffled)
    assert first.participant_ids == second.participant_ids
    assert first.statement_ids == second.statement_ids
    assert np.array_equal(first.participant_index, second.participant_index)
    assert np.array_equal(first.statement_index, second.statement_index)
    assert np.array_equal(first.values, second.values)


@given(events)
def test_counts_equal_a_slow_count(events: list[tuple[int, int, int, int]]) -> None:
    table = table_of(events)
    votes = as_dictionary(table)
    labels = np.array([int(p) % 3 - 1 for p in table.participant_ids], dtype=np.int64)
    counts, by_label = count_votes(table), count_votes_by_label(table, labels, 2)
    for j, statement in enumerate(table.statement_ids):
        cast = [value for (_, s), value in votes.items() if s == statement]
        assert (counts.n_agree[j], counts.n_disagree[j], counts.n_pass[j]) == tuple(
            map(cast.count, (1, -1, 0))
        )
        for label in (0, 1):
            cast = [v for (p, s), v in votes.items() if s == statement and int(p) % 3 - 1 == label]  # type: ignore[call-overload]
            assert by_label.n_seen[label, j] == len(cast)
            assert by_label.n_agree[label, j] == cast.count(1)


def test_matrices_tell_a_pass_from_a_vote_not_cast() -> None:
    table = VoteTable.from_events(["ann", "bob", "bob"], [1, 1, 2], [0, 1, -1])
    assert table.vote_matrix().toarray().tolist() == [[0, 0], [1, -1]]
    assert table.seen_matrix().toarray().tolist() == [[1, 0], [1, 1]]
    assert table.votes_per_participant().tolist() == [1, 2]


def test_large_identifiers_are_identifiers() -> None:
    table = VoteTable.from_events([10**9, 3], [10**15, 7], [1, -1])
    assert table.participant_ids == (3, 10**9)
    assert table.statement_ids == (7, 10**15)
    assert table.n_votes == 2


def test_an_empty_table() -> None:
    table = VoteTable.from_events([], [], [])
    assert (table.n_participants, table.n_statements, table.n_votes) == (0, 0, 0)
    assert count_votes(table).n_seen.shape == (0,)


def test_arrays_cannot_be_changed() -> None:
    values = np.array([1, -1])
    table = VoteTable.from_events([1, 2], [1, 1], values)
    with pytest.raises(ValueError, match="read-only"):
        table.values[0] = 0
    values[0] = 0
    assert table.values.tolist() == [1, -1]


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("length", ([1], [1, 2], [1, 1])),
        ("votes are", ([1], [1], [2])),
        ("votes are", ([1], [1], [float("nan")])),
        ("votes are", ([1], [1], [0.5])),
        ("all integers or all text", ([1, "2"], [1, 1], [1, 1])),
        ("all integers or all text", ([1.5], [1], [1])),
        ("at most 64 bits", ([10**30], [1], [1])),
    ],
)
def test_what_is_no_vote_is_refused(message: str, arguments: tuple[list[object], ...]) -> None:
    with pytest.raises(ValueError, match=message):
        VoteTable.from_events(*arguments)  # type: ignore[arg-type]


def test_a_moment_must_be_finite() -> None:
    with pytest.raises(ValueError, match="finite moment"):
        VoteTable.from_events([1], [1], [1], order=[float("inf")])


def test_labels_must_fit() -> None:
    table = VoteTable.from_events([1, 2], [1, 1], [1, 1])
    with pytest.raises(ValueError, match="one entry"):
        count_votes_by_label(table, np.array([0]), 1)
    with pytest.raises(ValueError, match="from -1 to 0"):
        count_votes_by_label(table, np.array([0, 1]), 1)

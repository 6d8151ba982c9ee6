"""Vote tables: canonical order, the last vote, and what is refused."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placet.sense.votes import Identifier, VoteTable, compiled, count_votes, count_votes_by_label

events = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 5), st.sampled_from([-1, 0, 1]), st.integers(0, 4)),
    max_size=60,
)


def table_of(events: list[tuple[int, int, int, int]]) -> VoteTable:
    columns = list(zip(*events, strict=True)) or [(), (), (), ()]
    return VoteTable.from_events(columns[0], columns[1], columns[2], order=columns[3])


def as_dictionary(table: VoteTable) -> dict[tuple[Identifier, Identifier], int]:
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
def test_the_order_of_rows_does_not_matter(events: list[tuple[int, int, int, int]], random: Random) -> None:
    distinct = list({(event[0], event[1]): event for event in events}.values())
    shuffled = list(distinct)
    random.shuffle(shuffled)
    first, second = table_of(distinct), table_of(shuffled)
    assert np.array_equal(first.participant_ids, second.participant_ids)
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
            cast = [v for (p, s), v in votes.items() if s == statement and int(p) % 3 - 1 == label]
            assert by_label.n_seen[label, j] == len(cast)
            assert by_label.n_agree[label, j] == cast.count(1)


def test_a_pass_is_a_vote_and_a_vote_not_cast_is_none() -> None:
    table = VoteTable.from_events(["ann", "bob", "bob"], [1, 1, 2], [0, 1, -1])
    assert table.row_starts.tolist() == [0, 1, 3]
    assert table.statement_index.tolist() == [0, 0, 1]
    assert table.values.tolist() == [0, 1, -1]
    assert table.votes_per_participant().tolist() == [1, 2]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.integers(0, 3000), st.sampled_from([-1, 0, 1])), max_size=300
    ),
    st.integers(1, 7),
    st.sampled_from([np.int32, np.int64, np.uint16]),
)
def test_tables_of_several_blocks_and_threads(
    votes: list[tuple[int, int, int]], n_threads: int, kind: type[np.integer]
) -> None:
    columns = [np.array(column, dtype=kind) for column in zip(*[v[:2] for v in votes], strict=True)]
    people, statements = columns or [np.empty(0, dtype=kind)] * 2
    values = np.array([v[2] for v in votes], dtype=np.int8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "SMALL", 0)
        patch.setattr(compiled, "n_threads", lambda: n_threads)
        table = VoteTable.from_events(people, statements, values)
    assert as_dictionary(table) == {(p, s): v for p, s, v in votes}
    assert (np.diff(table.participant_index) >= 0).all()


def test_long_rows_and_many_statements() -> None:
    generator = np.random.default_rng(0)
    statements = generator.integers(0, 3_000_000, 5000)
    values = generator.integers(-1, 2, 5000)
    table = VoteTable.from_events(statements % 3, statements, values)
    expected = {(int(s % 3), int(s)): int(v) for s, v in zip(statements, values, strict=True)}
    assert as_dictionary(table) == expected


def test_parts_of_a_table() -> None:
    table = VoteTable.from_events([1, 1, 2, 3], [1, 2, 2, 3], [1, -1, 0, 1])
    assert table.rows(1, 3).participant_ids.tolist() == [2, 3]
    assert table.rows(1, 3).row_starts.tolist() == [0, 1, 2]
    chosen = table.select(np.array([True, False, True]))
    assert as_dictionary(chosen) == {(1, 1): 1, (1, 2): -1, (3, 3): 1}
    assert chosen.statement_ids == (1, 2, 3)
    drawn = table.take(np.array([0, 0, 2]))
    assert drawn.votes_per_participant().tolist() == [2, 2, 1]
    assert drawn.values.tolist() == [1, -1, 1, -1, 1]


def test_large_identifiers_are_identifiers() -> None:
    table = VoteTable.from_events([10**9, 3], [10**15, 7], [1, -1])
    assert table.participant_ids.tolist() == [3, 10**9]
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
        VoteTable.from_events(*arguments)  # type: ignore[arg-type]  # wrong on purpose


def test_a_moment_must_be_finite() -> None:
    with pytest.raises(ValueError, match="finite moment"):
        VoteTable.from_events([1], [1], [1], order=[float("inf")])


def test_labels_must_fit() -> None:
    table = VoteTable.from_events([1, 2], [1, 1], [1, 1])
    with pytest.raises(ValueError, match="one entry"):
        count_votes_by_label(table, np.array([0]), 1)
    with pytest.raises(ValueError, match="from -1 to 0"):
        count_votes_by_label(table, np.array([0, 1]), 1)

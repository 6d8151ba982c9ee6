"""The same bits in memory, out of core, on a cluster, refreshed; in any order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placet.sense.reports import Analysis, Parameters, analyze, build_document, refresh
from placet.sense.votes import Conversation, Statement, VoteTable, blocks, compiled, open_votes, plant_votes

# Bridging and integrity look at all votes at once, so they are for votes in memory.
PARAMETERS = Parameters(bridging=False, integrity=False, n_resamples=2)


@pytest.fixture(scope="module")
def planted() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    drawn = plant_votes(700, 50, generator=np.random.default_rng(2))
    return drawn.participants, drawn.statements, drawn.values


def in_memory(events: tuple[np.ndarray, ...]) -> Conversation:
    table = VoteTable.from_events(*events)
    return Conversation(table, tuple(map(Statement, table.statement_ids)))


def check_same(first: Analysis, second: Analysis) -> None:
    assert first.moments is not None
    assert second.moments is not None
    assert first.moments.equals(second.moments)
    assert np.array_equal(first.positions, second.positions)
    assert np.array_equal(first.groups.labels, second.groups.labels)
    assert build_document(first) == build_document(second)


def test_out_of_core(
    planted: tuple[np.ndarray, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "VOTES_PER_BLOCK", 4000)
    path = tmp_path / "votes.parquet"
    pl.DataFrame(dict(zip(("participant", "statement", "vote"), planted, strict=True))).write_parquet(path)
    with open_votes(path) as conversation:
        assert len(conversation.votes.block_edges()) > 4
        check_same(
            analyze(conversation, parameters=PARAMETERS), analyze(in_memory(planted), parameters=PARAMETERS)
        )


def test_on_a_cluster(
    planted: tuple[np.ndarray, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(blocks, "VOTES_PER_BLOCK", 4000)
    path = tmp_path / "votes.parquet"
    pl.DataFrame(dict(zip(("participant", "statement", "vote"), planted, strict=True))).write_parquet(path)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        open_votes(path, cluster=cluster.scheduler_address) as conversation,
    ):
        check_same(
            analyze(conversation, parameters=PARAMETERS), analyze(in_memory(planted), parameters=PARAMETERS)
        )


@pytest.mark.parametrize("n_threads", [1, 3])
def test_with_any_number_of_threads_in_any_order(
    planted: tuple[np.ndarray, ...], monkeypatch: pytest.MonkeyPatch, n_threads: int
) -> None:
    expected = analyze(in_memory(planted))
    monkeypatch.setattr(compiled, "n_threads", lambda: n_threads)
    monkeypatch.setattr(compiled, "SMALL", 0)
    order = np.random.default_rng(n_threads).permutation(planted[0].size)
    found = analyze(in_memory(tuple(column[order] for column in planted)))
    check_same(found, expected)


def test_refreshed_is_what_a_new_analysis_finds(planted: tuple[np.ndarray, ...]) -> None:
    participants, statements, values = planted
    n = values.size - 400
    earlier = analyze(in_memory((participants[:n], statements[:n], values[:n])), parameters=PARAMETERS)
    later = (np.append(participants[n:], 9000), np.append(statements[n:], 3), np.append(values[n:], 1))
    refreshed = refresh(earlier, *later)
    everything = analyze(
        in_memory(tuple(np.append(column[:n], new) for column, new in zip(planted, later, strict=True))),
        parameters=PARAMETERS,
    )
    assert refreshed.moments is not None
    assert everything.moments is not None
    assert refreshed.moments.equals(everything.moments)
    assert np.array_equal(refreshed.positions, everything.positions)
    assert np.array_equal(refreshed.counts.n_seen, everything.counts.n_seen)
    assert refreshed.consensus == everything.consensus
    kept = np.isin(refreshed.conversation.votes.participant_ids, earlier.conversation.votes.participant_ids)
    assert np.array_equal(refreshed.groups.labels[kept], earlier.groups.labels)
    assert (refreshed.groups.labels[~kept] == -1).all()
    members = refreshed.groups.labels == 0
    assert np.allclose(refreshed.positions[members].mean(axis=0), refreshed.groups.centres[0])
    build_document(refreshed)


def test_a_new_statement_has_to_be_given(planted: tuple[np.ndarray, ...]) -> None:
    analysis = analyze(in_memory(planted), parameters=PARAMETERS)
    with pytest.raises(ValueError, match="not given"):
        refresh(analysis, [1], [999], [1])
    statements = (*analysis.conversation.statements, Statement(999, "New"))
    found = refresh(analysis, [1], [999], [1], statements=statements)
    assert found.counts.n_agree[-1] == 1


def test_only_what_is_in_memory_can_be_refreshed(planted: tuple[np.ndarray, ...]) -> None:
    analysis = replace(analyze(in_memory(planted), parameters=PARAMETERS), moments=None)
    with pytest.raises(ValueError, match="in memory"):
        refresh(analysis, [1], [1], [1])


events = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 8), st.sampled_from([-1, 0, 1])), min_size=1, max_size=150
)


@settings(deadline=None, max_examples=25)
@given(events, st.permutations(range(31)), st.permutations(range(9)))
def test_other_numbers_for_the_same_people_and_statements(
    votes: list[tuple[int, int, int]], people: list[int], statements: list[int]
) -> None:
    """Renumbering permutes the moments, the counts and what follows from them; shares stay."""
    first = analyze(in_memory(tuple(np.array(c) for c in zip(*votes, strict=True))), parameters=PARAMETERS)
    renumbered = [(people[p], statements[s], v) for p, s, v in votes]
    second = analyze(
        in_memory(tuple(np.array(c) for c in zip(*renumbered, strict=True))), parameters=PARAMETERS
    )
    ids = np.array(first.conversation.votes.statement_ids)
    there = np.array(second.conversation.votes.statement_ids)
    order = np.searchsorted(there, np.array(statements)[ids])
    assert first.moments is not None
    assert second.moments is not None
    assert np.array_equal(second.moments.vote_products[np.ix_(order, order)], first.moments.vote_products)
    assert np.allclose(second.space.means[order], first.space.means, atol=1e-12)
    assert np.allclose(
        second.space.explained_variance_ratio, first.space.explained_variance_ratio, atol=1e-9, equal_nan=True
    )


@settings(deadline=None, max_examples=25)
@given(events)
def test_everybody_twice_changes_no_plain_share(votes: list[tuple[int, int, int]]) -> None:
    once = analyze(in_memory(tuple(np.array(c) for c in zip(*votes, strict=True))), parameters=PARAMETERS)
    doubled = [*votes, *((p + 100, s, v) for p, s, v in votes)]
    twice = analyze(in_memory(tuple(np.array(c) for c in zip(*doubled, strict=True))), parameters=PARAMETERS)
    assert np.array_equal(twice.counts.n_agree, 2 * once.counts.n_agree)
    assert np.array_equal(twice.counts.n_seen, 2 * once.counts.n_seen)
    assert np.allclose(twice.space.means, once.space.means, atol=1e-12)
    assert np.allclose(
        twice.space.explained_variance_ratio, once.space.explained_variance_ratio, atol=1e-9, equal_nan=True
    )

"""Numbers nobody expects: a right answer or a clear error, and soon."""

from __future__ import annotations

import numpy as np
import pytest

from placet.sense import (
    Conversation,
    CovoteMoments,
    Statement,
    VoteCounts,
    VoteTable,
    analyze,
    build_document,
    consent_from_counts,
    find_consensus,
    find_divisive,
    find_groups,
    find_representative,
    plant_conversation,
    select_consensus,
    select_divisive,
    select_representative,
    statement_priorities,
    wilson_interval,
)
from placet.sense.opinion import adjusted_rand_index, fit_space, select_participants

MANY = 2**31


def make_conversation(events: list[tuple[int, int, int]]) -> Conversation:
    table = VoteTable.from_events(*(list(zip(*events, strict=True)) or [(), (), ()]))
    return Conversation(table, tuple(map(Statement, table.statement_ids)))


def test_counts_beyond_32_bits() -> None:
    agree = np.array([[3 * MANY, MANY, 0], [MANY, 3 * MANY, 5]])
    disagree = np.array([[MANY, 3 * MANY, 0], [3 * MANY, MANY, 2]])
    groups = VoteCounts(agree, disagree, np.zeros_like(agree))
    everyone, eligible = groups.sum(), np.ones(3, dtype=bool)
    assert wilson_interval(agree, groups.n_seen).low[0, 0] == pytest.approx(0.75, abs=1e-4)
    assert np.isfinite(statement_priorities(everyone, np.ones(3), ~eligible)).all()
    assert select_representative(groups, is_eligible=eligible)[0][0].p == pytest.approx(0.75)
    assert select_divisive(groups, is_eligible=eligible)
    select_consensus(everyone, is_eligible=eligible)
    assert {f.position for f in find_divisive(groups, is_eligible=eligible).found} == {0, 1}
    assert find_representative(groups, is_eligible=eligible).found
    find_consensus(everyone, groups, is_eligible=eligible)
    assert np.isfinite(consent_from_counts(groups).least.low).all()


def test_identifiers_at_the_ends_of_64_bits() -> None:
    ends = [-(2**63), 10**9, 2**63 - 1]
    table = VoteTable.from_events(ends, ends, [1, 0, -1])
    assert table.participant_ids.tolist() == ends
    assert table.statement_ids == tuple(ends)
    with pytest.raises(ValueError, match="64 bits"):
        VoteTable.from_events(np.array([2**63], dtype=np.uint64), [1], [1])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2, -(2**31), 0.5])
def test_what_is_no_vote(value: float) -> None:
    with pytest.raises(ValueError, match="votes are"):
        VoteTable.from_events([1], [1], [value])


@pytest.mark.parametrize(
    "events",
    [
        [],
        [(1, 1, 1)],
        [(1, 1, 0), (2, 2, 0), (3, 1, 0)],
        [(p, s, 1) for p in range(30) for s in range(9)],
        [(p, 1, [1, -1][p % 2]) for p in range(40)],
        [(1, s, [1, -1, 0][s % 3]) for s in range(40)],
        [(p, 10 * (p % 2) + s, 1 if (p + s) % 3 else -1) for p in range(30) for s in range(8)],
    ],
    ids=["no votes", "one vote", "all pass", "all alike", "one statement", "one participant", "disconnected"],
)
def test_degenerate_conversations_have_declared_results(events: list[tuple[int, int, int]]) -> None:
    analysis = analyze(make_conversation(events))
    document = build_document(analysis)
    assert document["counts"]["votes"] == len({event[:2] for event in events})
    assert np.isfinite(analysis.positions).all()
    n_placed = int((analysis.groups.labels >= 0).sum())
    assert n_placed == analysis.groups.sizes().sum()
    assert analysis.groups.n_groups == 0 if not events else analysis.groups.n_groups >= 1


def test_more_statements_than_moments_hold() -> None:
    generator = np.random.default_rng(0)
    side = generator.choice([-1, 1], 400)
    people = np.repeat(np.arange(400), 60)
    statements = generator.integers(0, 5200, people.size)
    values = np.where(statements % 2 == 0, side[people], generator.choice([-1, 1], people.size))
    extra = np.arange(5200)  # every statement has a vote
    table = VoteTable.from_events(
        np.append(people, extra % 400), np.append(statements, extra), np.append(values, side[extra % 400])
    )
    with pytest.raises(ValueError, match="5,000"):
        CovoteMoments.from_votes(table)
    analysis = analyze(Conversation(table, tuple(map(Statement, table.statement_ids))))
    assert analysis.moments is None
    placed = analysis.groups.labels >= 0
    assert adjusted_rand_index(analysis.groups.labels[placed], (side[placed] + 1) // 2) > 0.9


def test_without_moments_the_space_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = plant_conversation(500, 40, generator=np.random.default_rng(1)).conversation.votes
    assert isinstance(votes, VoteTable)
    eligible = np.arange(40) > 2
    expected = fit_space(CovoteMoments.from_votes(votes), is_eligible=eligible)
    monkeypatch.setattr("placet.sense.opinion.space.MAX_STATEMENTS", 10)
    found = fit_space(votes, is_eligible=eligible)
    assert np.allclose(found.means, expected.means, atol=1e-12)
    assert np.allclose(found.components, expected.components, atol=1e-9)
    assert np.allclose(found.explained_variance_ratio, expected.explained_variance_ratio, atol=1e-12)


@pytest.mark.parametrize(
    ("n_participants", "n_statements", "least"),
    [(1000, 200, 0.978), (10_000, 500, 0.985), (100_000, 1000, 0.985)],
)
def test_planted_groups_are_recovered_at_every_size(
    n_participants: int, n_statements: int, least: float
) -> None:
    planted = plant_conversation(n_participants, n_statements, generator=np.random.default_rng(1))
    votes = planted.conversation.votes
    assert isinstance(votes, VoteTable)
    space = fit_space(votes, is_eligible=np.ones(votes.n_statements, dtype=bool))
    is_in = select_participants(votes.votes_per_participant(), n_statements=votes.n_statements)
    groups = find_groups(space.project(votes), is_in, generator=np.random.default_rng(1))
    assert groups.n_groups == 3
    assert adjusted_rand_index(groups.labels[is_in], planted.groups[is_in]) >= least

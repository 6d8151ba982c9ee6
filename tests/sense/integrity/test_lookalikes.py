"""Lookalikes: planted copies are found, genuine participants are left alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from placet.sense.highlights import select_consensus
from placet.sense.integrity import Lookalikes, compare_support, find_lookalikes, without_flagged
from placet.sense.integrity.background import Answers, fit_background
from placet.sense.integrity.lookalikes import _signed
from placet.sense.integrity.scripts import read_script, weigh_evidence
from placet.sense.integrity.synthetic import PlantedCopies, plant_copies
from placet.sense.votes import Conversation, VoteTable, count_votes, gather_rows


def find(votes: VoteTable, seed: int = 0, **options: Any) -> Lookalikes:
    return find_lookalikes(votes, generator=np.random.default_rng(seed), **options)


def support(votes: VoteTable) -> np.ndarray:
    counts = count_votes(votes)
    return np.asarray(counts.n_agree / np.maximum(counts.n_seen, 1))


def headline_shift(planted: PlantedCopies, found: Lookalikes) -> float:
    """Return by how much support differs most from that among the genuine, over all statements."""
    genuine = support(planted.votes.select(~planted.is_copy))
    return float(np.abs(support(without_flagged(planted.votes, found)) - genuine).max())


@pytest.fixture(scope="module")
def small() -> PlantedCopies:
    return plant_copies(1500, 120, 150, generator=np.random.default_rng(5), is_bunched=True)


@pytest.fixture(scope="module")
def small_found(small: PlantedCopies) -> Lookalikes:
    return find(small.votes, arrived_at=small.arrived_at)


@pytest.mark.parametrize(("is_bunched", "n_script"), [(True, None), (False, 100)])
def test_a_thousand_copies_among_ten_thousand(is_bunched: bool, n_script: int | None) -> None:
    planted = plant_copies(
        10_000, 500, 1000, generator=np.random.default_rng(7), n_script=n_script, is_bunched=is_bunched
    )
    found = find(planted.votes, arrived_at=planted.arrived_at)
    assert found.is_flagged[planted.is_copy].mean() >= 0.95
    assert found.is_flagged[~planted.is_copy].mean() <= 0.01
    assert found.clusters[0].arrivals is not None
    assert found.clusters[0].arrivals.is_bunched == is_bunched
    assert headline_shift(planted, found) <= 0.02
    genuine = planted.votes.select(~planted.is_copy)
    every = np.ones(500, dtype=bool)
    headlines = select_consensus(count_votes(genuine), is_eligible=every)
    corrected = count_votes(without_flagged(planted.votes, found))
    for headline in (*headlines.agree, *headlines.disagree):
        j = headline.position
        of = corrected.n_agree if headline in headlines.agree else corrected.n_disagree
        assert abs(of[j] / corrected.n_seen[j] - headline.n_success / headline.n_seen) <= 0.02


def test_a_script_that_copies_a_group_is_found_if_it_is_long() -> None:
    planted = plant_copies(3000, 300, 300, kind="group", generator=np.random.default_rng(2))
    found = find(planted.votes)
    assert found.is_flagged[planted.is_copy].mean() >= 0.95
    assert found.is_flagged[~planted.is_copy].mean() <= 0.01
    assert headline_shift(planted, found) <= 0.02


@pytest.mark.parametrize(
    ("n", "n_statements", "seed"), [(3000, 200, 1), (2000, 60, 2), (800, 500, 3), (300, 20, 4)]
)
def test_where_nothing_is_planted_hardly_anyone_is_flagged(n: int, n_statements: int, seed: int) -> None:
    planted = plant_copies(n, n_statements, 0, generator=np.random.default_rng(seed))
    assert find(planted.votes).flagged_rate <= 0.01


def test_evidence_against_genuine_participants_is_one_on_average() -> None:
    """What the rule rests on: whatever the script, exp(evidence) averages at most about 1."""
    generator = np.random.default_rng(3)
    votes = plant_copies(4000, 100, 0, generator=generator).votes
    answers = Answers.of(_signed(votes))
    background = fit_background(answers, generator)
    for _ in range(5):
        script = read_script(answers, generator.choice(4000, size=30, replace=False))
        nobody = np.zeros(4000, dtype=bool)
        assert np.exp(weigh_evidence(answers, background, script, nobody)).mean() < 1.3


def test_neither_numbering_nor_arrivals_change_a_flag(small: PlantedCopies, small_found: Lookalikes) -> None:
    votes = small.votes
    number = np.random.default_rng(8).permutation(votes.n_participants)
    again = find(VoteTable.from_events(number[votes.participant_index], votes.statement_index, votes.values))
    assert np.array_equal(again.labels[number], small_found.labels)
    assert np.allclose(again.evidence[number], small_found.evidence, rtol=1e-9)
    assert again.clusters[0].arrivals is None


def test_what_a_cluster_says(small: PlantedCopies, small_found: Lookalikes) -> None:
    (cluster,) = small_found.clusters
    assert cluster.size == small_found.is_flagged.sum()
    assert cluster.n_statements == 120
    assert 60 < cluster.mean_answers < 75
    assert cluster.agreement_rate == pytest.approx(0.947, abs=0.01)
    assert cluster.expected_rate < 0.65
    assert cluster.median_evidence > small_found.threshold > 0
    assert cluster.arrivals is not None
    assert cluster.arrivals.others_rate < 0.05
    assert small_found.false_discovery_rate < 0.05


def test_results_as_frame_and_json(small: PlantedCopies, small_found: Lookalikes) -> None:
    frame = small_found.to_polars(small.votes)
    assert frame.height == small_found.is_flagged.sum()
    assert (
        frame["participant_id"].to_list()
        == np.asarray(small.votes.participant_ids)[small_found.is_flagged].tolist()
    )
    document = json.loads(small_found.to_json())
    assert document["n_flagged"] == frame.height
    assert document["clusters"][0]["arrivals"]["is_bunched"] is True
    with pytest.raises(ValueError, match="judged"):
        small_found.to_polars(small.votes.select(small.is_copy))


def test_support_with_and_without(small: PlantedCopies, small_found: Lookalikes) -> None:
    compared = compare_support(small.votes, small_found)
    assert np.array_equal(compared.with_all, support(small.votes))
    assert np.array_equal(compared.without_flagged, support(small.votes.select(~small_found.is_flagged)))
    assert np.abs(compared.difference).max() > 0.1
    with pytest.raises(ValueError, match="judged"):
        compare_support(small.votes.select(small.is_copy), small_found)


def everyone_says(n: int, n_statements: int, value: int) -> VoteTable:
    return VoteTable.from_events(
        np.repeat(np.arange(n), n_statements),
        np.tile(np.arange(n_statements), n),
        np.full(n * n_statements, value),
    )


@pytest.mark.parametrize(
    "votes",
    [
        VoteTable.from_events([], [], []),
        VoteTable.from_events([1], [1], [1]),
        everyone_says(200, 3, 1),
        everyone_says(200, 40, -1),
        everyone_says(200, 40, 0),
        everyone_says(1, 40, 1),
        everyone_says(500, 1, 1),
        VoteTable.from_events(np.arange(100), np.arange(100), np.ones(100, dtype=int)),
    ],
    ids=[
        "no votes",
        "one vote",
        "3 alike",
        "40 alike",
        "all pass",
        "one person",
        "one statement",
        "no overlap",
    ],
)
def test_declared_results_of_degenerate_input(votes: VoteTable) -> None:
    found = find(votes)
    assert found.labels.tolist() == [-1] * votes.n_participants
    assert found.clusters == ()
    assert found.flagged_rate == 0
    assert json.loads(found.to_json())["n_flagged"] == 0
    assert found.to_polars(votes).height == 0
    assert without_flagged(votes, found).equals(votes)


def test_inputs_are_checked() -> None:
    votes = everyone_says(5, 3, 1)
    for options, message in (
        ({"arrived_at": [1.0]}, "arrived_at"),
        ({"arrived_at": [1.0, 2.0, 3.0, 4.0, np.nan]}, "finite"),
        ({"max_false_discovery_rate": 0.0}, "between 0 and 1"),
        ({"max_false_discovery_rate": np.nan}, "between 0 and 1"),
        ({"min_size": 2}, "three"),
    ):
        with pytest.raises(ValueError, match=message):
            find(votes, **options)


def test_in_real_conversations_few_are_flagged(real_conversation: Conversation) -> None:
    source = real_conversation.votes
    votes = gather_rows(source, np.arange(source.n_participants))
    assert find(votes).flagged_rate <= 0.03


@pytest.mark.parametrize(
    ("n", "n_statements", "slips"),
    [(120, 10, 0.15), (400, 10, 0.15), (1000, 20, 0.15), (1000, 20, 0.05), (3000, 10, 0.05)],
)
def test_two_sharp_camps_of_independent_voters_are_no_clusters(
    n: int, n_statements: int, slips: float
) -> None:
    """Everybody answers everything, as their camp does but for slips: many give the same answers."""
    for seed in range(2):
        generator = np.random.default_rng(seed)
        camps = generator.choice([-1, 1], (2, n_statements))
        values = camps[generator.integers(0, 2, n)]
        values = np.where(generator.random(values.shape) < slips, -values, values)
        people, statements = np.indices(values.shape)
        votes = VoteTable.from_events(people.ravel(), statements.ravel(), values.ravel())
        assert not find_lookalikes(votes, generator=np.random.default_rng(0)).is_flagged.any()

"""Highlights against what Polis computed, given its clusters."""

from __future__ import annotations

import numpy as np
import pytest

from placet.sense.highlights import (
    group_informed_consensus,
    select_consensus,
    select_representative,
    statement_priorities,
)
from placet.sense.opinion import CovoteMoments, fit_space
from placet.sense.votes import VoteCounts, count_votes, count_votes_by_label
from tests.sense.conftest import Golden

EXACT = 1e-12
SINGLE_PRECISION = 1e-6  # Polis stores this one field in single precision


def group_counts(golden: Golden) -> VoteCounts:
    return count_votes_by_label(golden.votes, golden.group_labels(), len(golden.math["group-clusters"]))


def test_votes_of_base_clusters(golden: Golden) -> None:
    n_bases = len(golden.math["base-clusters"]["id"])
    counts = count_votes_by_label(golden.votes, golden.base_labels(), n_bases)
    for j, statement in enumerate(golden.votes.statement_ids):
        expected = golden.math["votes-base"][str(statement)]
        assert counts.n_agree[:, j].tolist() == expected["A"]
        assert counts.n_disagree[:, j].tolist() == expected["D"]
        assert counts.n_seen[:, j].tolist() == expected["S"]


def test_votes_of_groups(golden: Golden) -> None:
    counts = group_counts(golden)
    for group, expected in golden.math["group-votes"].items():
        for j, statement in enumerate(golden.votes.statement_ids):
            cell = (int(group), j)
            ours = (counts.n_agree[cell], counts.n_disagree[cell], counts.n_seen[cell])
            assert ours == tuple(expected["votes"][str(statement)][kind] for kind in "ADS")


def test_group_informed_consensus(golden: Golden) -> None:
    ours = group_informed_consensus(group_counts(golden))
    theirs = [golden.math["group-aware-consensus"][str(s)] for s in golden.votes.statement_ids]
    assert np.abs(ours - theirs).max() < EXACT


def test_representative_statements(golden: Golden) -> None:
    found = select_representative(group_counts(golden), is_eligible=golden.is_eligible())
    ids = golden.votes.statement_ids
    for group, expected in golden.math["repness"].items():
        ours = found[int(group)]
        assert [(ids[s.position], s.direction, s.n_seen) for s in ours] == [
            (s["tid"], s["repful-for"], s["n-trials"]) for s in expected
        ]
        for statement, golden_statement in zip(ours, expected, strict=True):
            assert statement.p == pytest.approx(golden_statement["p-success"], abs=EXACT)
            assert statement.p_z == pytest.approx(golden_statement["p-test"], abs=EXACT)
            assert statement.ratio == pytest.approx(golden_statement["repness"], abs=EXACT)
            assert statement.ratio_z == pytest.approx(golden_statement["repness-test"], abs=SINGLE_PRECISION)


def test_consensus_statements(golden: Golden) -> None:
    found = select_consensus(count_votes(golden.votes), is_eligible=golden.is_eligible())
    for direction in ("agree", "disagree"):
        ours, expected = getattr(found, direction), golden.math["consensus"][direction]
        assert [(golden.votes.statement_ids[s.position], s.n_success, s.n_seen) for s in ours] == [
            (s["tid"], s["n-success"], s["n-trials"]) for s in expected
        ]
        for statement, golden_statement in zip(ours, expected, strict=True):
            assert statement.p == pytest.approx(golden_statement["p-success"], abs=EXACT)
            assert statement.z == pytest.approx(golden_statement["p-test"], abs=EXACT)


def test_priorities(complete_golden: Golden) -> None:
    votes = complete_golden.votes
    space = fit_space(CovoteMoments.from_votes(votes), is_eligible=complete_golden.is_eligible())
    is_meta = np.zeros(votes.n_statements, dtype=bool)
    ours = statement_priorities(group_counts(complete_golden).sum(), space.extremity(), is_meta)
    theirs = [complete_golden.math["comment-priorities"][str(s)] for s in votes.statement_ids]
    assert np.abs(ours - theirs).max() < 1e-11  # up to 12 in size

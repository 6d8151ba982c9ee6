"""The simulated votes: the planted structure is there, and nothing else is."""

import dataclasses

import numpy as np
import pytest

from placet.demonstration.content import DemonstrationContent, load_content
from placet.demonstration.simulation import SimulatedConsultationVotes, SimulatedVotes, simulate


@pytest.fixture(scope="module")
def content() -> DemonstrationContent:
    return load_content()


@pytest.fixture(scope="module")
def votes(content: DemonstrationContent) -> SimulatedVotes:
    return simulate(content)


def current(cast: SimulatedConsultationVotes) -> np.ndarray:
    """Positions of the last ballot of each participant on each statement."""
    pair = cast.participant_index.astype(np.int64) * 1000 + cast.statement_index
    _, from_end = np.unique(pair[::-1], return_index=True)
    return np.asarray(pair.size - 1 - from_end)


def test_shares_are_exact(content: DemonstrationContent, votes: SimulatedVotes) -> None:
    simulation = content.simulation
    weights = np.asarray(simulation.member_weights)
    for index, shares in (
        (votes.group_index, np.asarray([group.share for group in simulation.groups])),
        (votes.constituency_index, np.asarray(simulation.constituency_shares)),
        (votes.member_index, weights / weights.sum()),
    ):
        counts = np.bincount(index, minlength=shares.size)
        assert counts.sum() == 3000
        assert np.abs(counts - 3000 * shares).max() < 1.0


def test_only_the_two_smallest_members_fall_under_ten(
    content: DemonstrationContent, votes: SimulatedVotes
) -> None:
    counts = np.bincount(votes.member_index, minlength=30)
    assert counts.min() >= 1
    assert {content.members[i].code for i in np.flatnonzero(counts < 10)} == {"IS", "ME"}


def test_participation(votes: SimulatedVotes) -> None:
    per_participant = votes.takes_part.sum(axis=1)
    np.testing.assert_array_equal(np.bincount(per_participant), [0, 900, 1200, 900])
    np.testing.assert_allclose(votes.takes_part.mean(axis=0), 2 / 3, atol=0.04)
    for i, cast in enumerate(votes.consultations):
        np.testing.assert_array_equal(
            np.unique(cast.participant_index), np.flatnonzero(votes.takes_part[:, i])
        )


def test_size_and_number_of_votes(content: DemonstrationContent, votes: SimulatedVotes) -> None:
    assert 140_000 <= votes.n_ballots <= 160_000
    for cast, consultation in zip(votes.consultations, content.consultations, strict=True):
        per_participant = np.bincount(cast.participant_index[current(cast)])
        per_participant = per_participant[per_participant > 0]
        assert per_participant.mean() == pytest.approx(24, abs=0.5)
        assert per_participant.max() <= len(consultation.approved)
        # Statements are drawn uniformly: each is seen about equally often.
        seen = np.bincount(cast.statement_index[current(cast)], minlength=44)
        np.testing.assert_allclose(seen, seen.mean(), rtol=0.15)


def test_planted_probabilities_are_recovered(content: DemonstrationContent, votes: SimulatedVotes) -> None:
    for cast, consultation in zip(votes.consultations, content.consultations, strict=True):
        last = current(cast)
        vote, statement = cast.vote[last], cast.statement_index[last]
        group = votes.group_index[cast.participant_index[last]]
        assert (vote == 0).mean() == pytest.approx(0.15, abs=0.01)
        for j, planted in enumerate(consultation.approved):
            for g, p in enumerate(planted.p_agree_in_group):
                answers = vote[(statement == j) & (group == g) & (vote != 0)]
                tolerance = 4.5 * np.sqrt(p * (1 - p) / answers.size)
                assert (answers == 1).mean() == pytest.approx(p, abs=tolerance), (planted.key, g)


def test_groups_can_be_told_apart_from_their_votes(
    content: DemonstrationContent, votes: SimulatedVotes
) -> None:
    log_likelihood = np.zeros((votes.n_participants, 3))
    for cast, consultation in zip(votes.consultations, content.consultations, strict=True):
        p = np.asarray([s.p_agree_in_group or (0.5, 0.5, 0.5) for s in consultation.approved])
        last = current(cast)
        vote = cast.vote[last][:, None]
        of_statement = p[cast.statement_index[last]]
        step = np.where(vote == 1, np.log(of_statement), np.where(vote == -1, np.log1p(-of_statement), 0.0))
        np.add.at(log_likelihood, cast.participant_index[last], step)
    assert (log_likelihood.argmax(axis=1) == votes.group_index).mean() > 0.97


def test_changed_votes_replace_an_earlier_different_one(votes: SimulatedVotes) -> None:
    for cast in votes.consultations:
        pair = cast.participant_index.astype(np.int64) * 1000 + cast.statement_index
        order = np.argsort(pair, kind="stable")  # within a pair: in the order of casting
        same_as_before = pair[order][1:] == pair[order][:-1]
        np.testing.assert_array_equal(same_as_before, cast.is_change[order][1:])
        assert not cast.is_change[order][0]
        second, first = order[1:][same_as_before], order[:-1][same_as_before]
        assert (cast.vote[second] != cast.vote[first]).all()
        assert (cast.time_offset[second] > cast.time_offset[first]).all()
        assert np.unique(pair, return_counts=True)[1].max() == 2
        assert cast.is_change.sum() / current(cast).size == pytest.approx(0.05, abs=0.005)


def test_times_are_in_order_and_spread(votes: SimulatedVotes) -> None:
    for cast in votes.consultations:
        assert (np.diff(cast.time_offset) >= 0).all()
        assert cast.time_offset[0] >= 0.0
        assert cast.time_offset[-1] < 1.0
        per_tenth = np.bincount((cast.time_offset * 10).astype(int), minlength=10) / cast.n_ballots
        assert per_tenth.min() > 0.07
        assert set(np.unique(cast.vote)) == {-1, 0, 1}


def agreement_by_coast(content: DemonstrationContent, votes: SimulatedVotes, key: str) -> tuple[float, float]:
    """Shares of agreement, among those who did not pass, in the two lists of the invented rule."""
    keys = [[s.key for s in c.approved] for c in content.consultations]
    i = next(i for i, in_consultation in enumerate(keys) if key in in_consultation)
    rule = next(s.member_rule for s in content.consultations[0].approved if s.member_rule is not None)
    is_high = np.asarray([member.code in rule.members_high for member in content.members])
    cast = votes.consultations[i]
    last = current(cast)
    last = last[(cast.statement_index[last] == keys[i].index(key)) & (cast.vote[last] != 0)]
    high = is_high[votes.member_index[cast.participant_index[last]]]
    agrees = cast.vote[last] == 1
    return float(agrees[high].mean()), float(agrees[~high].mean())


def test_the_nation_dependent_statement_depends_on_the_member(
    content: DemonstrationContent, votes: SimulatedVotes
) -> None:
    high, low = agreement_by_coast(content, votes, "cables-before-roads")
    assert high == pytest.approx(0.78, abs=0.05)
    assert low == pytest.approx(0.20, abs=0.12)


def test_the_nation_dependent_statement_does_not_depend_on_the_group(
    content: DemonstrationContent, votes: SimulatedVotes
) -> None:
    cast = votes.consultations[0]
    j = [s.key for s in content.consultations[0].approved].index("cables-before-roads")
    last = current(cast)
    last = last[(cast.statement_index[last] == j) & (cast.vote[last] != 0)]
    group = votes.group_index[cast.participant_index[last]]
    rates = [(cast.vote[last][group == g] == 1).mean() for g in range(3)]
    assert max(rates) - min(rates) < 0.15


def test_no_other_statement_depends_on_the_member(
    content: DemonstrationContent, votes: SimulatedVotes
) -> None:
    gaps = [
        np.subtract(*agreement_by_coast(content, votes, statement.key))
        for consultation in content.consultations
        for statement in consultation.approved
        if statement.kind != "member"
    ]
    assert np.abs(gaps).max() < 0.25
    assert abs(np.mean(gaps)) < 0.03


def test_groups_are_independent_of_member_and_constituency(votes: SimulatedVotes) -> None:
    for index, n in ((votes.member_index, 30), (votes.constituency_index, 5)):
        table = np.zeros((n, 3))
        np.add.at(table, (index, votes.group_index), 1)
        expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
        chi_squared = ((table - expected) ** 2 / expected).sum()
        degrees = (n - 1) * 2
        assert chi_squared < degrees + 4 * np.sqrt(2 * degrees)


def arrays(votes: SimulatedVotes) -> list[np.ndarray]:
    values = [getattr(votes, field.name) for field in dataclasses.fields(votes)]
    for cast in votes.consultations:
        values += [getattr(cast, field.name) for field in dataclasses.fields(cast)]
    return [value for value in values if isinstance(value, np.ndarray)]


def test_the_same_seed_gives_the_same_votes(content: DemonstrationContent, votes: SimulatedVotes) -> None:
    again = arrays(simulate(content, seed=2030))
    assert len(again) == 4 + 3 * 5
    for one, two in zip(arrays(votes), again, strict=True):
        np.testing.assert_array_equal(one, two)


def test_another_seed_gives_other_votes(content: DemonstrationContent, votes: SimulatedVotes) -> None:
    other = simulate(content, seed=2031)
    assert not np.array_equal(other.member_index, votes.member_index)
    assert other.n_ballots != votes.n_ballots


@pytest.mark.parametrize("n_participants", [1, 7])
def test_few_participants(content: DemonstrationContent, n_participants: int) -> None:
    few = simulate(content, n_participants=n_participants)
    assert few.n_participants == n_participants
    assert few.n_ballots >= n_participants
    assert len(few.consultations) == 3


def test_no_participants_is_refused(content: DemonstrationContent) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        simulate(content, n_participants=0)

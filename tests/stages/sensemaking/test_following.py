"""The follower: what it stores is what a full analysis finds, whatever came in between."""

import logging
from typing import Any

import numpy as np
import pytest

from placet.sense.reports import analyze, build_document
from placet.stages.consultations.actions import (
    SeedStatement,
    add_statements,
    close_consultation,
    mark_meta,
    moderate_statement,
)
from placet.stages.consultations.models import Consultation
from placet.stages.consultations.queries import votes_since
from placet.stages.sensemaking.following import follower as following
from placet.stages.sensemaking.following.follower import Follower, look_around, store
from placet.stages.sensemaking.following.states import LiveState, warm_up
from placet.stages.sensemaking.models import LiveMap
from placet.stages.sensemaking.snapshots import take_snapshot
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.opinions import plant, two_camps

pytestmark = pytest.mark.django_db


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def follower(clock: Clock) -> Follower:
    return Follower(clock)


def live(small: SmallReflection) -> LiveMap:
    return LiveMap.objects.get(consultation=small.consultation)


def assert_as_analysed(small: SmallReflection, found: LiveMap | None = None) -> None:
    """The stored map is that of an analysis of everything up to its ballot, in every figure."""
    found = found or live(small)
    consultation = Consultation.objects.get(pk=small.consultation.pk)
    document = build_document(analyze(take_snapshot(consultation, found.last_sequence)))
    assert found.drawing is not None
    assert found.drawn_sequence == found.last_sequence
    assert found.counts == {name: document["counts"][name] for name in ("participants", "votes")}
    expected = [{name: group[name] for name in ("id", "size", "centre")} for group in document["groups"]]
    assert_alike(found.drawing["groups"], expected)
    assert_alike(found.drawing["base_clusters"], document["opinion_space"]["base_clusters"])


def assert_alike(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_allclose(one[name], other[name], rtol=1e-12, atol=1e-12)


def test_a_map_is_that_of_a_full_analysis(small: SmallReflection, follower: Follower) -> None:
    plant(small, 60)
    assert follower.tick() == 1
    assert_as_analysed(small)
    assert follower.tick() == 0


def test_it_catches_up_with_new_people_and_changed_votes(small: SmallReflection, follower: Follower) -> None:
    first = plant(small, 60)
    follower.tick()
    plant(small, 25, lambda i, j: -1 if (i + j) % 2 else 1)
    for participant in first[:12]:
        for statement in small.statements[:3]:
            small.vote(participant, statement, -1)
    assert follower.tick() == 1
    assert live(small).last_sequence == Consultation.objects.get().last_sequence
    assert_as_analysed(small)


def test_a_new_statement_joins(small: SmallReflection, follower: Follower) -> None:
    first = plant(small, 40)
    follower.tick()
    (new,) = add_statements(
        small.secretariat, small.consultation, [SeedStatement({"en": "A late idea."}, "en")]
    )
    for i, participant in enumerate(first):
        small.vote(participant, new, 1 if i % 3 else -1)
    follower.tick()
    assert_as_analysed(small)


def test_moderation_moves_the_map_without_a_ballot(small: SmallReflection, follower: Follower) -> None:
    plant(small, 60)
    follower.tick()
    before = live(small)
    moderate_statement(small.secretariat, small.statements[4], accept=False, reason="Twice the same.")
    assert follower.tick() == 1
    assert live(small).drawing != before.drawing
    assert_as_analysed(small)
    mark_meta(small.secretariat, small.statements[5], is_meta=True)
    assert follower.tick() == 1
    assert_as_analysed(small)
    moderate_statement(small.secretariat, small.statements[4], accept=True)
    mark_meta(small.secretariat, small.statements[5], is_meta=False)
    assert follower.tick() == 1
    assert live(small).drawing == before.drawing
    assert follower.tick() == 0


def test_a_state_is_built_anew_where_other_votes_count(small: SmallReflection) -> None:
    references = {statement.pk: statement.reference for statement in small.statements}
    fewer = dict(list(references.items())[:-1])
    state = LiveState(references)
    assert state.fits(references)
    assert not state.fits(fewer)
    state = LiveState(fewer)
    assert state.fits(references)
    state.left_out.add(small.statements[-1].pk)
    assert not state.fits(references)


def test_a_restart_goes_on_where_the_row_stands(small: SmallReflection, clock: Clock) -> None:
    plant(small, 40)
    Follower(clock).tick()
    second = Follower(clock)
    assert second.tick() == 0
    assert second.n_states == 0  # nothing moved: nothing is read
    plant(small, 20)
    assert second.tick() == 1
    assert_as_analysed(small)


def test_two_followers_do_no_harm(small: SmallReflection, clock: Clock) -> None:
    first, second = Follower(clock), Follower(clock)
    for _ in range(3):
        plant(small, 20)
        assert first.tick() + second.tick() == 1
        assert_as_analysed(small)
    assert second.n_states == 0


def test_an_older_map_never_overwrites_a_newer_one(small: SmallReflection, follower: Follower) -> None:
    plant(small, 30)
    (early,) = look_around(small.consultation.opens_at.replace(year=2100))
    follower.tick()
    stored = live(small)
    assert early.live_sequence is None
    assert not store(early, 5, {"participants": 1, "votes": 5}, None, is_drawn=False)
    (known,) = look_around(small.consultation.opens_at.replace(year=2100))
    assert not store(known, known.last_sequence - 1, {}, None, is_drawn=True)
    # Somebody drew meanwhile: what was decided on the older drawing does not count.
    assert not store(known._replace(drawn_sequence=1), known.last_sequence + 1, {}, None, is_drawn=False)
    assert live(small).computed_at == stored.computed_at
    assert store(known, known.last_sequence, stored.counts, None, is_drawn=False)
    assert live(small).drawing == stored.drawing


def test_a_fault_in_one_consultation_does_not_stop_the_others(
    small: SmallReflection,
    clock: Clock,
    follower: Follower,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = another_small()
    plant(small, 20)
    plant(other, 20)
    good, refused_row = LiveState.add, "the row (1, secret) is refused"

    def fail_for_one(self: LiveState, ballots: Any) -> None:
        if small.statements[0].pk in self.references:
            raise RuntimeError(refused_row)
        good(self, ballots)

    monkeypatch.setattr(LiveState, "add", fail_for_one)
    with caplog.at_level(logging.ERROR):
        assert follower.tick() == 1
    assert LiveMap.objects.get().consultation_id == other.consultation.pk
    assert "RuntimeError" in caplog.text
    assert str(small.consultation.pk) in caplog.text
    assert refused_row not in caplog.text
    caplog.clear()
    assert follower.tick() == 0
    assert not caplog.text  # it waits before it tries again
    monkeypatch.setattr(LiveState, "add", good)
    clock.now += following.LONGEST_PAUSE_SECONDS
    assert follower.tick() == 1
    assert_as_analysed(small)


def another_small() -> SmallReflection:
    return SmallReflection(slug="other", prefix="OTHER", n_statements=10)


def test_a_closed_consultation_is_caught_up_with_once_more(
    small: SmallReflection, follower: Follower
) -> None:
    plant(small, 30)
    follower.tick()
    plant(small, 30)
    close_consultation(small.secretariat, small.consultation)
    assert follower.tick() == 1
    assert_as_analysed(small)
    assert follower.tick() == 0


def test_what_nobody_followed_while_it_was_open_gets_no_map(
    small: SmallReflection, follower: Follower
) -> None:
    plant(small, 30)
    close_consultation(small.secretariat, small.consultation)
    assert follower.tick() == 0


def test_few_participants_are_counted_and_not_drawn(small: SmallReflection, follower: Follower) -> None:
    plant(small, following.LEAST_PARTICIPANTS - 1)
    follower.tick()
    found = live(small)
    assert (found.counts["participants"], found.drawing) == (following.LEAST_PARTICIPANTS - 1, None)
    plant(small, 1)
    follower.tick()
    assert_as_analysed(small)


def test_the_map_never_moves_with_a_single_person(
    small: SmallReflection, clock: Clock, follower: Follower
) -> None:
    people = plant(small, 30)
    follower.tick()
    before = live(small)
    for n, participant in enumerate(people[: following.LEAST_MOVED], start=1):
        clock.now += 60
        small.vote(participant, small.statements[3], 0)
        small.vote(participant, small.statements[4], 0)
        assert follower.tick() == 1
        after = live(small)
        assert after.last_sequence == before.last_sequence + 2 * n
        has_moved = n == following.LEAST_MOVED
        assert (after.drawn_sequence != before.drawn_sequence) == has_moved
        assert (after.drawing != before.drawing) == has_moved
    assert_as_analysed(small)


def test_while_many_vote_the_map_moves_with_each_look(
    small: SmallReflection, clock: Clock, follower: Follower
) -> None:
    people = plant(small, 30)
    follower.tick()
    for participant in people[: following.LEAST_MOVED]:
        small.vote(participant, small.statements[3], 0)
    clock.now += 1
    follower.tick()
    small.vote(people[20], small.statements[3], 0)
    clock.now += 1
    follower.tick()
    assert_as_analysed(small)
    small.vote(people[21], small.statements[3], 0)
    clock.now += 60
    follower.tick()
    assert live(small).drawn_sequence == live(small).last_sequence - 1


def test_what_does_not_move_is_forgotten(small: SmallReflection, clock: Clock, follower: Follower) -> None:
    plant(small, 20)
    follower.tick()
    assert follower.n_states == 1
    clock.now += following.FORGET_AFTER_SECONDS + 1
    follower.tick()
    assert follower.n_states == 0
    plant(small, 20)
    follower.tick()
    assert_as_analysed(small)


def test_looking_around_is_one_query(
    small: SmallReflection, follower: Follower, django_assert_num_queries: Any
) -> None:
    plant(small, 20)
    other = another_small()
    plant(other, 20)
    follower.tick()
    with django_assert_num_queries(1):
        assert follower.tick() == 0


def test_ballots_on_statements_that_do_not_count_are_left_out(small: SmallReflection) -> None:
    people = plant(small, 40, two_camps)
    known = {statement.pk: statement.reference for statement in small.statements}
    state = LiveState(dict(list(known.items())[2:]))
    state.add(votes_since(small.consultation, 0))
    assert state.counts()["participants"] == len(people)
    assert state.left_out == set(list(known)[:2])


def test_with_too_many_statements_only_the_counts_follow(
    small: SmallReflection, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("placet.stages.sensemaking.following.states.MOST_STATEMENTS", 9)
    plant(small, 20)
    follower.tick()
    assert live(small).counts["participants"] == 20
    assert live(small).drawing is None
    plant(small, 20)
    follower.tick()
    assert live(small).counts["participants"] == 40


def test_warming_up_asks_the_database_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        warm_up()

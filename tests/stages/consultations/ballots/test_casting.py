"""Casting ballots: append-only, the last one counts, once per client key, nobody as anybody else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from placet.stages.consultations.actions import close_consultation, moderate_statement
from placet.stages.consultations.ballots.actions import cast_ballots, submit_statement
from placet.stages.consultations.models import Ballot, Consultation, Statement
from placet.stages.consultations.queries import current_votes, phase, statements_ahead, voting_progress
from tests.stages.reflections import SmallReflection, ballot_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


def test_a_changed_vote_is_a_new_ballot_and_the_last_one_counts(small: SmallReflection) -> None:
    participant, statement = small.participant(), small.statements[0]
    small.vote(participant, statement, 1)
    small.vote(participant, statement, -1)
    assert list(Ballot.objects.order_by("sequence").values_list("vote", flat=True)) == [1, -1]
    assert current_votes(small.consultation, participant) == {statement.id: -1}


def test_a_repeated_request_has_one_effect_and_the_same_answer(small: SmallReflection) -> None:
    participant = small.participant()
    ballot = ballot_on(small.statements[0], 1)
    first = cast_ballots(small.consultation, participant, [ballot])
    again = cast_ballots(small.consultation, participant, [ballot, ballot])
    assert again == first * 2
    assert Ballot.objects.count() == 1


def test_the_same_key_of_another_participant_is_another_ballot(small: SmallReflection) -> None:
    ballot = ballot_on(small.statements[0], 1)
    for participant in (small.participant(), small.participant()):
        cast_ballots(small.consultation, participant, [ballot])
    assert Ballot.objects.count() == 2


def test_sequences_are_gapless_and_a_refused_ballot_stops_no_other(small: SmallReflection) -> None:
    participant = small.participant()
    good, bad = ballot_on(small.statements[0], 1), ballot_on(small.statements[1], 7)
    other = ballot_on(small.statements[2], 0)
    results = cast_ballots(small.consultation, participant, [good, bad, other])
    assert [result.sequence for result in results] == [1, None, 2]
    assert results[1].refusal
    small.consultation.refresh_from_db()
    assert small.consultation.last_sequence == 2


def test_a_ballot_records_the_wording_that_was_seen(small: SmallReflection) -> None:
    small.vote(small.participant(), small.statements[0], 1, language="fr")
    ballot = Ballot.objects.select_related("translation_seen", "version_seen").get()
    assert ballot.translation_seen is not None
    assert (ballot.version_seen.body, ballot.translation_seen.body) == ("Statement 1.", "Énoncé 1.")


def test_a_wording_of_another_statement_is_refused(small: SmallReflection) -> None:
    foreign = ballot_on(small.statements[1], 1)
    result = small.vote(small.participant(), small.statements[0], 1, version_id=foreign.version_id)
    assert result.sequence is None
    assert "wording" in result.refusal
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("state", ["submitted", "rejected", "withdrawn"])
def test_only_accepted_statements_take_votes(small: SmallReflection, state: str) -> None:
    statement = small.statements[0]
    Statement.objects.filter(pk=statement.pk).update(state=state, moderation_reason="A reason.")
    assert small.vote(small.participant(), statement, 1).sequence is None


def test_a_statement_of_another_consultation_is_refused(small: SmallReflection) -> None:
    elsewhere = small.statements[0]
    consultation = small.add_consultation()
    (result,) = cast_ballots(consultation, small.participant(), [ballot_on(elsewhere, 1)])
    assert result.sequence is None


def test_a_participant_of_another_reflection_is_refused(small: SmallReflection) -> None:
    stranger = SmallReflection(slug="other", prefix="OTHER").participant()
    with pytest.raises(PermissionDenied):
        small.vote(stranger, small.statements[0], 1)


def test_nothing_enters_before_opening_at_closing_or_after(small: SmallReflection) -> None:
    consultation, participant = small.consultation, small.participant()
    ballot = ballot_on(small.statements[0], 1)
    before = consultation.opens_at - timedelta(microseconds=1)
    last = consultation.closes_at - timedelta(microseconds=1)
    for moment in (before, consultation.closes_at):
        with pytest.raises(ValidationError):
            cast_ballots(consultation, participant, [ballot], now=moment)
    (result,) = cast_ballots(consultation, participant, [ballot], now=last)
    assert result.sequence == 1


def test_nothing_enters_once_the_secretariat_has_closed(small: SmallReflection) -> None:
    stale = Consultation.objects.get(pk=small.consultation.pk)  # read while it was open
    close_consultation(small.secretariat, small.consultation)
    with pytest.raises(ValidationError):
        cast_ballots(stale, small.participant(), [ballot_on(small.statements[0], 1)])


def test_a_ballot_sent_again_after_closing_is_answered_as_the_first_time(small: SmallReflection) -> None:
    participant, ballot = small.participant(), ballot_on(small.statements[0], 1)
    first = cast_ballots(small.consultation, participant, [ballot])
    close_consultation(small.secretariat, small.consultation)
    assert cast_ballots(small.consultation, participant, [ballot]) == first


@pytest.mark.parametrize(
    ("eligibility", "anonymous", "verified"),
    [("open", True, True), ("verified", False, True), ("invited", False, False)],
)
def test_eligibility(eligibility: str, *, anonymous: bool, verified: bool) -> None:
    small = SmallReflection(eligibility=eligibility)
    for participant, may in ((small.participant(), anonymous), (small.linked_participant(), verified)):
        if may:
            assert small.vote(participant, small.statements[0], 1).sequence
        else:
            with pytest.raises(PermissionDenied):
                small.vote(participant, small.statements[0], 1)


def test_the_database_refuses_to_change_a_ballot(small: SmallReflection) -> None:
    small.vote(small.participant(), small.statements[0], 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Ballot.objects.update(vote=-1)
    assert Ballot.objects.get().vote == 1


def test_the_statement_ahead_was_not_voted_on_until_none_is_left(small: SmallReflection) -> None:
    participant = small.participant()
    seen = set()
    for expected in range(small.n_statements):
        assert voting_progress(small.consultation, participant) == (expected, small.n_statements)
        (statement,) = statements_ahead(small.consultation, participant, 1)
        assert statement.id not in seen
        seen.add(statement.id)
        small.vote(participant, statement, 0)
    assert statements_ahead(small.consultation, participant, 1) == []


def test_statements_are_shown_in_proportion_to_their_weight(small: SmallReflection) -> None:
    heavy = small.statements[0]
    Statement.objects.exclude(pk=heavy.pk).update(routing_weight=0.0)
    drawn = [statements_ahead(small.consultation, None, 1) for _ in range(30)]
    assert {statement.pk for some in drawn for statement in some} == {heavy.pk}


def test_a_statement_is_submitted_once_and_waits_for_a_moderator(small: SmallReflection) -> None:
    participant, key = small.participant(), uuid4()
    first, again = (
        submit_statement(
            small.consultation, participant, body="Des trains la nuit.", language="fr", client_key=key
        )
        for _ in range(2)
    )
    assert first == again
    assert (first.state, first.reference) == (Statement.State.SUBMITTED, "SMALL-S-0004")
    moderate_statement(small.accounts["moderator"], first, accept=True)
    assert small.vote(small.participant(), first, 1, language="fr").sequence


@pytest.mark.parametrize(
    ("body", "language", "part"),
    [("", "en", "Write"), ("x" * 281, "en", "280"), ("Good", "xx", "language"), ("   ", "en", "Write")],
)
def test_a_statement_that_is_empty_too_long_or_in_no_language_is_refused(
    small: SmallReflection, body: str, language: str, part: str
) -> None:
    with pytest.raises(ValidationError, match=part):
        submit_statement(
            small.consultation, small.participant(), body=body, language=language, client_key=uuid4()
        )
    assert Statement.objects.count() == small.n_statements


def test_phases_follow_the_clock() -> None:
    small = SmallReflection()
    consultation, now = small.consultation, timezone.now()
    assert phase(consultation, now) == "open"
    assert phase(consultation, consultation.opens_at - timedelta(seconds=1)) == "upcoming"
    assert phase(consultation, consultation.closes_at) == "closed"

"""Many ballots at once: what enters is what comes out, on whichever database."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from placet.stages.consultations.ballots import columns
from placet.stages.consultations.ballots.columns import BallotColumns, moments_as_text, read_imported
from placet.stages.consultations.bulk import append_ballots, microseconds, take_part_together
from placet.stages.consultations.imports.known import exceed_current, exceed_known
from placet.stages.consultations.imports.reading import UNKNOWN, microseconds_of
from placet.stages.consultations.models import Ballot, Participation
from placet.stages.texts.models import TextVersion
from tests.stages.reflections import SmallReflection

MOMENTS = (datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(1999, 12, 31, 23, 59, 59, 7, tzinfo=UTC))


def ballots_of(small: SmallReflection, n: int) -> BallotColumns:
    """Ballots of two participants on three statements."""
    parts = take_part_together(small.consultation, [small.participant().pk for _ in range(2)])
    number = np.arange(n)
    versions = [TextVersion.objects.get(text=each.text_id).pk for each in small.statements]
    return BallotColumns(
        statement_ids=tuple(each.pk for each in small.statements),
        participations=np.array(list(parts.values()))[number % 2],
        statements=number % 3,
        votes=number % 3 - 1,
        versions=np.array(versions)[number % 3],
        cast_at=np.array([microseconds(each) for each in MOMENTS])[number % 2],
    )


@pytest.mark.django_db
@pytest.mark.parametrize("has_keys", [False, True])
def test_ballots_come_out_as_they_went_in(
    small: SmallReflection, has_keys: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "BALLOTS_AT_ONCE", 150)  # several pieces, and statements of both sizes
    put = ballots_of(small, 333)
    if has_keys:
        keys = np.array([uuid4() for _ in range(333)])
        put = replace(put, client_keys=keys, translations=np.arange(333) % 2 * 7)
    assert append_ballots(small.consultation, put) == 333
    found = list(Ballot.objects.filter(consultation=small.consultation).order_by("sequence"))
    assert [each.sequence for each in found] == list(range(1, 334))
    assert [each.participation_id for each in found] == put.participations.tolist()
    assert [each.statement_id for each in found] == [put.statement_ids[i] for i in put.statements]
    assert [each.vote for each in found] == put.votes.tolist()
    assert [each.version_seen_id for each in found] == put.versions.tolist()
    assert [each.cast_at for each in found] == [MOMENTS[i % 2] for i in range(333)]
    if put.client_keys is not None:
        assert [each.client_key for each in found] == put.client_keys.tolist()
        assert [each.translation_seen_id for each in found] == [7 if i % 2 else None for i in range(333)]
    else:
        assert {(each.client_key, each.translation_seen_id) for each in found} == {(None, None)}
        read = read_imported(small.consultation.pk, put.statement_ids)
        assert read.participations.tolist() == put.participations.tolist()
        assert read.statements.tolist() == put.statements.tolist()
        assert read.votes.tolist() == put.votes.tolist()
        assert read.cast_at.tolist() == put.cast_at.tolist()


@pytest.mark.django_db
def test_the_first_ballot_of_each_is_noted_and_everyone_counted_once(small: SmallReflection) -> None:
    put = ballots_of(small, 5)
    append_ballots(small.consultation, put)
    append_ballots(small.consultation, put)
    append_ballots(small.consultation, put.take(slice(0, 0)))
    small.consultation.refresh_from_db()
    assert (small.consultation.last_sequence, small.consultation.participant_count) == (10, 2)
    firsts = Participation.objects.filter(consultation=small.consultation).values_list("pk", "first_sequence")
    assert dict(firsts) == {int(put.participations[0]): 1, int(put.participations[1]): 2}


@pytest.mark.django_db
def test_all_ballots_enter_or_none(small: SmallReflection) -> None:
    put = ballots_of(small, 4)
    with pytest.raises(IntegrityError), transaction.atomic():
        append_ballots(small.consultation, replace(put, votes=np.array([1, 0, 2, 1])))
    assert not Ballot.objects.exists()


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=1))
def test_moments_are_written_as_django_writes_them(moments: list[datetime]) -> None:
    texts = moments_as_text(np.array([microseconds(each) for each in moments]))
    assert texts == [str(each.replace(tzinfo=None)) for each in moments]


def slow_microseconds(moment: float) -> int:
    try:
        return microseconds(datetime.fromtimestamp(moment if abs(moment) < 1e11 else moment / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return UNKNOWN


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False)
        | st.floats(-1e11, 1e11)
        | st.integers(-(10**15), 10**15).map(float)
        | st.sampled_from([-62135596800.0, 253402300799999.0, 253402300800000.0, 1e11, -1e11, 0.5e-6])
    )
)
def test_moments_are_read_as_the_standard_library_reads_them(moments: list[float]) -> None:
    assert microseconds_of(np.array(moments, dtype=np.float64)).tolist() == list(
        map(slow_microseconds, moments)
    )


VOTES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=12)


@given(VOTES, VOTES)
def test_what_is_known_n_times_is_left_out_n_times(
    known: list[tuple[int, int]], found: list[tuple[int, int]]
) -> None:
    left = list(known)
    expected = []
    for vote in found:
        expected.append(vote not in left)
        if vote in left:
            left.remove(vote)
    pairs = (np.array(votes, dtype=np.int64).reshape(-1, 2).T for votes in (known, found))
    first, second = ((a, b) for a, b in pairs)
    assert exceed_known(first, second).tolist() == expected


@given(VOTES, VOTES)
def test_only_what_differs_from_the_last_vote_is_new(
    known: list[tuple[int, int]], found: list[tuple[int, int]]
) -> None:
    current = dict(known)
    (a, b), (c, d) = (np.array(votes, dtype=np.int64).reshape(-1, 2).T for votes in (known, found))
    assert exceed_current(a, b, c, d).tolist() == [current.get(pair) != vote for pair, vote in found]

"""The ballot path: who may vote where, each ballot its own result, and no answer that tells too much."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placet.stages.consultations.actions import close_consultation
from placet.stages.consultations.ballots.actions import take_part
from placet.stages.consultations.ballots.path.application import BallotPath
from placet.stages.consultations.ballots.path.group_commit import BusyError
from placet.stages.consultations.ballots.path.tokens import LIFETIME, issue_token
from placet.stages.consultations.models import Ballot, Consultation
from tests.stages.consultations.ballots.requests import SESSION, AtOnce, Sender, ballot
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


@pytest.fixture
def sender(small: SmallReflection) -> Sender:
    return Sender(small.consultation, small.participant())


def path_at(moment: datetime) -> BallotPath:
    return BallotPath(AtOnce(lambda: moment))  # type: ignore[arg-type]


def test_ballots_are_recorded_in_their_order_and_the_last_one_counts(
    small: SmallReflection, sender: Sender
) -> None:
    first, second = ballot(small.statements[0], 1), ballot(small.statements[0], -1, language="fr")
    answer = sender.cast(first, second)
    assert answer.status == 200
    assert answer.results == [
        {"key": first["key"], "status": "recorded", "sequence": 1},
        {"key": second["key"], "status": "recorded", "sequence": 2},
    ]
    stored = Ballot.objects.order_by("sequence")
    assert [each.vote for each in stored] == [1, -1]
    assert [each.translation_seen_id for each in stored] == [None, second["translation"]]
    small.consultation.refresh_from_db()
    assert (small.consultation.last_sequence, small.consultation.participant_count) == (2, 1)


def test_what_is_sent_three_times_has_one_effect_and_one_answer(
    small: SmallReflection, sender: Sender
) -> None:
    ballots = [ballot(small.statements[n % 3], n % 3 - 1) for n in range(100)]
    answers = [sender.cast(*ballots) for _ in range(3)]
    assert answers[0].results == answers[1].results == answers[2].results
    assert Ballot.objects.count() == 100


def test_a_refused_ballot_stops_no_other_and_says_why(small: SmallReflection, sender: Sender) -> None:
    other = SmallReflection(slug="other", prefix="OTHER")
    answer = sender.cast(
        ballot(small.statements[0]),
        ballot(small.statements[0], 7),
        ballot(other.statements[0]),
        ballot(small.statements[0], version=ballot(small.statements[1])["version"]),
        ballot(small.statements[0], translation=2**62),
        ballot(small.statements[1]),
    )
    assert [each.get("reason", each["status"]) for each in answer.results] == [
        "recorded", "vote", "statement", "wording", "wording", "recorded",
    ]  # fmt: skip
    assert [each["sequence"] for each in answer.results if each["status"] == "recorded"] == [1, 2]


def test_refusals_are_said_in_the_language_of_the_page(small: SmallReflection, sender: Sender) -> None:
    answer = sender.cast(ballot(small.statements[0], 7), accept_language="fr-CA,fr;q=0.9")
    assert answer.results[0]["detail"] == "Un vote, c’est approuver, désapprouver ou passer."
    assert "jeton" in sender.cast(accept_language="fr", authorization="").json["detail"]


def test_a_token_in_another_session_is_refused(small: SmallReflection, sender: Sender) -> None:
    thief = Sender(small.consultation, small.participant(), session="another-session")
    answer = thief.cast(ballot(small.statements[0]), token=sender.token)
    assert (answer.status, answer.json["code"]) == (401, "session")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert not Ballot.objects.exists()


def test_a_token_of_another_consultation_is_refused(small: SmallReflection, sender: Sender) -> None:
    elsewhere = small.add_consultation()
    answer = sender.cast(ballot(small.statements[0]), reference=elsewhere.reference)
    assert (answer.status, answer.json["code"]) == (403, "elsewhere")


def test_a_token_of_last_year_is_refused(small: SmallReflection, sender: Sender) -> None:
    participation = take_part(small.consultation, sender.participant)
    then = timezone.now() - timedelta(days=365)
    old = issue_token(participation, small.consultation.reference, SESSION, now=then)
    assert sender.cast(ballot(small.statements[0]), token=old).json["code"] == "expired"
    just = issue_token(
        participation,
        small.consultation.reference,
        SESSION,
        now=timezone.now() - LIFETIME + timedelta(minutes=1),
    )
    assert sender.cast(ballot(small.statements[0]), token=just).status == 200


@pytest.mark.parametrize("spoil", ["", "x", "Bearer", "a.b.c", "é", "x" * 5_000])
def test_what_is_no_token_is_refused(small: SmallReflection, sender: Sender, spoil: str) -> None:
    answer = sender.cast(ballot(small.statements[0]), authorization=f"Bearer {spoil}")
    assert answer.status == 401


def test_a_token_that_was_changed_is_refused(small: SmallReflection, sender: Sender) -> None:
    body, seal = sender.token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    claims[2] += 1
    forged = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    for token in (f"{body[:-2]}xx.{seal}", f"{forged}.{seal}", f"{forged}.", sender.token[:-1]):
        assert sender.cast(ballot(small.statements[0]), token=token).json["code"] == "unreadable"


def test_nothing_enters_in_the_second_of_closing(small: SmallReflection, sender: Sender) -> None:
    for moment, reason in (
        (small.consultation.closes_at, "closed"),
        (small.consultation.opens_at - timedelta(microseconds=1), "closed"),
        (small.consultation.closes_at - timedelta(microseconds=1), None),
    ):
        sender.path = path_at(moment)
        (result,) = sender.cast(ballot(small.statements[0])).results
        assert result.get("reason") == reason


def test_a_ballot_recorded_before_closing_is_answered_as_before(
    small: SmallReflection, sender: Sender
) -> None:
    before, late = ballot(small.statements[0]), ballot(small.statements[1])
    first = sender.cast(before)
    close_consultation(small.secretariat, small.consultation)
    again = sender.cast(before, late)
    assert again.results[0] == first.results[0]
    assert (again.results[1]["status"], again.results[1]["reason"]) == ("refused", "closed")


def test_eligibility_is_read_again_with_each_commit(small: SmallReflection, sender: Sender) -> None:
    Consultation.objects.update(eligibility=Consultation.Eligibility.INVITED)
    (result,) = sender.cast(ballot(small.statements[0])).results
    assert result["reason"] == "not-eligible"


def test_a_clock_moved_by_a_day_changes_no_order(small: SmallReflection, sender: Sender) -> None:
    now = timezone.now()
    for moment in (now, now + timedelta(days=1), now - timedelta(hours=23), now):
        sender.path = path_at(moment)
        assert sender.cast(ballot(small.statements[0])).results[0]["status"] == "recorded"
    stored = Ballot.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(stored) == [1, 2, 3, 4]


def test_beyond_the_pace_of_a_person_ballots_are_to_be_sent_later(
    small: SmallReflection, sender: Sender
) -> None:
    sender.path = path_at(timezone.now())
    sender.cast(*[ballot(small.statements[0]) for _ in range(100)])
    answer = sender.cast(*[ballot(small.statements[0]) for _ in range(100)])
    assert [each["status"] for each in answer.results] == ["recorded"] * 50 + ["later"] * 50
    assert int(answer.headers["retry-after"]) > 0
    another = Sender(small.consultation, small.participant(), path=sender.path)
    assert another.cast(ballot(small.statements[0])).results[0]["status"] == "recorded"


@pytest.mark.parametrize(
    ("fault", "code"), [(BusyError(), "busy"), (OperationalError("secret row"), "unavailable")]
)
def test_what_could_not_be_taken_is_to_be_sent_again(
    small: SmallReflection, sender: Sender, fault: Exception, code: str
) -> None:
    sender.path = BallotPath(AtOnce(fault=fault))  # type: ignore[arg-type]
    answer = sender.cast(ballot(small.statements[0]))
    assert (answer.status, answer.json["code"]) == (503, code)
    assert int(answer.headers["retry-after"]) > 0
    assert b"secret" not in answer.content


def test_other_methods_types_and_sizes_are_refused(small: SmallReflection, sender: Sender) -> None:
    one = {"ballots": [ballot(small.statements[0])]}
    refused = sender.send(one, method="GET")
    assert (refused.status, refused.headers["allow"]) == (405, "POST")
    assert sender.send(one, content_type="text/plain").status == 415
    assert sender.send(b"x" * 40_000).status == 413
    assert sender.send(b"x" * 40_000, content_length="10").status == 413
    assert sender.send(one, content_length="-1").status == 413
    assert sender.cast(*[ballot(small.statements[0]) for _ in range(101)]).status == 400
    assert not Ballot.objects.exists()


def test_no_answer_is_kept_by_a_cache_or_names_anybody(small: SmallReflection, sender: Sender) -> None:
    for answer in (sender.cast(ballot(small.statements[0])), sender.cast(token="x")):
        assert "no-store" in answer.headers["cache-control"]
        assert str(sender.participant.pk) not in answer.content.decode()


def test_an_ended_participation_is_refused(small: SmallReflection, sender: Sender) -> None:
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    participation = take_part(foreign.consultation, foreign.participant())
    participation.consultation = small.consultation  # a token whose halves do not belong together
    token = issue_token(participation, small.consultation.reference, SESSION, now=timezone.now())
    (result,) = sender.cast(ballot(small.statements[0]), token=token).results
    assert result["reason"] == "not-eligible"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.sampled_from(["key", "statement", "vote", "version", "translation", "other"])
HALF_BALLOTS = st.fixed_dictionaries(
    {"ballots": st.lists(st.dictionaries(FIELDS, JSON, max_size=6), max_size=3)}
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.one_of(st.binary(max_size=300), JSON, HALF_BALLOTS))
def test_malformed_bodies_are_refused_in_words(sender: Sender, body: object) -> None:
    answer = sender.send(body)
    assert answer.status == 400
    assert answer.json["detail"]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6),
    length=st.integers(1, 10_000),
)
def test_spoiled_bodies_are_refused_in_words_or_taken(
    small: SmallReflection, sender: Sender, changes: list[tuple[int, int]], length: int
) -> None:
    body = bytearray(json.dumps({"ballots": [ballot(small.statements[0])] * 2}).encode())
    for position, byte in changes:
        body[position % len(body)] = byte
    assert sender.send(bytes(body[:length])).status in (200, 400)


@pytest.mark.parametrize(
    "body",
    [
        b'{"ballots":[{"key":"\xae"}]}',
        b"[" * 15_000,
        b'{"ballots":' * 2_500,
        b"9" * 20_000,
        b'{"ballots":[{"key":"6f1c1c3e-0000-4000-8000-000000000000","vote":1e400}]}',
        b"\xff\xfe",
        b"",
    ],
)
def test_hostile_bodies_are_refused_in_words(sender: Sender, body: bytes) -> None:
    assert sender.send(body).status == 400


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.dictionaries(
        st.sampled_from(["authorization", "cookie", "content-type", "accept-language", "content-length"]),
        st.text(alphabet=st.characters(max_codepoint=255), max_size=60),
    )
)
def test_malformed_headers_are_refused_in_words(
    small: SmallReflection, sender: Sender, headers: dict[str, str]
) -> None:
    names = {name.replace("-", "_"): value for name, value in headers.items()}
    assert sender.cast({}, **names).status in (400, 401, 413, 415)

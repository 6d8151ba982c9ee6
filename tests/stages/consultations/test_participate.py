"""The pages of those who take part, and under which pseudonym a request acts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from placet.stages.consultations.actions import SeedStatement, add_statements, close_consultation
from placet.stages.consultations.models import Ballot, Statement
from placet.stages.mandates.models import Member, Participant, ParticipantLink
from tests.stages.reflections import SmallReflection, ballot_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


def url(name: str, small: SmallReflection) -> str:
    return reverse(f"consultations:{name}", args=[small.consultation.reference])


def vote_data(on: Statement, vote: int = 1, **changes: object) -> dict[str, object]:
    ballot = ballot_on(on, vote)
    return {
        "statement": ballot.statement_id,
        "vote": vote,
        "client_key": ballot.client_key,
        "version": ballot.version_id,
        "translation": "",
    } | changes


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "name", ["consultation", "start", "vote", "statements", "add-statement", "own-statements"]
)
def test_pages_of_an_open_consultation_are_there_for_everybody(
    client: Client, small: SmallReflection, name: str, language: str
) -> None:
    page = client.get(url(name, small).replace("/en/", f"/{language}/"))
    assert page.status_code == 200
    assert ("Quoi d’abord" if language == "fr" else "What first?") in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not Participant.objects.exists()  # looking makes nobody a participant


def test_a_vote_without_scripts_is_recorded_and_leads_to_the_next_statement(
    client: Client, small: SmallReflection
) -> None:
    answer = client.post(url("vote", small), vote_data(small.statements[0]))
    assert (answer.status_code, answer["Location"]) == (302, url("vote", small))
    assert Ballot.objects.get().statement == small.statements[0]
    page = client.get(url("vote", small)).content.decode()
    assert "Statement <span data-number>2</span> of 3" in page
    assert [str(statement.id) in page for statement in small.statements] == [False, True, True]


def test_the_page_holds_the_next_cards_ready(client: Client) -> None:
    small = SmallReflection(n_statements=12)
    page = client.get(url("vote", small)).content.decode()
    shown, ready = page.split("<template data-cards>")
    assert shown.count('data-card="') == 1
    assert ready.count('data-card="') == 8 + 1  # and the one that says that the next is on its way
    assert "data-is-end" not in page


@pytest.mark.parametrize(
    "changes",
    [
        {"vote": 5},
        {"vote": ""},
        {"statement": "x"},
        {"client_key": ""},
        {"version": "-1"},
        {"version": "9" * 40},
    ],
)
def test_a_malformed_vote_gets_a_page_that_says_so(
    client: Client, small: SmallReflection, changes: dict[str, object]
) -> None:
    answer = client.post(url("vote", small), vote_data(small.statements[0], **changes))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Ballot.objects.exists()


def test_a_vote_after_closing_is_refused_in_words(client: Client, small: SmallReflection) -> None:
    close_consultation(small.secretariat, small.consultation)
    answer = client.post(url("vote", small), vote_data(small.statements[0]))
    assert answer.status_code == 422
    assert "not open" in answer.content.decode()
    assert not Ballot.objects.exists()


def test_who_is_not_eligible_gets_no_ballot_paper(client: Client) -> None:
    small = SmallReflection(eligibility="invited")
    client.force_login(small.accounts["stranger"])
    for name in ("vote", "start", "add-statement"):
        assert client.get(url(name, small)).status_code == 403
    assert client.post(url("vote", small), vote_data(small.statements[0])).status_code == 403
    assert client.get(url("consultation", small)).status_code == 200


def test_a_client_cannot_name_the_participant_that_it_votes_as(
    client: Client, small: SmallReflection
) -> None:
    victim = small.participant()
    for field in ("participant", "participant_id", "account", "author"):
        client.post(url("vote", small), vote_data(small.statements[0], **{field: str(victim.id)}))
    assert not Ballot.objects.filter(participation__participant=victim).exists()
    assert Ballot.objects.values("participation").distinct().count() == 1


def test_two_browsers_are_two_participants_and_one_browser_is_one(small: SmallReflection) -> None:
    first, second = Client(), Client()
    for client in (first, first, second):
        for statement in small.statements:
            client.post(url("vote", small), vote_data(statement))
    assert Ballot.objects.values("participation").distinct().count() == 2


def test_who_votes_first_and_signs_in_afterwards_keeps_the_votes(
    client: Client, small: SmallReflection
) -> None:
    account = small.accounts["participant"]
    client.post(url("vote", small), vote_data(small.statements[0]))
    client.force_login(account)
    client.post(url("vote", small), vote_data(small.statements[1]))
    assert Participant.objects.count() == 1
    assert ParticipantLink.objects.get().account == account


def test_once_signed_out_the_pseudonym_is_no_longer_at_hand(client: Client, small: SmallReflection) -> None:
    client.post(url("vote", small), vote_data(small.statements[0]))
    client.force_login(small.accounts["participant"])
    client.post(url("vote", small), vote_data(small.statements[1]))
    client.logout()
    client.post(url("vote", small), vote_data(small.statements[2]))
    assert Participant.objects.count() == 2


def test_the_session_of_another_account_does_not_take_a_linked_participant(
    client: Client, small: SmallReflection
) -> None:
    linked = small.linked_participant()
    session = client.session
    session["participants"] = {str(small.reflection.id): str(linked.id)}
    session.save()
    client.post(url("vote", small), vote_data(small.statements[0]))
    client.force_login(small.accounts["stranger"])
    client.post(url("vote", small), vote_data(small.statements[1]))
    assert not Ballot.objects.filter(participation__participant=linked).exists()


def test_a_first_vote_sent_again_because_its_answer_was_lost_counts_once(
    client: Client, small: SmallReflection
) -> None:
    client.get(url("vote", small))
    data, cookies = vote_data(small.statements[0]), dict(client.cookies.items())
    for _ in range(2):  # two requests with the cookies from before the first answer
        client.cookies.clear()
        client.cookies.update(cookies)
        client.post(url("vote", small), data)
    assert (Participant.objects.count(), Ballot.objects.count()) == (1, 1)


def test_the_session_forgets_the_pseudonym_once_an_account_has_it(
    client: Client, small: SmallReflection
) -> None:
    client.post(url("vote", small), vote_data(small.statements[0]))
    client.force_login(small.accounts["participant"])
    client.post(url("vote", small), vote_data(small.statements[1]))
    pseudonym = str(ParticipantLink.objects.get().participant_id)
    assert pseudonym not in str(dict(client.session.items()))


@pytest.mark.parametrize("name", ["start", "vote", "add-statement"])
def test_a_refused_request_makes_nobody_a_participant(
    client: Client, small: SmallReflection, name: str
) -> None:
    close_consultation(small.secretariat, small.consultation)
    data = vote_data(small.statements[0]) | {"body": "Late.", "language": "en", "member": ""}
    client.post(url(name, small), data)
    assert not Participant.objects.exists()


@pytest.mark.parametrize("address", ["/en/c/a%00b/", "/en/s/%00/", "/en/?q=%00"])
def test_an_address_with_a_nul_is_a_bad_request(client: Client, small: SmallReflection, address: str) -> None:
    assert client.get(address).status_code == 400


def test_belonging_is_said_once(client: Client, small: SmallReflection) -> None:
    france, poland = Member.objects.filter(reflection=small.reflection).order_by("code")
    for member in (france, poland):
        answer = client.post(url("start", small), {"member": member.pk, "constituency": ""})
        assert answer["Location"] == url("vote", small)
    participant = Participant.objects.get()
    assert (participant.member, participant.constituency) == (france, None)


def test_a_member_of_another_reflection_cannot_be_chosen(client: Client, small: SmallReflection) -> None:
    other = SmallReflection(slug="other", prefix="OTHER")
    foreign = Member.objects.filter(reflection=other.reflection).first()
    assert foreign is not None
    answer = client.post(url("start", small), {"member": foreign.pk, "constituency": ""})
    assert answer.status_code == 422
    assert not Participant.objects.exists()


def test_a_statement_is_submitted_and_shown_to_its_author_alone(small: SmallReflection) -> None:
    author, other, key = Client(), Client(), str(uuid4())
    data = {"body": "<script>alert(1)</script> trains", "language": "fr", "client_key": key}
    for _ in range(2):
        assert author.post(url("add-statement", small), data).status_code == 302
    assert Statement.objects.filter(state="submitted").count() == 1
    own = author.get(url("own-statements", small)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; trains" in own
    for name in ("own-statements", "statements"):
        assert "alert(1)" not in other.get(url(name, small)).content.decode()


def test_a_statement_that_is_too_long_is_given_back_with_the_reason(
    client: Client, small: SmallReflection
) -> None:
    data = {"body": "x" * 281, "language": "en", "client_key": str(uuid4())}
    answer = client.post(url("add-statement", small), data)
    assert answer.status_code == 422
    assert "x" * 281 in answer.content.decode()
    assert "280" in answer.content.decode()


def test_statements_are_found_by_their_words_in_any_language(client: Client, small: SmallReflection) -> None:
    page = client.get(url("statements", small), {"q": "énoncé 2"}).content.decode()
    assert "SMALL-S-0002" in page
    assert "SMALL-S-0001" not in page
    empty = client.get(url("statements", small), {"q": "% ' OR 1=1 --"})
    assert (empty.status_code, "No statement found" in empty.content.decode()) == (200, True)


@pytest.mark.parametrize("page", ["0", "-1", "abc", "999999", "1e9"])
def test_any_page_number_is_a_page(client: Client, small: SmallReflection, page: str) -> None:
    assert client.get(url("statements", small), {"page": page}).status_code == 200


@pytest.mark.parametrize("name", ["consultation", "vote", "statements"])
def test_drafts_are_not_found_by_the_public(client: Client, name: str) -> None:
    small = SmallReflection(is_open=False)
    assert client.get(url(name, small)).status_code == 404


def count_queries(
    client: Client, address: str, counting: Callable[..., AbstractContextManager[object]]
) -> int:
    client.get(address)  # the first request may read the session's engine and content types
    with counting() as captured:
        assert client.get(address).status_code == 200
    return len(captured)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["consultation", "vote", "statements"])
def test_the_number_of_queries_does_not_grow_with_the_statements(client: Client, name: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    small = SmallReflection(n_statements=10)
    for n_more in (0, 990):
        add_statements(
            small.secretariat,
            small.consultation,
            [SeedStatement({"en": f"More {n}"}, "en") for n in range(n_more)],
        )
        counts.append(count_queries(client, url(name, small), lambda: CaptureQueriesContext(connection)))
    assert counts[0] == counts[1] <= 20


def test_after_the_closing_who_took_part_still_learns_which_kept_votes_counted(
    client: Client, small: SmallReflection
) -> None:
    assert client.post(url("token", small)).status_code == 200
    close_consultation(small.secretariat, small.consultation)
    assert client.post(url("token", small)).status_code == 200
    late = Client().post(url("token", small))
    assert (late.status_code, late.json()["code"]) == (409, "closed")

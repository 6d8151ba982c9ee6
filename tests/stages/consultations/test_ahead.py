"""The cards that a page asks for in advance, and the marks under which a browser keeps votes."""

import re
from collections import Counter
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.stages.consultations.actions import (
    SeedStatement,
    add_statements,
    close_consultation,
    set_routing_weights,
)
from placet.stages.consultations.ballots.actions import take_part
from placet.stages.consultations.ballots.path.tokens import handle_of
from placet.stages.consultations.models import Ballot, Participation
from placet.stages.consultations.queries import statements_ahead
from placet.stages.mandates.models import Participant
from tests.stages.reflections import SmallReflection, ballot_on

pytestmark = pytest.mark.django_db


def address(small: SmallReflection, name: str = "ahead") -> str:
    return reverse(f"consultations:{name}", args=[small.consultation.reference])


def cards(html: str) -> list[str]:
    return re.findall(r'data-card="([^"]+)"', html)


def marks(html: str) -> list[str]:
    (found,) = re.findall(r'data-voter="([^"]*)"', html)
    return found.split()


def ahead(client: Client, small: SmallReflection, *without: object) -> str:
    answer = client.get(address(small), {"without": [str(each) for each in without]})
    assert answer.status_code == 200
    return answer.content.decode()


def cast(client: Client, small: SmallReflection, place: int = 0) -> None:
    """A vote as a browser without scripts casts it."""
    ballot = ballot_on(small.statements[place], 1)
    client.post(
        address(small, "vote"),
        {
            "statement": ballot.statement_id,
            "vote": 1,
            "client_key": ballot.client_key,
            "version": ballot.version_id,
        },
    )


def test_eight_cards_come_of_what_was_not_voted_on_and_is_not_there_yet(client: Client) -> None:
    small = SmallReflection(n_statements=12)
    cast(client, small, 0)
    left_out = [statement.id for statement in small.statements[1:3]]
    html = ahead(client, small, *left_out)
    assert len(set(cards(html))) == 8
    assert not {str(small.statements[0].id), *map(str, left_out)} & set(cards(html))
    assert "data-is-end" not in html
    assert "<html" not in html


def test_the_last_cards_say_that_nothing_comes_after_them(client: Client) -> None:
    small = SmallReflection()
    first = ahead(client, small)
    assert len(cards(first)) == 3
    assert "You have voted on every statement" in first
    nothing = ahead(client, small, *(statement.id for statement in small.statements))
    assert cards(nothing) == []
    assert "data-is-end" in nothing


def test_a_statement_is_escaped(client: Client) -> None:
    small = SmallReflection()
    add_statements(
        small.secretariat, small.consultation, [SeedStatement({"en": "<script>x</script> & y"}, "en")]
    )
    html = ahead(client, small)
    assert "&lt;script&gt;x&lt;/script&gt; &amp; y" in html
    assert "<script>x" not in html


def test_cards_come_in_the_language_of_the_page_with_the_original(client: Client) -> None:
    small = SmallReflection()
    add_statements(
        small.secretariat, small.consultation, [SeedStatement({"en": "Trains.", "fr": "Des trains."}, "fr")]
    )
    html = ahead(client, small)
    assert "Trains." in html
    assert '<p class="wording__original" lang="fr" dir="ltr">Des trains.</p>' in html


def test_no_cards_come_once_it_is_closed(client: Client) -> None:
    small = SmallReflection()
    close_consultation(small.secretariat, small.consultation)
    html = ahead(client, small)
    assert cards(html) == []
    assert "This consultation is not open for votes." in html


def test_asking_makes_nobody_a_participant_and_changes_nothing(client: Client) -> None:
    small = SmallReflection()
    answer = client.get(address(small))
    assert not answer.cookies
    assert not Participant.objects.exists()
    assert "no-store" in answer["Cache-Control"]


def test_who_may_not_vote_gets_no_cards(client: Client) -> None:
    small = SmallReflection(eligibility="invited")
    client.force_login(small.accounts["stranger"])
    assert client.get(address(small)).status_code == 403


@pytest.mark.parametrize("without", [["x"], [str(uuid4()) for _ in range(101)], [""]])
def test_what_cannot_be_left_out_is_a_bad_request(client: Client, without: list[str]) -> None:
    assert client.get(address(SmallReflection()), {"without": without}).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_statements(client: Client) -> None:
    small = SmallReflection(n_statements=10)
    cast(client, small)
    counts = []
    for n_more in (0, 990):
        more = [SeedStatement({"en": f"More {n}", "fr": f"Plus {n}"}, "fr") for n in range(n_more)]
        add_statements(small.secretariat, small.consultation, more)
        ahead(client, small)
        with CaptureQueriesContext(connection) as captured:
            ahead(client, small, *(statement.id for statement in small.statements[1:5]))
        counts.append(len(captured))
    assert counts[0] <= counts[1] <= counts[0] + 2 <= 16  # translated ones have their originals read


def test_weights_count_from_the_moment_at_which_they_change() -> None:
    small = SmallReflection(n_statements=10)
    heavy = small.statements[3]
    set_routing_weights(small.consultation, {each.id: 0.0 for each in small.statements} | {heavy.id: 1.0})
    firsts = [statements_ahead(small.consultation, None, 3)[0] for _ in range(20)]
    assert set(firsts) == {heavy}
    set_routing_weights(small.consultation, {each.id: 1.0 for each in small.statements} | {heavy.id: 0.0})
    drawn = Counter(each for _ in range(20) for each in statements_ahead(small.consultation, None, 9))
    assert heavy not in drawn


def test_a_browser_keeps_votes_under_marks_that_nobody_else_gets() -> None:
    small, other = SmallReflection(), SmallReflection(slug="other", prefix="OTHER")
    first, second, signed_in = Client(), Client(), Client()
    signed_in.force_login(small.accounts["stranger"])
    seen: list[set[str]] = []
    for client in (first, second, signed_in):
        for reflection in (small, other):
            given = marks(client.get(address(reflection, "vote")).content.decode())
            assert given
            seen.append(set(given))
    for place, given in enumerate(seen):
        assert not given & set().union(*seen[:place], *seen[place + 1 :])


def test_the_first_mark_is_the_participation_once_there_is_one_and_the_earlier_one_stays_good(
    client: Client,
) -> None:
    small = SmallReflection()
    (before,) = marks(client.get(address(small, "vote")).content.decode())
    given = client.post(address(small, "token")).json()["participation"]
    for html in (ahead(client, small), client.get(address(small, "consultation")).content.decode()):
        assert marks(html) == [given, before]
    assert given == handle_of(Participation.objects.get())


def test_who_signs_in_keeps_the_marks_only_with_the_votes(client: Client) -> None:
    small = SmallReflection()
    before = marks(client.get(address(small, "vote")).content.decode())
    client.force_login(small.accounts["participant"])
    assert set(before) < set(marks(ahead(client, small)))  # the account takes the pseudonym over
    client.logout()
    assert not set(before) & set(marks(client.get(address(small, "vote")).content.decode()))


def test_an_account_that_took_part_already_does_not_get_the_marks_of_the_pseudonym(client: Client) -> None:
    small = SmallReflection()
    linked = small.linked_participant()
    take_part(small.consultation, linked)
    before = marks(client.get(address(small, "vote")).content.decode())
    client.force_login(small.accounts["participant"])
    assert not set(before) & set(marks(ahead(client, small)))
    assert not Ballot.objects.exists()

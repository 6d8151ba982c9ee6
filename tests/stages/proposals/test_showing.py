"""What everybody reads: the list of proposals, one with its evidence, and the history of a clause."""

import pytest
from django.test import Client
from django.urls import reverse

from placet.stages.proposals.drafting.actions import publish_proposal, withdraw_proposal
from placet.stages.proposals.drafting.clauses import merge_clauses, reword_clause, split_clause
from placet.stages.proposals.drafting.evidence import cite_finding, say_not_taken_up
from placet.stages.proposals.models import Proposal
from placet.stages.sensemaking.finding_models import Stance
from placet.stages.texts.models import TextVersion
from tests.stages.pages import ESCAPED, PAYLOAD, count_queries, is_harmless
from tests.stages.proposals.proposals import SmallProposal, both

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallProposal:
    return SmallProposal()


def page_of(proposal: Proposal, language: str = "en", **query: str) -> str:
    address = reverse("proposals:proposal", args=[proposal.reference]).replace("/en/", f"/{language}/", 1)
    response = Client().get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def clause_page(made: SmallProposal, number: int = 0, **query: str) -> str:
    clause = made.clauses[number]
    address = reverse("proposals:clause", args=[made.proposal.reference, clause.reference])
    response = Client().get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_proposal_shows_what_it_answers_to_and_what_each_clause_rests_on(made: SmallProposal) -> None:
    cite_finding(made.secretariat, made.clauses[0], made.add_finding("Ports matter"))
    cite_finding(
        made.secretariat, made.clauses[0], made.add_finding("Railways instead"), stance=Stance.AGAINST
    )
    body = page_of(made.proposal)
    for expected in (
        "A proposal",
        "A summit",  # the mandate
        "First",  # the priority
        f'id="{made.clauses[0].reference}"',
        "Ports matter",
        "Views against it",
        "Railways instead",
        "published",
    ):
        assert expected in body, expected
    assert body.count("No finding supports this clause.") == 1


def test_the_page_speaks_french(made: SmallProposal) -> None:
    body = page_of(made.proposal, "fr")
    assert "Une proposition" in body
    assert "Texte 1." in body


def test_two_languages_stand_side_by_side_where_wished(made: SmallProposal) -> None:
    reword_clause(made.secretariat, made.clauses[1], {"en": "English alone."}, seen_version=1)
    body = page_of(made.proposal, beside="fr")
    assert "Clause 1 text." in body
    assert "Texte 1." in body
    assert "Not put into this language yet." in body
    assert "Texte 1." not in page_of(made.proposal, beside="xx")


def test_the_list_stands_by_priority_and_leaves_drafts_out(made: SmallProposal) -> None:
    draft = made.add_proposal(state="draft")
    say_not_taken_up(made.secretariat, made.add_finding("Left aside"), both("Outside the mandate."))
    body = Client().get(reverse("proposals:list", args=["small"])).content.decode()
    assert made.proposal.reference in body
    assert draft.reference not in body
    assert "2 without evidence" in body
    assert "Left aside" in body
    assert "Outside the mandate." in body


def test_an_empty_list_says_what_will_stand_there() -> None:
    SmallProposal(state="draft")
    body = Client().get(reverse("proposals:list", args=["small"])).content.decode()
    assert "No proposal yet" in body


def test_a_draft_does_not_exist_for_others() -> None:
    made = SmallProposal(state="draft")
    pages = [
        reverse("proposals:proposal", args=[made.proposal.reference]),
        reverse("proposals:clause", args=[made.proposal.reference, made.clauses[0].reference]),
    ]
    for account in (None, made.delegates["PL"], made.small.accounts["analyst"]):
        client = Client()
        if account:
            client.force_login(account)
        assert {client.get(page).status_code for page in pages} == {404}
    client = Client()
    client.force_login(made.secretary)
    assert {client.get(page).status_code for page in pages} == {200}


def test_a_withdrawn_proposal_says_why(made: SmallProposal) -> None:
    withdraw_proposal(made.secretariat, made.proposal, reason=both("Overtaken by events."))
    assert "Overtaken by events." in page_of(made.proposal)


def test_the_history_compares_any_two_versions_word_by_word(made: SmallProposal) -> None:
    clause = made.clauses[0]
    reword_clause(made.secretariat, clause, both("Clause 1 new text.", "Texte 1 neuf."), seen_version=1)
    reword_clause(made.secretariat, clause, both("Something else."), seen_version=2)
    body = clause_page(made, **{"from": "1", "to": "2"})
    assert "From version 1 to version 2" in body
    assert '[added: </span>new <span class="visually-hidden">' in body
    french = clause_page(made, **{"from": "1", "to": "2", "language": "fr"})
    assert "neuf" in french
    address = reverse("proposals:clause", args=[made.proposal.reference, clause.reference])
    for query in ({"from": "1", "to": "9"}, {"from": "x", "to": "2"}, {"from": "1"}):
        assert Client().get(address, query).status_code == 404


def test_what_was_drafted_before_publication_and_by_whom_is_not_told() -> None:
    made = SmallProposal(state="draft")
    clause = made.clauses[0]
    reword_clause(made.secretary, clause, both("Second thought."), seen_version=1)
    reword_clause(made.secretary, clause, both("As published."), seen_version=2)
    publish_proposal(made.secretariat, made.proposal)
    reword_clause(made.secretary, clause, both("After that."), seen_version=3)
    public = clause_page(made)
    assert "As published." in public
    assert "After that." in public
    assert "Second thought." not in public
    assert made.secretary.email not in public
    client = Client()
    client.force_login(made.secretariat)
    address = reverse("proposals:clause", args=[made.proposal.reference, clause.reference])
    inside = client.get(address).content.decode()
    assert "Second thought." in inside
    assert made.secretary.email in inside


def test_a_clause_that_lives_on_leads_to_its_heirs_and_back(made: SmallProposal) -> None:
    parts = split_clause(made.secretariat, made.clauses[0], [both("A."), both("B.")])
    merged = merge_clauses(made.secretariat, [parts[1], made.clauses[1]], both("B and two."))
    old = clause_page(made)
    assert "no longer stands" in old
    assert all(part.reference in old for part in parts)
    address = reverse("proposals:clause", args=[made.proposal.reference, merged.reference])
    new = Client().get(address).content.decode()
    assert parts[1].reference in new
    assert made.clauses[1].reference in new


def test_texts_do_no_harm(made: SmallProposal) -> None:
    made.add_clause(PAYLOAD)
    cite_finding(made.secretariat, made.clauses[0], made.add_finding(PAYLOAD))
    response = Client().get(reverse("proposals:proposal", args=[made.proposal.reference]))
    assert is_harmless(response)
    assert ESCAPED in response.content.decode()


def test_pages_take_the_same_queries_with_5_and_50_clauses() -> None:
    made = SmallProposal(n_clauses=5)
    client = Client()
    client.force_login(made.secretariat)
    finding = made.add_finding()
    for clause in made.clauses:
        cite_finding(made.secretariat, clause, finding)
    addresses = [
        reverse("proposals:list", args=["small"]),
        reverse("proposals:proposal", args=[made.proposal.reference]) + "?beside=fr",
        reverse("proposals:draft", args=[made.proposal.reference]),
        reverse("proposals:publish-proposal", args=[made.proposal.reference]),
    ]
    before = [count_queries(client, address) for address in addresses]
    for number in range(45):
        clause = made.add_clause(f"Number {number}.")
        cite_finding(made.secretariat, clause, made.add_finding(f"Found {number}"))
    assert [count_queries(client, address) for address in addresses] == before
    assert TextVersion.objects.filter(body="Number 44.").count() == 1

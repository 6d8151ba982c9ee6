"""The desk: every form as a browser sends it, and what it does."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from placet.stages.proposals.drafting.clauses import kept_clauses, reword_clause
from placet.stages.proposals.drafting.evidence import cite_finding
from placet.stages.proposals.drafting.notes import write_note
from placet.stages.proposals.models import (
    Citation,
    Clause,
    ClauseSuccession,
    MarginNote,
    NotTakenUp,
    Proposal,
)
from placet.stages.texts.models import TextVersion
from placet.stages.texts.queries import all_wordings
from tests.stages.pages import PAYLOAD, filled, is_harmless, sent
from tests.stages.proposals.proposals import SmallProposal, both

pytestmark = pytest.mark.django_db


class Desk:
    """A draft and a browser of each of its two secretaries."""

    def __init__(self, state: str = "draft") -> None:
        self.made = SmallProposal(state=state)
        self.client, self.other = Client(), Client()
        self.client.force_login(self.made.secretariat)
        self.other.force_login(self.made.secretary)

    def at(self, name: str, *arguments: object) -> str:
        return reverse(f"proposals:{name}", args=[self.made.proposal.reference, *arguments])

    def of(self, name: str, clause: Clause, *arguments: object) -> str:
        return self.at(name, clause.reference, *arguments)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def texts(proposal: Proposal) -> list[str]:
    return [all_wordings(clause.text_id)[0].body for clause in kept_clauses(proposal)]


def test_a_proposal_is_begun_under_a_priority(desk: Desk) -> None:
    listed = reverse("proposals:manage-list", args=["small"])
    assert b"Draft a proposal" in desk.client.get(listed).content
    answer = sent(
        desk.client,
        reverse("proposals:create-proposal", args=["small"]),
        priority="1",
        title_en="New one",
        summary_en="About it.",
    )
    begun = Proposal.objects.latest("created_at")
    assert answer.url == reverse("proposals:draft", args=[begun.reference])
    assert (begun.position, begun.priority) == (2, desk.made.small.priority)
    assert b"New one" in desk.client.get(listed).content
    refused = sent(desk.client, reverse("proposals:create-proposal", args=["small"]), title_en="Alone")
    assert refused.status_code == 422


def test_the_title_is_changed_and_nobody_is_overwritten(desk: Desk) -> None:
    address = desk.at("change-proposal")
    theirs = filled(desk.other.get(address).context["form"], title_en="Theirs")
    assert sent(desk.client, address, title_en="Mine").status_code == 302
    answer: Any = desk.other.post(address, theirs)
    assert answer.status_code == 422
    assert [each.language for each in answer.context["form"].differences()] == ["en"]
    assert 'value="Theirs"' in answer.content.decode()
    again = desk.other.post(address, filled(answer.context["form"]))
    assert again.status_code == 302
    assert all_wordings(desk.made.proposal.title_id)[0].body == "Theirs"


def test_clauses_are_added_in_their_place(desk: Desk) -> None:
    address = desk.at("add-clause")
    assert sent(desk.client, address, text_en="Last.", text_fr="Dernier.").status_code == 302
    after = f"{address}?after={desk.made.clauses[0].reference}"
    form = desk.client.get(after).context["form"]
    assert desk.client.post(after, filled(form, text_en="Second.")).status_code == 302
    assert texts(desk.made.proposal) == ["Clause 1 text.", "Second.", "Clause 2 text.", "Last."]
    assert sent(desk.client, address, text_fr="Du français seul.").status_code == 422


def test_of_two_secretaries_who_reword_the_second_keeps_her_text_and_sees_the_other(desk: Desk) -> None:
    clause = desk.made.clauses[0]
    address = desk.of("reword-clause", clause)
    hers = filled(desk.other.get(address).context["form"], text_en="Clause 1 her text.")
    assert sent(desk.client, address, text_en="Clause 1 his text.").status_code == 302
    answer: Any = desk.other.post(address, hers)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert all_wordings(clause.text_id)[0].body == "Clause 1 his text."  # nothing was written
    assert "Clause 1 her text.</textarea>" in body
    assert '[removed: </span>his <span class="visually-hidden">' in body
    assert '[added: </span>her <span class="visually-hidden">' in body
    again = desk.other.post(address, filled(answer.context["form"]))
    assert again.status_code == 302
    found = TextVersion.objects.filter(text=clause.text).order_by("number")
    assert [row.body for row in found] == ["Clause 1 text.", "Clause 1 his text.", "Clause 1 her text."]


def test_the_same_form_sent_twice_writes_once(desk: Desk) -> None:
    address = desk.of("reword-clause", desk.made.clauses[0])
    data = filled(desk.client.get(address).context["form"], text_en="Once.")
    assert [desk.client.post(address, data).status_code for _time in range(2)] == [302, 302]
    assert TextVersion.objects.filter(body="Once.").count() == 1


def test_clauses_are_moved_and_removed(desk: Desk) -> None:
    first, second = desk.made.clauses
    desk.client.post(desk.of("place-clause", first), {"to": "down"})
    assert kept_clauses(desk.made.proposal) == [second, first]
    desk.client.post(desk.of("place-clause", first), {"to": "up"})
    assert kept_clauses(desk.made.proposal) == [first, second]
    assert sent(desk.client, desk.of("remove-clause", first)).status_code == 302
    assert kept_clauses(desk.made.proposal) == [second]
    moved = desk.client.post(desk.of("place-clause", first), {"to": "up"}, follow=True)
    assert b"removed meanwhile" in moved.content


def test_a_clause_is_split_and_put_together_again(desk: Desk) -> None:
    first, _second = desk.made.clauses
    address = desk.of("split-clause", first)
    assert desk.client.get(address).context["form"]["text1_en"].value() == "Clause 1 text."
    assert sent(desk.client, address, text1_en="A.", text2_en="B.").status_code == 302
    assert texts(desk.made.proposal) == ["A.", "B.", "Clause 2 text."]
    made = kept_clauses(desk.made.proposal)
    merging = desk.of("merge-clauses", made[0])
    assert desk.client.get(merging).context["form"]["text_en"].value() == "A.\n\nB."
    assert sent(desk.client, merging, text_en="A and B.").status_code == 302
    assert texts(desk.made.proposal) == ["A and B.", "Clause 2 text."]
    assert ClauseSuccession.objects.count() == 4
    assert desk.client.get(desk.of("merge-clauses", desk.made.clauses[1])).status_code == 404  # the last


def test_what_was_reworded_while_it_was_split_is_shown(desk: Desk) -> None:
    first = desk.made.clauses[0]
    address = desk.of("split-clause", first)
    data = filled(desk.client.get(address).context["form"], text1_en="A.", text2_en="B.")
    reword_clause(desk.made.secretary, first, both("Reworded."), seen_version=1)
    answer = desk.client.post(address, data)
    assert answer.status_code == 422
    assert b"Reworded." in answer.content
    assert len(kept_clauses(desk.made.proposal)) == 2


def test_findings_are_searched_cited_and_taken_back(desk: Desk) -> None:
    clause, finding = desk.made.clauses[0], desk.made.add_finding("Ports matter")
    desk.made.add_finding("Something else")
    panel = desk.of("evidence", clause)
    found = desk.client.get(panel, {"q": "ports"}).content.decode()
    assert "Ports matter" in found
    assert "Something else" not in found
    cite = desk.of("cite-finding", clause)
    for _time in range(2):
        desk.client.post(cite, {"finding": finding.reference.lower(), "stance": "against"})
    citation = Citation.objects.get(taken_back_at=None)
    assert (citation.stance, citation.clause) == ("against", clause)
    desk.client.post(desk.of("take-back-citation", clause, citation.pk))
    assert not Citation.objects.filter(taken_back_at=None).exists()
    assert desk.client.post(cite, {"finding": "SMALL-F-0099", "stance": "against"}).status_code == 404
    desk.client.post(cite, {"finding": finding.reference, "stance": "maybe"})
    assert not Citation.objects.filter(taken_back_at=None).exists()
    other = desk.of("take-back-citation", desk.made.clauses[1], citation.pk)
    assert desk.client.post(other).status_code == 404


def test_a_finding_is_answered_with_a_reason(desk: Desk) -> None:
    finding = desk.made.add_finding("Left aside")
    listed = reverse("proposals:unanswered", args=["small"])
    assert b"Left aside" in desk.client.get(listed).content
    address = reverse("proposals:not-taken-up", args=["small", finding.reference])
    assert sent(desk.client, address).status_code == 422
    assert sent(desk.client, address, reason_en="Outside the mandate.").status_code == 302
    assert b"Outside the mandate." in desk.client.get(listed).content
    desk.client.post(reverse("proposals:take-up-again", args=["small", finding.reference]))
    assert not NotTakenUp.objects.filter(taken_back_at=None).exists()
    cite_finding(desk.made.secretariat, desk.made.clauses[0], finding)
    refused = sent(desk.client, address, reason_en="No.")
    assert desk.made.clauses[0].reference in refused.content.decode()


def test_notes_are_written_answered_and_settled(desk: Desk) -> None:
    page = desk.at("draft")
    form = desk.client.get(page).context["note"]
    clause = desk.made.clauses[0]
    data = filled(form, body="Is this enough?", clause=clause.reference)
    for _time in range(2):
        answer = desk.client.post(desk.at("write-note"), data)
    assert answer.url == f"{page}#{clause.reference}"
    note = MarginNote.objects.get()
    reply = filled(desk.other.get(page).context["note"], body="It is.", answers=str(note.pk))
    desk.other.post(desk.at("write-note"), reply)
    body = desk.client.get(page).content.decode()
    assert "Is this enough?" in body
    assert "It is." in body
    desk.client.post(desk.at("settle-note", note.pk), {"to": "settled"})
    note.refresh_from_db()
    assert note.settled_by == desk.made.secretariat
    desk.client.post(desk.at("settle-note", note.pk), {"to": "open"})
    note.refresh_from_db()
    assert note.settled_by is None
    empty = desk.client.post(desk.at("write-note"), filled(form, body=" "), follow=True)
    assert empty.status_code == 200
    assert MarginNote.objects.count() == 2


def test_publishing_warns_and_is_done_once(desk: Desk) -> None:
    reword_clause(desk.made.secretariat, desk.made.clauses[0], {"en": "English alone."}, seen_version=1)
    unseen = desk.made.add_finding("Unseen", state="draft")
    cite_finding(desk.made.secretariat, desk.made.clauses[0], unseen)
    address = desk.at("publish-proposal")
    page = desk.client.get(address).content.decode()
    assert "Not written in every language" in page
    assert "1 clause cites no finding" in page
    assert unseen.reference in page
    assert sent(desk.client, address).status_code == 302
    desk.made.proposal.refresh_from_db()
    assert desk.made.proposal.state == "published"


def test_withdrawing_asks_for_the_reason() -> None:
    desk = Desk("published")
    address = desk.at("withdraw-proposal")
    assert sent(desk.client, address).status_code == 422
    assert sent(desk.client, address, reason_en="Overtaken.").status_code == 302
    assert b"Overtaken." in Client().get(desk.at("proposal")).content
    desk_page = desk.client.get(desk.at("draft")).content.decode()
    assert "Reword" not in desk_page


def test_the_desk_is_closed_to_everybody_else(desk: Desk) -> None:
    clause = desk.made.clauses[0]
    addresses = [
        desk.at("draft"),
        desk.at("change-proposal"),
        desk.of("reword-clause", clause),
        desk.of("evidence", clause),
        reverse("proposals:manage-list", args=["small"]),
        reverse("proposals:unanswered", args=["small"]),
    ]
    for account in (desk.made.delegates["PL"], desk.made.small.accounts["stranger"]):
        stranger = Client()
        stranger.force_login(account)
        assert {stranger.get(address).status_code for address in addresses} <= {403, 404}
        for address in (desk.of("place-clause", clause), desk.at("write-note")):
            assert stranger.post(address, {"body": "x"}).status_code == 404
    assert {Client().get(address).status_code for address in addresses} == {302}


def test_what_is_typed_does_no_harm(desk: Desk) -> None:
    write_note(desk.made.secretary, desk.made.proposal, PAYLOAD, clause=desk.made.clauses[0])
    desk.made.add_clause(PAYLOAD)
    assert is_harmless(desk.client.get(desk.at("draft")))
    address = desk.of("reword-clause", desk.made.clauses[0])
    hers = filled(desk.other.get(address).context["form"], text_en=PAYLOAD)
    sent(desk.client, address, text_en="Faster.")
    assert is_harmless(desk.other.post(address, hers))

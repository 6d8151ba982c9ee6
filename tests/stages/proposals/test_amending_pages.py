"""Pages of amendments and frozen texts: for everybody, for delegations, for the secretariat."""

import csv
import json
from datetime import timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from placet.stages.proposals.amending.actions import answer_amendment, open_to_amendments, take_stand
from placet.stages.proposals.drafting.clauses import reword_clause
from placet.stages.proposals.freezing import freeze_proposal, thaw_proposal
from placet.stages.proposals.models import Amendment, AmendmentStand, FrozenText, Proposal
from tests.stages.pages import ESCAPED, PAYLOAD, count_queries, is_harmless, sent
from tests.stages.proposals.amending import Amendable, says
from tests.stages.proposals.proposals import SmallProposal, both

pytestmark = pytest.mark.django_db

ANSWER = both("We see it so.")


@pytest.fixture
def case() -> Amendable:
    return Amendable()


def url(name: str, *args: object) -> str:
    return reverse(f"proposals:{name}", args=args)


def client_of(case: Amendable, who: str) -> Client:
    """A browser of a member's delegate, or of the secretariat."""
    client = Client()
    client.force_login(case.world.secretariat if who == "secretariat" else case.world.delegates[who])
    return client


def body(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


class TestAmending:
    def test_a_delegate_amends_a_clause_from_its_present_wording(self, case: Amendable) -> None:
        client, clause = client_of(case, "FR"), case.clauses[0]
        address = url("amend", case.proposal.reference, clause.reference, "reword")
        page = client.get(address)
        assert page.context["form"]["wording_fr"].value() == "Texte 1."
        answer = sent(client, address, wording_fr="Texte amendé.", justification_fr="Parce que.")
        assert answer.status_code == 302
        amendment = Amendment.objects.get()
        assert (amendment.member.code, amendment.kind) == ("FR", "reword")
        assert amendment.wording is not None
        assert amendment.wording.language == "fr"  # the English was left as it is
        assert amendment.wording.versions.get().body == "Texte amendé."

    def test_sent_twice_it_is_one_amendment(self, case: Amendable) -> None:
        client = client_of(case, "FR")
        address = url("amend", case.proposal.reference, case.clauses[0].reference, "delete")
        data = {"form_key": "6a2f1c9e-3d6e-4c0b-9f0e-2f6f4bb1d111", "seen": "1", "justification_en": "Why."}
        for _ in range(2):
            assert client.post(address, data).status_code == 302
        assert Amendment.objects.count() == 1

    def test_nothing_changed_is_nothing_asked_for(self, case: Amendable) -> None:
        client = client_of(case, "FR")
        address = url("amend", case.proposal.reference, case.clauses[0].reference, "reword")
        answer = sent(client, address, justification_en="Why.")
        assert answer.status_code == 422
        assert "says already" in answer.content.decode()

    def test_a_change_meanwhile_is_shown_and_what_was_typed_stays(self, case: Amendable) -> None:
        client, clause = client_of(case, "FR"), case.clauses[0]
        address = url("amend", case.proposal.reference, clause.reference, "reword")
        page = client.get(address)
        reword_clause(case.world.secretariat, clause, both("Reworded text."), seen_version=1)
        form = page.context["form"]
        data = {
            "form_key": str(form["form_key"].value()),
            "seen": "1",
            "wording_en": "Mine.",
            "justification_en": "Why.",
        }
        answer = client.post(address, data)
        assert answer.status_code == 422
        content = answer.content.decode()
        assert "What changed since you opened this page" in content
        assert "Reworded" in content
        assert "Mine." in content
        assert not Amendment.objects.exists()
        assert answer.context["form"]["seen"].value() == "2"
        assert client.post(address, data | {"seen": "2"}).status_code == 302

    def test_a_new_clause_before_the_first(self, case: Amendable) -> None:
        client = client_of(case, "PL")
        address = url("amend-first", case.proposal.reference)
        assert sent(client, address, wording_en="New.", justification_en="Why.").status_code == 302
        assert Amendment.objects.get().clause is None

    def test_where_none_is_taken_the_page_says_so(self, case: Amendable) -> None:
        client = client_of(case, "PL")
        Proposal.objects.update(amendable_until=timezone.now() - timedelta(seconds=1))
        for address in (
            url("choose-clause", case.proposal.reference),
            url("amend", case.proposal.reference, case.clauses[0].reference, "delete"),
        ):
            assert "takes no amendments now" in body(client, address)

    def test_an_unknown_kind_does_not_exist(self, case: Amendable) -> None:
        address = url("amend", case.proposal.reference, case.clauses[0].reference, "merge")
        assert client_of(case, "PL").get(address).status_code == 404

    def test_delegates_of_elsewhere_do_not_amend_here(self, case: Amendable) -> None:
        stranger = Client()
        stranger.force_login(case.world.small.accounts["stranger"])
        address = url("amend", case.proposal.reference, case.clauses[0].reference, "delete")
        assert stranger.get(address).status_code == 403
        assert stranger.post(address, {"seen": "1", "justification_en": "Why."}).status_code == 403
        assert client_of(case, "secretariat").get(address).status_code == 403


class TestDesk:
    def test_what_a_delegation_has_before_it(self, case: Amendable) -> None:
        case.amend("FR"), case.amend("PL", wording=both("Poland asks."))
        page = client_of(case, "PL").get(url("delegation-amendments", case.world.small.reflection.slug))
        desk = page.context["desk"]
        assert [each.reference for each in desk.own] == ["SMALL-AM-0002"]
        assert [each.reference for each in desk.of_others] == ["SMALL-AM-0001"]
        assert [each.reference for each in desk.proposals] == [case.proposal.reference]
        assert "You speak for" in page.content.decode()

    def test_support_in_one_click_and_back(self, case: Amendable) -> None:
        amendment, client = case.amend("FR"), client_of(case, "PL")
        desk = url("delegation-amendments", case.world.small.reflection.slug)
        address = url("take-stand", amendment.reference)
        assert 'value="supports" aria-pressed="false"' in body(client, desk)
        answer = client.post(address, {"stand": "supports", "back": desk})
        assert answer["Location"] == desk
        page = body(client, desk)
        assert 'value="none" aria-pressed="true"' in page
        assert "Your delegation supports SMALL-AM-0001" in page
        client.post(address, {"stand": "none", "back": "https://elsewhere.example/"})
        stands = AmendmentStand.objects.order_by("pk").values_list("stand", flat=True)
        assert list(stands) == ["supports", "none"]

    def test_one_is_not_sent_to_another_site(self, case: Amendable) -> None:
        amendment, client = case.amend("FR"), client_of(case, "PL")
        answer = client.post(
            url("take-stand", amendment.reference), {"stand": "opposes", "back": "//elsewhere.example/"}
        )
        assert answer["Location"] == url("amendment", amendment.reference)

    def test_a_refused_stand_is_said(self, case: Amendable) -> None:
        amendment, client = case.amend("FR"), client_of(case, "FR")
        answer = client.post(url("take-stand", amendment.reference), {"stand": "supports"}, follow=True)
        assert "The other delegations say" in answer.content.decode()

    def test_withdrawing_is_asked_once_more(self, case: Amendable) -> None:
        amendment, client = case.amend("FR"), client_of(case, "FR")
        address = url("withdraw-amendment", amendment.reference)
        assert "Withdraw this amendment?" in body(client, address)
        assert client_of(case, "PL").get(address).status_code == 404
        assert client_of(case, "PL").post(address).status_code == 403
        assert client.post(address).status_code == 302
        amendment.refresh_from_db()
        assert amendment.state == "withdrawn"

    def test_an_answered_one_is_not_withdrawn(self, case: Amendable) -> None:
        amendment, client = case.amend("FR"), client_of(case, "FR")
        answer_amendment(case.world.secretariat, amendment, "refused", ANSWER)
        answer = client.post(url("withdraw-amendment", amendment.reference))
        assert answer.status_code == 422
        assert "answered already" in answer.content.decode()


class TestReading:
    def test_the_table_says_who_asks_what_and_what_was_answered(self, case: Amendable) -> None:
        first, second = case.amend("FR", wording=both("Clause 1 words.")), case.amend("PL", kind="delete")
        take_stand(case.world.delegates["CA"], first, "supports")
        take_stand(case.world.delegates["PL"], first, "opposes")
        page = body(Client(), url("amendments", case.proposal.reference))
        for words in ("France", "Canada", "Poland", "Because.", "In conflict with", "2 of them without"):
            assert words in page
        assert "<del" in page
        assert "<ins" in page
        answer_amendment(case.world.secretariat, second, "refused", ANSWER)
        assert "We see it so." in body(Client(), url("amendments", case.proposal.reference))

    def test_pages_escape_what_people_wrote(self, case: Amendable) -> None:
        case.amend(wording={"en": PAYLOAD})
        page: Any = Client().get(url("amendments", case.proposal.reference))
        assert ESCAPED.split("alert")[0] in page.content.decode()
        assert is_harmless(page)

    def test_a_draft_is_nobodys_business(self) -> None:
        world = SmallProposal(state="draft")
        delegate = Client()
        delegate.force_login(world.delegates["FR"])
        for name in ("amendments", "amendments-csv", "consolidated", "choose-clause"):
            assert delegate.get(url(name, world.proposal.reference)).status_code == 404

    def test_the_csv_holds_no_formula(self, case: Amendable) -> None:
        case.amend(wording={"en": '=HYPERLINK("x")'})
        case.amend("PL", wording={"en": "+1 -1"})
        answer = Client().get(url("amendments-csv", case.proposal.reference))
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
        assert [row["amendment"] for row in rows] == ["SMALL-AM-0001", "SMALL-AM-0002"]
        assert rows[0]["proposed"] == '\'=HYPERLINK("x")'
        assert rows[1]["proposed"] == "'+1 -1"
        assert rows[0]["clause_number"] == "1"
        assert rows[0]["changes"].startswith("[-Clause 1 text.-]")
        cells = [cell for row in rows for cell in row.values()]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)

    def test_the_docx_opens_and_marks_what_differs(self, case: Amendable) -> None:
        amendment = case.amend(wording=both("Clause 1 words.\x0b"))
        case.amend("PL", kind="insert", first=True)
        take_stand(case.world.delegates["PL"], amendment, "supports")
        answer_amendment(case.world.secretariat, amendment, "partly", ANSWER, wording=both("Clause one."))
        answer = Client().get(url("amendments-docx", case.proposal.reference))
        document = Document(BytesIO(answer.content))
        before_first, of_clause = document.tables
        cells = of_clause.rows[1].cells
        runs = [run for paragraph in cells[2].paragraphs for run in paragraph.runs]
        assert "text" in "".join(run.text for run in runs if run.font.strike)
        assert "words" in "".join(run.text for run in runs if run.underline)
        assert "Supported by: Poland" in cells[4].text
        assert "We see it so." in cells[5].text
        assert "SMALL-AM-0002" in before_first.rows[1].cells[0].text

    def test_an_empty_table_is_a_table(self, case: Amendable) -> None:
        for name in ("amendments", "amendments-csv", "amendments-docx"):
            assert Client().get(url(name, case.proposal.reference)).status_code == 200

    def test_queries_do_not_grow_with_amendments(self, case: Amendable) -> None:
        addresses = [
            url("amendments", case.proposal.reference),
            url("delegation-amendments", case.world.small.reflection.slug),
            url("consolidated", case.proposal.reference),
        ]

        def more() -> None:
            for kind in ("reword", "delete", "insert"):
                for clause in case.clauses:
                    take_stand(case.world.delegates["PL"], case.amend(kind=kind, clause=clause), "supports")
            partly = case.amend("PL", kind="insert")
            answer_amendment(case.world.secretariat, partly, "partly", ANSWER, wording=both("New."))

        more()
        client = client_of(case, "CA")
        few = [count_queries(client, address) for address in addresses]
        more()
        more()
        assert [count_queries(client, address) for address in addresses] == few


class TestManaging:
    def test_opening_until_a_day(self) -> None:
        world = SmallProposal()
        client = Client()
        client.force_login(world.secretariat)
        address = url("open-amendments", world.proposal.reference)
        day = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT12:00")
        assert sent(client, address, until=day).status_code == 302
        world.proposal.refresh_from_db()
        assert world.proposal.state == Proposal.State.AMENDABLE
        assert world.proposal.amendable_until is not None
        past = sent(client, address, until="2020-01-01T12:00")
        assert past.status_code == 422
        assert "still to come" in past.content.decode()
        assert "amendments until" in body(Client(), url("amendments", world.proposal.reference))

    def test_answering_from_the_delegations_wording(self, case: Amendable) -> None:
        amendment, client = case.amend(), client_of(case, "secretariat")
        address = url("answer-amendment", amendment.reference)
        assert url("answer-amendment", amendment.reference) in body(
            client, url("manage-amendments", case.proposal.reference)
        )
        answer = sent(client, address, state="accepted", answer_en="Yes.")
        assert answer.status_code == 302
        assert says(case.clauses[0]) == both("FR asks for this.")
        assert "there is nothing more to do" in body(client, address)

    def test_not_accepted_the_prefilled_wording_does_no_harm(self, case: Amendable) -> None:
        amendment, client = case.amend(), client_of(case, "secretariat")
        address = url("answer-amendment", amendment.reference)
        assert sent(client, address, state="refused", answer_en="No.").status_code == 302
        assert says(case.clauses[0])["en"] == "Clause 1 text."

    def test_what_changed_since_is_seen_and_confirmed(self, case: Amendable) -> None:
        first, second = case.amend("FR"), case.amend("PL", wording=both("Poland asks."))
        answer_amendment(case.world.secretariat, first, "accepted", ANSWER)
        client = client_of(case, "secretariat")
        address = url("answer-amendment", second.reference)
        assert "The clause has changed since" in body(client, address)
        answer = sent(client, address, state="accepted", answer_en="Yes.")
        assert answer.status_code == 422
        assert "Compare with the present wording first" in answer.content.decode()
        assert sent(client, address, state="accepted", answer_en="Yes.", confirms="on").status_code == 302
        assert says(case.clauses[0]) == both("Poland asks.")

    def test_changed_while_the_answer_was_written(self, case: Amendable) -> None:
        amendment, client = case.amend(), client_of(case, "secretariat")
        address = url("answer-amendment", amendment.reference)
        key = client.get(address).context["form"]["form_key"].value()
        reword_clause(case.world.secretary, case.clauses[0], both("Reworded."), seen_version=1)
        data = {"form_key": str(key), "seen": "1", "state": "accepted", "answer_en": "Yes."}
        data |= {"wording_en": "FR asks for this.", "wording_fr": "FR asks for this. (fr)"}
        refused = client.post(address, data)
        assert refused.status_code == 422
        assert refused.context["form"]["seen"].value() == "2"
        assert says(case.clauses[0])["en"] == "Reworded."
        assert client.post(address, data | {"seen": "2", "confirms": "on"}).status_code == 302
        assert says(case.clauses[0])["en"] == "FR asks for this."

    def test_freezing_says_what_is_missing_then_freezes(self, case: Amendable) -> None:
        amendment, client = case.amend(), client_of(case, "secretariat")
        address = url("freeze-proposal", case.proposal.reference)
        assert "waits for its answer" in body(client, address)
        assert client.post(address).status_code == 422
        answer_amendment(case.world.secretariat, amendment, "refused", ANSWER)
        assert client.post(address)["Location"] == url("frozen", case.proposal.reference, 1)
        assert "Frozen text 1" in body(client, url("manage-amendments", case.proposal.reference))


class TestFrozenPage:
    def test_the_document_is_downloaded_byte_for_byte(self) -> None:
        world = SmallProposal()
        text = freeze_proposal(world.secretariat, world.proposal)
        answer = Client().get(url("frozen-document", world.proposal.reference, 1))
        assert f"sha256:{sha256(answer.content).hexdigest()}" == text.digest
        assert answer["Content-Disposition"] == 'attachment; filename="SMALL-P-0001-frozen-1.json"'
        assert json.loads(answer.content)["reference"] == "SMALL-P-0001"

    def test_the_page_shows_the_text_its_digest_and_how_to_check_it(self) -> None:
        world = SmallProposal()
        text = freeze_proposal(world.secretariat, world.proposal)
        page = body(Client(), url("frozen", world.proposal.reference, 1))
        for words in (text.digest, "sha256sum SMALL-P-0001-frozen-1.json", "Clause 2 text."):
            assert words in page
        french = body(Client(), url("frozen", world.proposal.reference, 1) + "?language=fr")
        assert "Texte 2." in french
        assert "Une proposition" in french

    def test_a_later_text_is_beside_the_one_before_it(self) -> None:
        world = SmallProposal()
        freeze_proposal(world.secretariat, world.proposal)
        thaw_proposal(world.secretariat, world.proposal, reason="broken")
        first = body(Client(), url("frozen", world.proposal.reference, 1))
        assert "opened to amendments again" in first
        reword_clause(world.secretariat, world.clauses[0], both("Clause 1 words."), seen_version=1)
        freeze_proposal(world.secretariat, world.proposal)
        second = body(Client(), url("frozen", world.proposal.reference, 2))
        assert "What changed since frozen text 1" in second
        assert "<ins" in second
        assert "A later text has taken its place" in body(
            Client(), url("frozen", world.proposal.reference, 1)
        )
        assert Client().get(url("frozen", world.proposal.reference, 3)).status_code == 404

    def test_a_document_that_is_not_that_of_its_digest_is_said_so(self) -> None:
        world = SmallProposal()
        text = freeze_proposal(world.secretariat, world.proposal)
        FrozenText.objects.create(
            proposal=world.proposal,
            number=2,
            document=text.document.replace("Clause 1", "Clause 9"),
            digest=text.digest,
            frozen_at=timezone.now(),
        )
        assert "Do not rely on it" in body(Client(), url("frozen", world.proposal.reference, 2))


def test_opening_again_changes_the_day_alone(case: Amendable) -> None:
    amendment = case.amend()
    open_to_amendments(case.world.secretariat, case.proposal, until=timezone.now() + timedelta(days=1))
    amendment.refresh_from_db()
    assert amendment.state == "submitted"

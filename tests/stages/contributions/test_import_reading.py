"""Reading files of contributions: what they say, what is wrong with them; nothing is lost silently."""

import io
import zipfile
from contextlib import suppress

import pytest
from docx.document import Document as DocumentType
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from placet.stages.contributions.imports.reading import format_of, read
from placet.stages.contributions.imports.reading.numbering import read_numbering
from placet.stages.contributions.imports.reading.package import Package
from placet.stages.contributions.imports.reading.plain_text import plain_text
from placet.stages.contributions.imports.reading.titles import title_of
from placet.stages.contributions.imports.rows import Reading, UnreadableError
from placet.stages.contributions.imports.sentences import FAULTS, fault_sentence, finding_sentence
from placet.stages.contributions.models import ContributionImport
from tests.stages.contributions.import_files import decidim, docx, proposal, report, typed

Format = ContributionImport.Format


def opened(content: bytes, language: str = "en") -> Reading:
    return read(content, format_of(content), language)


def findings(reading: Reading) -> dict[str, int | str]:
    return {each.code: each.values.get("count", "") for each in reading.findings}


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


# A report


def test_numbers_that_word_counts_are_read_with_their_section_and_all_that_belongs_to_them() -> None:
    def write(document: DocumentType) -> None:
        document.add_heading("The report", 0)
        document.add_paragraph("An introduction.")
        document.add_heading("Politics", 1)
        first = document.add_paragraph(style="List Number")
        first.add_run("Meet more often.").bold = True
        first.add_run(" Allies have much to say to each other.")
        document.add_paragraph("It would cost little.")
        document.add_paragraph("in Brussels", style="List Bullet")
        document.add_paragraph("elsewhere", style="List Bullet")
        document.add_heading("China", 2)
        document.add_paragraph("Devote more time to China, e.g. in the Council. More.", style="List Number")
        document.add_heading("Annex", 1)
        document.add_paragraph("Who was heard.")

    reading = opened(docx(write))
    first, second = reading.rows
    assert (first.number, first.title["en"], first.summary["en"]) == (1, "Meet more often", "Politics")
    assert first.body["en"] == (
        "Meet more often. Allies have much to say to each other.\n\nIt would cost little.\n\n"
        "• in Brussels\n• elsewhere"
    )
    assert second.title["en"] == "Devote more time to China, e.g. in the Council"
    assert second.summary["en"] == "Politics › China"
    assert not reading.faults
    (left,) = reading.findings
    assert (left.code, left.examples) == (
        "not-numbered",
        ("The report", "An introduction.", "Annex", "Who was heard."),
    )


@pytest.mark.parametrize(
    "shape",
    [
        "{n}.",
        "{n})",
        "{n} –",
        "R{n}",
        "Recommendation {n} –",
        "Recommendation {n}:",
        "RECOMMENDATION {n}.",
        "Recommandation n° {n} :",
    ],
)
def test_numbers_typed_by_hand_are_read(shape: str) -> None:
    numbered = (f"{shape.format(n=n)} Do this, {n}." for n in range(1, 13))
    reading = opened(typed("Before.", *numbered, "More on the last."))
    assert [row.number for row in reading.rows] == list(range(1, 13))
    assert reading.rows[4].body["en"] == "Do this, 5."
    assert reading.rows[11].body["en"] == "Do this, 12.\n\nMore on the last."
    assert findings(reading) == {"not-numbered": 1}


def test_a_list_inside_of_a_recommendation_stays_in_its_text_and_is_told() -> None:
    reading = opened(typed("1. First.", "1. inner", "2. inner", "2. Second.", "3. Third."))
    # What the reader takes for the list depends on where it begins; nothing is lost either way.
    assert sum(row.body["en"].count("inner") for row in reading.rows) + sum(
        "inner" in each for finding in reading.findings for each in finding.examples
    )
    reading = opened(typed("1. First.", "2. Second.", "1. inner", "2. inner", "3. Third."))
    assert [row.number for row in reading.rows] == [1, 2, 3]
    assert reading.rows[1].body["en"] == "Second.\n\n1. inner\n\n2. inner"
    assert findings(reading) == {"inner-lists": 2}


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (("1. A.", "2. B.", "4. D."), [("gap", 3, "After 2 comes 4: what is between them is missing.")]),
        (("1. A.", "2. B.", "2. C."), [("double", 3, None)]),
        (("Recommendation 3: A.", "Recommendation 2: B."), [("double", 2, None)]),
    ],
)
def test_gaps_and_doubles_are_faults_with_their_paragraph(
    paragraphs: tuple[str, ...], expected: list[tuple[str, int, str | None]]
) -> None:
    reading = opened(typed(*paragraphs))
    assert [(fault.code, fault.place) for fault in reading.faults] == [each[:2] for each in expected]
    if expected[0][2]:
        (fault,) = reading.faults
        assert fault_sentence(fault.code, fault.values) == expected[0][2]
        assert fault.column == "D."


def test_numbers_that_begin_anew_under_a_heading_are_a_fault() -> None:
    def write(document: DocumentType) -> None:
        for part in ("One", "Two"):
            document.add_heading(part, 1)
            for number in (1, 2):
                document.add_paragraph(f"{number}. Do this for {part}.")

    assert codes(opened(docx(write)))[0] == "double"


def test_numbers_on_two_levels_stand_in_the_title() -> None:
    reading = opened(typed("4.1 Do this.", "4.2 Do that.", "5.1 Do more.", "5.3 Do less."))
    assert [(row.foreign_id, row.number, row.title["en"]) for row in reading.rows][:3] == [
        ("4.1", None, "4.1 Do this"),
        ("4.2", None, "4.2 Do that"),
        ("5.1", None, "5.1 Do more"),
    ]
    assert codes(reading) == ["gap"]


def test_headings_can_be_the_recommendations() -> None:
    def write(document: DocumentType) -> None:
        document.add_heading("Resilience", 1)
        for number in (1, 2, 3):
            document.add_heading(f"Recommendation {number}: Prepare, {number}", 2)
            document.add_paragraph(f"Why to prepare, {number}.")
            document.add_paragraph("And how.")

    reading = opened(docx(write))
    assert [(row.title["en"], row.summary["en"]) for row in reading.rows][1] == ("Prepare, 2", "Resilience")
    assert reading.rows[1].body["en"] == "Why to prepare, 2.\n\nAnd how."


def test_a_table_of_numbers_and_texts_is_read_row_by_row() -> None:
    def write(document: DocumentType) -> None:
        table = document.add_table(0, 2)
        for number in (1, 2, 3):
            cells = table.add_row().cells
            cells[0].text, cells[1].text = str(number), f"Do this, {number}."

    reading = opened(docx(write))
    assert [(row.number, row.body["en"]) for row in reading.rows] == [
        (n, f"Do this, {n}.") for n in (1, 2, 3)
    ]
    assert findings(reading)["tables"] == 1


def test_deleted_text_is_left_out_and_hidden_text_too() -> None:
    def write(document: DocumentType) -> None:
        paragraph = document.add_paragraph("1. Keep this")
        hidden = paragraph.add_run(" hidden")
        hidden.font.hidden = True
        deleted = OxmlElement("w:del")
        run = paragraph.add_run(" deleted")
        deleted.append(run._r)
        paragraph._p.append(deleted)
        document.add_paragraph("2. And this.")

    reading = opened(docx(write))
    assert reading.rows[0].body["en"] == "Keep this"
    assert "tracked-changes" in findings(reading)


def test_an_empty_number_is_a_row_without_text() -> None:
    def write(document: DocumentType) -> None:
        document.add_paragraph("One thing.", style="List Number")
        document.add_paragraph("", style="List Number")
        document.add_paragraph("Another thing.", style="List Number")

    assert [row.body["en"] for row in opened(docx(write)).rows] == ["One thing.", "", "Another thing."]


NUMBERING = """<w:numbering xmlns:w="http://x">
<w:abstractNum w:abstractNumId="0">
 <w:lvl w:ilvl="0"><w:start w:val="4"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
 <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="(%3)"/></w:lvl>
 <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%4)"/>
  <w:lvlRestart w:val="0"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="0"/>
 <w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>
</w:numbering>"""


def test_levels_count_restart_and_are_written_as_word_writes_them() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/numbering.xml", NUMBERING)
    numbering = read_numbering(Package(packed.getvalue()).part("word/numbering.xml"))
    asked = [
        ("1", 0),
        ("1", 1),
        ("1", 1),
        ("1", 2),
        ("1", 2),
        ("1", 3),
        ("1", 0),
        ("1", 1),
        ("1", 3),
        ("2", 0),
    ]
    labels = [numbering.label(*each) for each in asked]
    shown = [label.text for label in labels if label]
    assert shown == ["4.", "4.1", "4.2", "(i)", "(ii)", "A)", "5.", "5.1", "B)", "9."]
    assert [label.numbers for label in labels if label][:4] == [(4,), (4, 1), (4, 2), ()]
    assert numbering.label("7", 0) is None


def packed_document(xml: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", xml)
    return packed.getvalue()


REST = "<document><body><p><r><t>1. &a;</t></r></p></body></document>"
LAUGHS = f'<!DOCTYPE x [<!ENTITY b "ha"><!ENTITY a "&b;&b;&b;&b;">]>{REST}'
READS_FILES = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{REST}'


@pytest.mark.parametrize(
    "content",
    [
        packed_document(LAUGHS),
        packed_document(READS_FILES),
        packed_document("<a>" * 10_000),
        packed_document("<document>" + "<p>" * 1_000 + "</p>" * 1_000 + "</document>"),
        packed_document("<document/>"),
        packed_document("<document><body>" + "x" * 31_000_000 + "</body></document>"),
        report(3)[:-200],
        b"PK\x03\x04",
    ],
    ids=["laughs", "reads files", "deep", "wide", "empty", "long", "cut off", "no archive"],
)
def test_a_hostile_document_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableError) as refusal:
        read(content, Format.REPORT, "en")
    assert refusal.value.code in FAULTS


def test_a_document_without_numbers_says_so() -> None:
    with pytest.raises(UnreadableError, match="nothing-numbered"):
        opened(typed("Some text.", "More text."))


# A table


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_separators_and_encodings_are_seen_by_themselves(separator: str, encoding: str) -> None:
    rows = [["Numéro", "Titre", "Texte"], ["1", "Éviter", '"Été, hiver; printemps"']]
    content = "\r\n".join(separator.join(row) for row in rows).encode(encoding)
    assert format_of(content) == Format.TABLE
    reading = read(content, Format.TABLE, "fr")
    (row,) = reading.rows
    assert (row.number, row.title["fr"], row.body["fr"]) == (1, "Éviter", "Été, hiver; printemps")
    assert ("windows-1252" in findings(reading)) == (encoding == "cp1252")


def test_rows_say_their_language_and_a_missing_title_is_made() -> None:
    reading = opened(b"id,language,text\na,fr,Bonjour tout le monde. Suite.\nb,English,Hello.\nc,,Hi.")
    assert [(row.language, row.title[row.language]) for row in reading.rows] == [
        ("fr", "Bonjour tout le monde"),
        ("en", "Hello"),
        ("en", "Hi"),
    ]


def test_columns_that_are_not_used_are_listed() -> None:
    reading = opened(b"number,text,colour,text (xx)\n1,Do this.,red,y")
    (unused,) = [each for each in reading.findings if each.code == "columns-unused"]
    assert unused.examples == ("colour", "text (xx)")


def test_rows_without_number_and_identifier_are_known_by_what_they_say() -> None:
    first, second = opened(b"title,text\nA,Do this.\nB,Do that.").rows
    (again,) = opened(b"text,title\nDo this.,A").rows
    assert first.foreign_id == again.foreign_id != second.foreign_id


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("number,text\n1,a\nx,b", [(3, "number", "no-number")]),
        ("number,text\n0,a", [(2, "number", "no-number")]),
        ("number,text\n1,a,b", [(2, "", "cells")]),
        ("id,text\n,a", [(2, "id", "no-id")]),
        ("language,text\nklingon,a", [(2, "language", "no-language")]),
        ("number,title\n1,a", [(1, "", "no-text-column")]),
        ("text,texte\na,b", [(1, "texte", "column-twice")]),
    ],
)
def test_faults_name_row_and_column(content: str, expected: list[tuple[int, str, str]]) -> None:
    reading = opened(content.encode())
    assert [(each.place, each.column, each.code) for each in reading.faults] == expected
    assert all(fault_sentence(each.code, each.values) for each in reading.faults)


def test_formulas_that_were_guarded_lose_their_guard() -> None:
    (row,) = opened(b"number,text\n1,'=1+1 is not a sum").rows
    assert row.body["en"] == "=1+1 is not a sum"


@pytest.mark.parametrize("content", ['number,text\n1,"open', "number,text\n1," + "x" * 140_000])
def test_a_table_that_breaks_off_says_where(content: str) -> None:
    with pytest.raises(UnreadableError) as refusal:
        opened(content.encode())
    assert refusal.value.values == {"row": 2}


# Decidim


def test_an_export_of_decidim_is_read_without_persons() -> None:
    reading = opened(decidim(proposal(7), proposal(8, state="rejected"), proposal(9, withdrawn="true")))
    assert [row.foreign_id for row in reading.rows] == ["7", "8"]
    first = reading.rows[0]
    assert first.body == {"en": "First of 7.\n\n• one\n• two", "fr": "Premier de 7."}
    assert first.by_machine == {"fr"}
    assert first.language == "en"
    assert "Jane" not in repr(reading)
    assert "50.1" not in repr(reading)
    assert reading.source_url == "https://futureu.example/proposals/"
    found = findings(reading)
    assert found["withdrawn-left-out"] == 1
    assert found["state-accepted"] == found["state-rejected"] == 1
    assert "personal-left-out" in found
    (unused,) = [each for each in reading.findings if each.code == "columns-unused"]
    assert unused.examples == ("reference", "endorsements", "original_proposal/title")


def test_amendments_are_left_out_and_long_titles_shortened() -> None:
    long = "word " * 60
    reading = opened(decidim(proposal(1, is_amend="true"), proposal(2, title=long)))
    (row,) = reading.rows
    assert len(row.title["en"]) <= 160
    assert row.body["en"].startswith(long.strip())
    assert findings(reading)["amendments-left-out"] == findings(reading)["titles-shortened"] == 1


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("plain < text & more", "plain < text & more"),
        ("<p>a</p>\n <p>b</p>", "a\n\nb"),
        ("<ol><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ol>", "1. a\n2. b\n– • c"),
        ("a<br>b<script>alert(1)</script>", "a\nb"),
        ('<p>See <a href="https://x.example/">this</a></p>', "See this (https://x.example/)"),
        ('<p><a href="javascript:alert(1)">x</a></p>', "x"),
        ("<p>&amp;lt;b&amp;gt;</p>", "&lt;b&gt;"),
        ("<p>unclosed <b", "unclosed <b"),
    ],
)
def test_html_becomes_text(html: str, expected: str) -> None:
    assert "\n".join(line.rstrip() for line in plain_text(html).strip().split("\n")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Meet more often. It helps.", "Meet more often. It helps"),
        ("Allies should meet more often. It helps.", "Allies should meet more often"),
        ("The U.S. and others should agree on this. Now.", "The U.S. and others should agree on this"),
        ("Why should allies not meet more often? Because.", "Why should allies not meet more often?"),
        ("word " * 60, ("word " * 31).strip() + " word…"),
        ("x" * 300, "x" * 159 + "…"),
    ],
)
def test_a_title_is_the_first_sentence_shortened_on_a_word(text: str, expected: str) -> None:
    found = title_of(text)
    assert len(found) <= 160
    assert found == expected or text.startswith("word")


# Whatever comes


def _is_harmless(content: bytes, found: Format) -> None:
    try:
        reading = read(content, found, "en")
    except UnreadableError as error:
        fault_sentence(error.code, error.values)
        return
    for fault in reading.faults:
        assert fault_sentence(fault.code, fault.values)
    for finding in reading.findings:
        assert finding_sentence(finding.code, finding.values)
    for row in reading.rows:
        text = "".join((*row.title.values(), *row.body.values()))
        assert "\0" not in text
        assert "\u202e" not in text


@given(st.binary(max_size=400), st.sampled_from(Format))
def test_any_bytes_are_read_or_refused(content: bytes, found: Format) -> None:
    _is_harmless(content, found)
    with suppress(UnreadableError):
        format_of(content)


CELL = st.text(max_size=60) | st.sampled_from(["\u202e\u200f\0", "=1+1", "<p>", "<li>" * 80, "1", "١٢", "²"])


@given(
    st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=6), st.sampled_from([Format.TABLE, Format.DECIDIM])
)
def test_any_cells_are_read_or_refused(rows: list[tuple[str, ...]], found: Format) -> None:
    import csv

    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(["id", "number", "title/en", "body/en"])
    writer.writerows(rows)
    _is_harmless(stream.getvalue().encode("utf-8", "replace"), found)


WHOLE = report(4, sections=[1, 3])


@given(st.integers(0, len(WHOLE)), st.binary(max_size=8))
def test_any_damage_to_a_document_is_read_or_refused(place: int, wrong: bytes) -> None:
    _is_harmless(WHOLE[:place], Format.REPORT)
    _is_harmless(WHOLE[:place] + wrong + WHOLE[place + len(wrong) :], Format.REPORT)


TAGS = (
    "p",
    "r",
    "t",
    "tbl",
    "tr",
    "tc",
    "pPr",
    "numPr",
    "sdt",
    "sdtContent",
    "ins",
    "drawing",
    "txbxContent",
)


@given(st.lists(st.sampled_from(TAGS) | st.just("/") | st.text("ab1. ", max_size=8), max_size=60))
def test_any_tree_is_read_or_refused(pieces: list[str]) -> None:
    opened_tags: list[str] = []
    xml = ["<document><body>"]
    for piece in pieces:
        if piece in TAGS:
            xml.append(f"<{piece}>")
            opened_tags.append(piece)
        elif piece == "/":
            if opened_tags:
                xml.append(f"</{opened_tags.pop()}>")
        else:
            xml.append(piece)
    xml += [f"</{tag}>" for tag in reversed(opened_tags)]
    _is_harmless(packed_document("".join(xml) + "</body></document>"), Format.REPORT)


def test_namespaces_make_no_difference() -> None:
    assert qn("w:p").endswith("}p")
    strict = packed_document(
        '<x:document xmlns:x="http://purl.oclc.org/ooxml/wordprocessingml/main"><x:body>'
        "<x:p><x:r><x:t>1. Do this.</x:t></x:r></x:p><x:p><x:r><x:t>2. Do that.</x:t></x:r></x:p>"
        "</x:body></x:document>"
    )
    assert [row.body["en"] for row in read(strict, Format.REPORT, "en").rows] == ["Do this.", "Do that."]

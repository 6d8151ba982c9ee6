"""A communiqué as a Word document: headings that navigate, every run in its language, no macro."""

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENTATION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from placet.stages.decisions.communiques.edition import Edition, Passage, Said, TextEvidence, TextPart
from placet.stages.decisions.communiques.typography import set_in

SERIF: Final = "Times New Roman"  # wherever the file is opened, there is a typeface of this name or its like
MUTED: Final = RGBColor(0x50, 0x56, 0x5C)
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the moment of every file in the archive: the same bytes every time


def as_docx(edition: Edition) -> bytes:
    """The edition as a Word document; the same bytes every time."""
    return _Writer(edition).written()


class _Writer:
    """Writes one edition; two languages stand in a table of two columns, a row for each passage."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.file = Document()
        self.is_double = len(edition.languages) > 1

    def written(self) -> bytes:
        self.set_up()
        self.front()
        for part in self.edition.texts:
            self.text(part)
        self.annex_a()
        self.annex_b()
        self.passage(self.edition.colophon, size=8, is_muted=True)
        held = io.BytesIO()
        self.file.save(held)
        return _without_moments(held.getvalue())

    def set_up(self) -> None:
        """Page, styles, properties and footer."""
        edition = self.edition
        section = self.file.sections[0]
        section.orientation = WD_ORIENTATION.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20 if self.is_double else 28)
        section.top_margin = section.bottom_margin = Mm(25)
        for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
            _set_font(self.file.styles[name])
        self.file.styles["Normal"].font.size = Pt(10 if self.is_double else 11)
        moment = datetime.fromisoformat(edition.issued_date).replace(tzinfo=UTC)
        properties = self.file.core_properties
        properties.title = _plain(edition.title[0])
        properties.author = properties.last_modified_by = _plain(edition.reflection[0])
        properties.subject = edition.reference
        properties.comments = edition.digest
        properties.language = edition.languages[0]
        properties.created = properties.modified = moment
        properties.revision = 1
        self.footer(section.footer.paragraphs[0])

    def footer(self, paragraph: Any) -> None:
        run = paragraph.add_run(f"{self.edition.reference} · {self.edition.digest} · ")
        run.font.size = Pt(7)
        page = paragraph.add_run()
        page.font.size = Pt(7)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            page._r.append(_field(kind, text))

    def front(self) -> None:
        edition = self.edition
        self.passage(edition.reflection, is_muted=True, is_centred=True)
        self.passage(edition.kind, is_centred=True)
        self.passage(edition.title, style="Title", is_centred=True)
        self.passage(edition.dateline, is_centred=True)
        if edition.simulated:
            self.passage(edition.simulated, is_bold=True, is_centred=True)
        if edition.preamble:
            self.passage(edition.preamble)

    def text(self, part: TextPart) -> None:
        self.passage(part.title, style="Heading 1", prefix=f"{part.number}. ")
        self.passage(part.adoption, size=8.5, is_muted=True)
        if part.note:
            self.passage(part.note, size=8.5, is_muted=True)
        self.line(f"{part.proposal} · {part.digest}", size=7)
        for article in part.articles:
            self.passage(article.label, style="Heading 2", suffix=f" · {article.reference}")
            self.passage(article.text)

    def annex_a(self) -> None:
        edition = self.edition
        self.passage(edition.annex_reservations, style="Heading 1", starts_page=True)
        self.passage(edition.reservations_lede)
        for part in edition.reservations:
            self.passage(part.title, style="Heading 2", prefix=f"{part.number}. ")
            for each in part.reservations:
                self.passage(each.name, style="Heading 3")
                self.passage(each.explanation)

    def annex_b(self) -> None:
        edition = self.edition
        self.passage(edition.annex_evidence, style="Heading 1", starts_page=True)
        self.passage(edition.evidence_lede)
        for part in edition.evidence:
            self.evidence(part)

    def evidence(self, part: TextEvidence) -> None:
        self.passage(part.title, style="Heading 2", prefix=f"{part.number}. ")
        for article in part.articles:
            self.passage(article.label, style="Heading 3", suffix=f" · {article.reference}")
            if not article.findings:
                self.passage(self.edition.no_evidence)
            for finding in article.findings:
                stance = self.joined(finding.title, finding.stance)
                self.passage(stance, prefix=f"{finding.reference} ", is_bold=True)
                if not finding.is_first:
                    continue
                if finding.note:
                    self.passage(finding.note, is_muted=True)
                self.passage(finding.text)
                for figure in finding.figures:
                    source = " · ".join(each for each in (figure.statement, figure.run) if each)
                    self.passage(figure.words, suffix=f" · {source}", size=9, is_muted=True)

    def joined(self, *passages: Passage) -> Passage:
        """Passages as one, in each column, with dashes between them."""
        return tuple(
            Said(" – ".join(_plain(each) for each in column), column[0].language)
            for column in zip(*passages, strict=True)
        )

    def line(self, text: str, *, size: float) -> None:
        run = self.file.add_paragraph().add_run(text)
        run.font.size = Pt(size)
        run.font.color.rgb = MUTED

    def passage(
        self, passage: Passage, *, style: str = "Normal", starts_page: bool = False, **how: Any
    ) -> None:
        """A passage: paragraphs, or a row of a table where there are two columns."""
        if not self.is_double:
            self.column(passage[0], self.file.add_paragraph, style, starts_page=starts_page, **how)
            return
        if starts_page:
            self.file.add_page_break()  # type: ignore[no-untyped-call]  # python-docx leaves it untyped
        table = self.file.add_table(rows=1, cols=len(passage))
        for place, (said, cell) in enumerate(zip(passage, table.rows[0].cells, strict=True)):
            first = cell.paragraphs[0]._p
            suffix = how.get("suffix", "") if place == 0 else ""
            self.column(said, cell.add_paragraph, style, **{**how, "suffix": suffix})
            cell._tc.remove(first)

    def column(
        self,
        said: Said,
        add_paragraph: Callable[..., Any],
        style: str,
        *,
        prefix: str = "",
        suffix: str = "",
        size: float | None = None,
        is_muted: bool = False,
        is_bold: bool = False,
        is_centred: bool = False,
        starts_page: bool = False,
    ) -> None:
        lines = said.paragraphs or [""]
        if style != "Normal":
            lines = [" ".join(lines)]
        for place, line in enumerate(lines):
            paragraph = add_paragraph(style=style)
            paragraph.paragraph_format.page_break_before = starts_page or None
            if is_centred and not self.is_double:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            text = (prefix if place == 0 else "") + line + (suffix if place == len(lines) - 1 else "")
            run = paragraph.add_run(set_in(text, said.language))
            run.bold = is_bold or None
            if size:
                run.font.size = Pt(size)
            if is_muted:
                run.font.color.rgb = MUTED
            _say_language(run, said)


def _say_language(run: Any, said: Said) -> None:
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), said.language)
    properties = run._r.get_or_add_rPr()
    if said.direction == "rtl":
        language.set(qn("w:bidi"), said.language)
        properties.append(OxmlElement("w:rtl"))
    properties.append(language)


def _set_font(style: Any) -> None:
    style.font.name = SERIF
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):  # the template names typefaces of a theme, which would win
        if "Theme" in name or "theme" in name:
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), SERIF)


def _field(kind: str, text: str) -> Any:
    """A part of a field that Word fills in: here the number of the page."""
    if text:
        part = OxmlElement("w:instrText")
        part.text = text
        return part
    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    return part


def _plain(said: Said) -> str:
    return set_in(" ".join(said.paragraphs), said.language)


def _without_moments(archive: bytes) -> bytes:
    """The same files in the same order, each of the same moment."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        files: Iterable[str] = old.namelist()
        for name in files:
            new.writestr(zipfile.ZipInfo(name, EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return held.getvalue()

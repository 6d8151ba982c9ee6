"""The table of amendments as files: CSV for spreadsheets, DOCX for those who print it and write on it."""

from collections.abc import Iterable, Iterator
from io import BytesIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.shared import Cm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from placet.sense.reports.tables import write_table
from placet.sense.votes.csvfiles import GUARD, is_like_formula
from placet.stages.contributions.revisions import Change
from placet.stages.proposals.amending.comparing import WordChange
from placet.stages.proposals.amending.queries import AmendmentTable, AmendmentView, Delegation
from placet.stages.proposals.models import Proposal
from placet.stages.texts.queries import Wording

CSV_HEADER = (
    "amendment",
    "clause",
    "clause_number",
    "kind",
    "member",
    "member_name",
    "language",
    "original",
    "proposed",
    "changes",
    "justification",
    "supported_by",
    "opposed_by",
    "state",
    "answer",
    "result",
    "is_simulated",
)
MARGIN, FONT_SIZE = Cm(1.5), Pt(9)
WIDTHS = tuple(Cm(width) for width in (2.2, 6.6, 6.6, 4.4, 2.6, 4.2))


def amendments_csv(table: AmendmentTable) -> str:
    """One row an amendment; no cell is one that a spreadsheet takes for a formula.

    ``changes`` marks the difference in plain text, ``[-removed-] {+added+}``; it is empty where the two
    wordings are in no common language.
    """
    return write_table(CSV_HEADER, ([_guarded(cell) for cell in _cells(each)] for each in table.amendments))


def amendments_docx(proposal: Proposal, title: Wording, table: AmendmentTable) -> bytes:
    """The table on pages of A4 across: removed words struck through, added ones underlined."""
    document = _landscape()
    document.core_properties.title = f"{proposal.reference} – {_('Table of amendments')}"
    document.core_properties.language = title.language
    document.add_heading(_("Table of amendments"), level=1)
    document.add_paragraph(f"{title.body} ({proposal.reference})")
    for clause in table.clauses:
        document.add_heading(_heading(clause.reference, clause.number), level=2)
        rows = document.add_table(rows=1, cols=len(WIDTHS), style="Table Grid")
        rows.autofit = False
        _fill_head(rows.rows[0].cells)
        for each in clause.amendments:
            _fill(rows.add_row().cells, each)
        for row in rows.rows:
            for cell, width in zip(row.cells, WIDTHS, strict=True):
                cell.width = width
    if not table.clauses:
        document.add_paragraph(_("No amendment has been submitted."))
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _cells(view: AmendmentView) -> Iterator[str | int | bool]:
    yield view.reference
    yield view.clause_reference
    yield "" if view.clause_number is None or not view.clause_reference else view.clause_number
    yield view.kind
    yield view.member.code
    yield view.member.name.body
    yield view.change.language
    yield view.change.before.body
    yield view.change.after.body
    yield view.change.marked
    yield view.justification.body
    yield " ".join(each.code for each in view.supporting)
    yield " ".join(each.code for each in view.opposing)
    yield view.state
    yield view.answer.body if view.answer else ""
    yield view.result.after.body if view.result else ""
    yield view.is_simulated


def _guarded(cell: str | int | bool) -> str | int | bool:
    return f"{GUARD}{cell}" if isinstance(cell, str) and is_like_formula(cell) else cell


def _landscape() -> DocumentObject:
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    document.styles["Normal"].font.size = FONT_SIZE
    return document


def _heading(reference: str, number: int | None) -> str:
    if not reference:
        return _("Before the first clause")
    if number is None:
        return _("%(reference)s, which is not in the text any more") % {"reference": reference}
    return _("Clause %(number)s (%(reference)s)") % {"number": number, "reference": reference}


def _fill_head(cells: Iterable[_Cell]) -> None:
    heads = (
        _("Amendment"),
        _("Original wording"),
        _("Proposed wording"),
        _("Justification"),
        _("Other delegations"),
        _("Answer"),
    )
    for cell, head in zip(cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True


def _fill(cells: tuple[_Cell, ...], view: AmendmentView) -> None:
    simulated = [pgettext("document", "Simulated")] if view.is_simulated else []
    _write(cells[0], [view.reference, view.member.name.body, view.kind_label, *simulated])
    _write(cells[1], [view.change.before.body or "–"])
    _write_change(cells[2].paragraphs[0], view.change)
    _write(cells[3], [view.justification.body])
    _write(
        cells[4],
        [
            _("Supported by: %(members)s") % {"members": _names(view.supporting)},
            _("Opposed by: %(members)s") % {"members": _names(view.opposing)},
        ],
    )
    _write(cells[5], [view.state_label, *([view.answer.body] if view.answer else [])])
    if view.result:
        _write_change(cells[5].add_paragraph(), view.result)


def _write(cell: _Cell, lines: Iterable[str]) -> None:
    for number, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.add_run(_printable(line))


def _write_change(paragraph: Paragraph, change: WordChange) -> None:
    for passage in change.passages:
        run = paragraph.add_run(_printable(passage.text))
        if passage.change == Change.ADDED:
            run.underline = run.bold = True
        elif passage.change == Change.REMOVED:
            run.font.strike = True
    if not change.passages:
        paragraph.add_run(_printable(change.after.body))


def _printable(text: str) -> str:
    """What XML can hold: texts of users may hold control characters that it cannot."""
    return "".join(sign for sign in text if sign in "\n\t" or ord(sign) >= ord(" "))


def _names(members: tuple[Delegation, ...]) -> str:
    return ", ".join(each.name.body for each in members) or "–"

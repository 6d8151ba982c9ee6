"""Files of contributions, read into rows: a report, a table, an export of Decidim's."""

from placet.stages.contributions.imports.reading.csv_table import read_table
from placet.stages.contributions.imports.reading.decidim import is_decidim, read_proposals
from placet.stages.contributions.imports.reading.report import read_report
from placet.stages.contributions.imports.reading.table import read_rows
from placet.stages.contributions.imports.rows import Reading, UnreadableError
from placet.stages.contributions.models import ContributionImport

__all__ = ["format_of", "read"]

Format = ContributionImport.Format

ARCHIVE = b"PK\x03\x04"
OTHERS = {b"%PDF-": "is-pdf", b"\xd0\xcf\x11\xe0": "is-old-office", b"{\\rtf": "is-rtf"}
SPREADSHEET, OPEN_DOCUMENT = b"xl/workbook.xml", b"mimetypeapplication/vnd.oasis.opendocument"


def format_of(content: bytes) -> ContributionImport.Format:
    """Which of the formats a file has, by what stands in it; its name says nothing.

    Raises
    ------
    UnreadableError
        Where it has none of them, or is a table that cannot be read.
    """
    for start, code in OTHERS.items():
        if content.startswith(start):
            raise UnreadableError(code)
    if content.startswith(ARCHIVE):
        if SPREADSHEET in content:
            raise UnreadableError("is-spreadsheet")
        if OPEN_DOCUMENT in content[:200]:
            raise UnreadableError("is-open-document")
        return Format.REPORT
    return Format.DECIDIM if is_decidim(read_table(content).header) else Format.TABLE


def read(content: bytes, found: ContributionImport.Format, language: str) -> Reading:
    """Read a file of a format.

    Raises
    ------
    UnreadableError
        Where it cannot be read as a whole; what is wrong with a row is a fault of the reading.
    """
    if found == Format.REPORT:
        return read_report(content, language)
    if found == Format.DECIDIM:
        return read_proposals(content, language)
    return read_rows(content, language)

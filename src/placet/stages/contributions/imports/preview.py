"""What is kept of a file that was looked at, in little: its first rows, its faults, what is worth knowing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from placet.sense.reports.tables import write_table
from placet.stages.contributions.imports.checking import Checked
from placet.stages.contributions.imports.rows import Fault, Finding, Row
from placet.stages.contributions.imports.sentences import fault_sentence, finding_sentence
from placet.stages.contributions.models import ContributionImport
from placet.stages.texts.languages import CONTENT_LANGUAGES, direction_of

ROWS_KEPT = 20
FAULTS_KEPT = 1_000
EXAMPLES_KEPT = 100
EXAMPLE_LENGTH = 200
BODY_SHOWN = 700
TITLE_SHOWN = 200
COLUMN_SHOWN = 80


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    """A row as it will look."""

    place: int
    number: str
    title: str
    section: str
    body: str
    is_cut: bool
    language: str
    others: tuple[str, ...]
    by_machine: tuple[str, ...]
    state: str
    is_known: bool

    @property
    def direction(self) -> str:
        return direction_of(self.language)


@dataclass(frozen=True, slots=True)
class ShownFault:
    """A fault as a row of a table."""

    place: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding as a sentence, with what may be looked at."""

    code: str
    sentence: str
    examples: tuple[str, ...]
    n_more: int


def kept_rows(checked: Checked) -> list[dict[str, Any]]:
    """The first rows, as they are kept: those that are new before those that are known."""
    new = [(row, False) for row in checked.new[:ROWS_KEPT]]
    known = [(row, True) for row in checked.known[: ROWS_KEPT - len(new)]]
    return [_kept_row(row, is_known=is_known) for row, is_known in new + known]


def _kept_row(row: Row, *, is_known: bool) -> dict[str, Any]:
    body = row.body.get(row.language, "")
    named = "" if row.foreign_id.startswith("text-") else row.foreign_id[:60]
    written = {language for texts in (row.title, row.body) for language in texts}
    return {
        "place": row.place,
        "number": str(row.number) if row.number else named,
        "title": row.title.get(row.language, "")[:TITLE_SHOWN],
        "section": row.summary.get(row.language, "")[:TITLE_SHOWN],
        "body": body[:BODY_SHOWN],
        "is_cut": len(body) > BODY_SHOWN,
        "language": row.language,
        "others": sorted(written - row.by_machine - {row.language}),
        "by_machine": sorted(written & row.by_machine),
        "state": row.state[:20],
        "is_known": is_known,
    }


def kept_faults(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """The first faults, as they are kept."""
    return [
        {
            "place": fault.place,
            "column": fault.column[:COLUMN_SHOWN],
            "code": fault.code,
            "values": dict(fault.values),
        }
        for fault in faults[:FAULTS_KEPT]
    ]


def kept_findings(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings, as they are kept."""
    return [
        {
            "code": each.code,
            "values": dict(each.values),
            "examples": [example[:EXAMPLE_LENGTH] for example in each.examples[:EXAMPLES_KEPT]],
        }
        for each in findings
    ]


def preview_of(contribution_import: ContributionImport) -> list[PreviewedRow]:
    """The first rows, in the languages' own names."""
    return [
        PreviewedRow(
            **{
                **kept,
                "others": tuple(CONTENT_LANGUAGES[each] for each in kept["others"]),
                "by_machine": tuple(CONTENT_LANGUAGES[each] for each in kept["by_machine"]),
            }
        )
        for kept in contribution_import.preview
    ]


def faults_of(contribution_import: ContributionImport) -> list[ShownFault]:
    """The faults that were kept, in the language of the page."""
    return [
        ShownFault(kept["place"], kept["column"], fault_sentence(kept["code"], kept["values"]))
        for kept in contribution_import.faults
    ]


def findings_of(contribution_import: ContributionImport) -> list[ShownFinding]:
    """What is worth knowing, in the language of the page."""
    return [_shown(kept) for kept in contribution_import.findings]


def _shown(kept: Mapping[str, Any]) -> ShownFinding:
    examples = tuple(kept["examples"])
    n_more = max(0, int(kept["values"].get("count", 0)) - len(examples)) if examples else 0
    return ShownFinding(kept["code"], finding_sentence(kept["code"], kept["values"]), examples, n_more)


def faults_table(header: Sequence[str], contribution_import: ContributionImport) -> str:
    """The faults as a CSV file that a spreadsheet opens without running anything."""
    rows = ((fault.place, fault.column, fault.sentence) for fault in faults_of(contribution_import))
    return "\ufeff" + write_table(header, rows)

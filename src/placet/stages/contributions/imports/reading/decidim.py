"""Decidim's export of proposals, read into rows. Its columns: ``decidim-proposals``' ``ProposalSerializer``.

Names, addresses and pictures of authors are left out on purpose, and so are coordinates: whoever wrote there
has not agreed to be shown here.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware, now

from placet.stages.contributions.cleaning import clean_line
from placet.stages.contributions.imports.reading.columns import Columns, map_columns
from placet.stages.contributions.imports.reading.csv_table import Table, read_table
from placet.stages.contributions.imports.reading.table import (
    Texts,
    add_titles,
    column_findings,
    original_of,
    read_texts,
)
from placet.stages.contributions.imports.reading.titles import shortened
from placet.stages.contributions.imports.rows import Fault, Finding, Reading, Row
from placet.stages.contributions.models import TITLE_MAX_LENGTH

MARKS = ("component/id", "participatory_space/id", "is_amend", "published_at", "reference", "withdrawn")
PERSONAL = ("author/", "authors/", "address", "latitude", "longitude")
STATES = ("accepted", "rejected", "evaluating", "withdrawn")
URL_MAX_LENGTH = 200
FIRST_YEAR = 2000
ADDRESS = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?(?:/[\w./?&=%~-]*)?", re.ASCII | re.IGNORECASE)


def is_decidim(header: tuple[str, ...]) -> bool:
    """Whether a table is an export of proposals, by its header."""
    names = set(header)
    has_texts = any(name.startswith("title/") for name in names)
    return "id" in names and has_texts and any(name in names for name in MARKS)


def read_proposals(content: bytes, language: str) -> Reading:
    """Read an export of proposals; those that were withdrawn there, and amendments, are left out.

    Raises
    ------
    UnreadableError
        Where the file is no table.
    """
    table = read_table(content)
    columns = map_columns(_without_others(table.header))
    if columns.faults:
        return Reading((), tuple(columns.faults))
    at = {name: position for position, name in reversed(list(enumerate(table.header)))}
    rows, faults = [], list(table.faults)
    left: Counter[str] = Counter()
    n_shortened = 0
    for place, cells in table.rows:
        cell = {name: cells[position].strip() for name, position in at.items() if name in OWN}
        if (reason := _left_out(cell)) is not None:
            left[reason] += 1
            continue
        if not cell["id"]:
            faults.append(Fault(place, "id", "no-id"))
            continue
        texts, by_machine = read_texts(cells, columns, language)
        n_shortened += _shorten_titles(texts)
        add_titles(texts)
        original = original_of(texts, language, by_machine)
        rows.append(
            Row(
                place,
                cell["id"],
                None,
                original,
                texts["title"],
                texts["summary"],
                texts["body"],
                by_machine,
                cell.get("state", "")[:20],
                _moment(cell.get("published_at", "")) or _moment(cell.get("created_at", "")),
            )
        )
    findings = [
        *table.findings,
        *column_findings(table, _shown(columns, table)),
        *(Finding(reason, {"count": count}) for reason, count in sorted(left.items())),
        *_states(rows),
    ]
    if n_shortened:
        findings.append(Finding("titles-shortened", {"count": n_shortened}))
    if any(name.startswith(PERSONAL) for name in table.header):
        findings.append(Finding("personal-left-out"))
    return Reading(tuple(rows), tuple(faults), tuple(findings), _source(table, at))


OWN = frozenset({"id", "state", "is_amend", "withdrawn", "withdrawn_at", "published_at", "created_at"})


def _without_others(header: tuple[str, ...]) -> tuple[str, ...]:
    """The header with the texts and the identifier alone: ``original_proposal/title`` is no title."""
    return tuple(name if name == "id" or name.startswith(("title/", "body/")) else "" for name in header)


def _shown(columns: Columns, table: Table) -> Columns:
    """The same for the page: unused is what is neither used nor left out on purpose."""
    used = {position for position, name in enumerate(table.header) if name in OWN or name == "url"}
    columns.unknown = [
        position
        for position in columns.unknown
        if position not in used and not table.header[position].startswith(PERSONAL)
    ]
    return columns


def _left_out(cell: Mapping[str, str]) -> str | None:
    """Why a row is not taken; None where it is."""
    if cell.get("is_amend", "").lower() in ("true", "1", "t"):
        return "amendments-left-out"
    is_withdrawn = cell.get("withdrawn", "").lower() in ("true", "1", "t") or bool(cell.get("withdrawn_at"))
    return "withdrawn-left-out" if is_withdrawn or cell.get("state") == "withdrawn" else None


def _shorten_titles(texts: Texts) -> bool:
    """Titles that are too long, cut; the whole of them begins the text."""
    is_any = False
    for language, title in texts["title"].items():
        if len(title) > TITLE_MAX_LENGTH:
            is_any = True
            texts["title"][language] = shortened(title, TITLE_MAX_LENGTH)
            texts["body"][language] = f"{title}\n\n{texts['body'].get(language, '')}".strip()
    return is_any


def _states(rows: list[Row]) -> list[Finding]:
    """How many are in which state there; an answer given there is no decision here."""
    counts = Counter(clean_line(row.state) if row.state in STATES else "other" for row in rows if row.state)
    return [Finding(f"state-{state}", {"count": count}) for state, count in sorted(counts.items())]


def _moment(cell: str) -> datetime | None:
    """When something happened there; None where that is not said sensibly."""
    try:
        found = parse_datetime(cell.replace(" UTC", "+00:00"))
        moment = make_aware(found) if found is not None and is_naive(found) else found
        return moment if moment is not None and moment.year >= FIRST_YEAR and moment <= now() else None
    except (ValueError, OverflowError):
        return None


def _source(table: Table, at: Mapping[str, int]) -> str:
    """The address that the addresses of all proposals have in common."""
    if "url" not in at:
        return ""
    urls = {cells[at["url"]].strip() for _place, cells in table.rows}
    folders = {url.rpartition("/")[0] for url in urls if url}
    common = folders.pop() if len(folders) == 1 else ""
    is_address = bool(ADDRESS.fullmatch(common)) and len(common) < URL_MAX_LENGTH
    return f"{common}/" if is_address else ""

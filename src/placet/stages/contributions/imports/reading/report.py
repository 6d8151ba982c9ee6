"""A report with numbered recommendations, as a DOCX file, read into rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from placet.stages.contributions.cleaning import clean_line, clean_paragraphs
from placet.stages.contributions.imports.reading.numbers import (
    Chain,
    Numbered,
    beginning,
    find_series,
    follow,
)
from placet.stages.contributions.imports.reading.paragraphs import (
    TITLE_LEVEL,
    Document,
    Paragraph,
    Place,
    read_document,
)
from placet.stages.contributions.imports.reading.titles import title_of
from placet.stages.contributions.imports.rows import Finding, Reading, Row, UnreadableError
from placet.stages.contributions.models import SUMMARY_MAX_LENGTH

LOWEST_HEADING = 9  # of a bold line that stands where a heading would
BOLD_HEADING_MAX_LENGTH = 120
EXAMPLES_MAX = 100
EXAMPLE_MAX_LENGTH = 200


def read_report(content: bytes, language: str) -> Reading:
    """Read the recommendations of a report.

    What stands between two numbers belongs to the first of them, footnotes and lists included, as far as the
    next heading. The headings above a recommendation become its summary. Everything else is counted and
    handed on as findings: nothing is lost without a word.

    Raises
    ------
    UnreadableError
        Where the file is damaged, or nothing in it is numbered.
    """
    document = read_document(content)
    series = find_series(document.paragraphs)
    if not series:
        raise UnreadableError("nothing-numbered")
    first = {each.index for each in series[0].members}
    headings = _headings(document.paragraphs, first)
    chain = follow(series[0], document.paragraphs, headings)
    report = _Report(document, headings, chain, language)
    rows = tuple(report.row(position) for position in range(len(chain.members)))
    others = [
        Finding("other-numbers", {"count": len(each.members)}, _examples(document.paragraphs, each.members))
        for each in series[1:]
        if any(member.index not in report.taken for member in each.members)
    ]
    return Reading(rows, chain.faults, (*report.findings(), *others))


def _headings(paragraphs: Sequence[Paragraph], numbered: set[int]) -> dict[int, int]:
    """The level of each heading by its position, bold lines before a numbered paragraph among them."""
    found = {}
    for index, paragraph in enumerate(paragraphs):
        if index in numbered or paragraph.where == Place.CONTENTS:
            continue
        if paragraph.heading is not None:
            found[index] = paragraph.heading
        elif (
            index + 1 in numbered
            and paragraph.where == Place.BODY
            and paragraph.label is None
            and paragraph.lead == paragraph.text
            and len(paragraph.text) <= BOLD_HEADING_MAX_LENGTH
            and not paragraph.text.endswith((".", ":", ";", ","))
        ):
            found[index] = LOWEST_HEADING
    return found


def _examples(paragraphs: Sequence[Paragraph], members: Sequence[Numbered]) -> tuple[str, ...]:
    return tuple(
        beginning(paragraphs[each.index].labelled, EXAMPLE_MAX_LENGTH) for each in members[:EXAMPLES_MAX]
    )


@dataclass(slots=True)
class _Report:
    """What of a document is taken, recommendation by recommendation."""

    document: Document
    headings: dict[int, int]
    chain: Chain
    language: str
    taken: set[int]
    n_notes: int

    def __init__(self, document: Document, headings: dict[int, int], chain: Chain, language: str) -> None:
        self.document = document
        self.headings = headings
        self.chain = chain
        self.language = language
        self.taken = set()
        self.n_notes = 0

    def row(self, position: int) -> Row:
        """One recommendation, with all that belongs to it."""
        own = self.chain.members[position]
        paragraph = self.document.paragraphs[own.index]
        below = self._below(position)
        self.taken.update([own.index, *(index for index, _paragraph in below)])
        notes = [note for each in (paragraph, *(each for _index, each in below)) for note in each.notes]
        self.n_notes += len(notes)
        text = clean_paragraphs(own.text)
        body = clean_paragraphs("\n\n".join([own.text, *_blocks([each for _index, each in below]), *notes]))
        is_title = paragraph.heading is not None and bool(below)
        first = text or body.split("\n\n", 1)[0]
        title = title_of(first, "" if is_title else _lead(paragraph, own))
        if is_title and title == clean_line(text):
            body = body.removeprefix(text).strip()
        number = ".".join(map(str, own.key))
        is_nested = len(own.key) > 1
        return Row(
            place=paragraph.place,
            foreign_id=number,
            number=None if is_nested else own.key[0],
            language=self.language,
            title={self.language: title_of(f"{number} {title}") if is_nested else title},
            summary={self.language: self._section(own.index)},
            body={self.language: body},
        )

    def _below(self, position: int) -> list[tuple[int, Paragraph]]:
        """The paragraphs after a number that belong to it: as far as the next number or heading."""
        members, paragraphs = self.chain.members, self.document.paragraphs
        start = members[position].index + 1
        end = members[position + 1].index if position + 1 < len(members) else len(paragraphs)
        own_heading = paragraphs[start - 1].heading
        found = []
        for index in range(start, end):
            level = self.headings.get(index)
            if level is not None and (own_heading is None or level <= own_heading):
                break
            if paragraphs[index].where not in (Place.CONTENTS, Place.BOX):
                found.append((index, paragraphs[index]))
        return found

    def _section(self, index: int) -> str:
        """The headings under which a paragraph stands, from the outside in."""
        path: list[str] = []
        level = LOWEST_HEADING + 1
        if (own := self.document.paragraphs[index].heading) is not None:
            level = own
        for place in sorted((each for each in self.headings if each < index), reverse=True):
            if TITLE_LEVEL < self.headings[place] < level:
                level = self.headings[place]
                path.insert(0, clean_line(self.document.paragraphs[place].labelled))
                self.taken.add(place)
            if level == 0:
                break
        return title_of(" › ".join(path), limit=SUMMARY_MAX_LENGTH) if path else ""

    def findings(self) -> list[Finding]:
        """What was not taken, and what became of that which is not plain text; after all rows were made."""
        paragraphs = self.document.paragraphs
        left = [each for index, each in enumerate(paragraphs) if index not in self.taken]
        contents = sum(each.where == Place.CONTENTS for each in left)
        left = [each for each in left if each.where != Place.CONTENTS and each.text]
        examples = tuple(beginning(each.labelled, EXAMPLE_MAX_LENGTH) for each in left[:EXAMPLES_MAX])
        counts = {
            "not-numbered": (len(left), examples),
            "contents": (contents, ()),
            "inner-lists": (len(self.chain.inner), _examples(paragraphs, self.chain.inner)),
            "notes": (self.n_notes, ()),
            "tables": (self.document.n_tables, ()),
            "pictures": (self.document.n_pictures, ()),
        }
        found = [Finding(code, {"count": count}, shown) for code, (count, shown) in counts.items() if count]
        if self.chain.members[0].key[0] > 1:
            found.append(Finding("begins-later", {"number": ".".join(map(str, self.chain.members[0].key))}))
        if self.document.has_tracked_changes:
            found.append(Finding("tracked-changes"))
        return found


def _blocks(paragraphs: Sequence[Paragraph]) -> list[str]:
    """Paragraphs as they will be read: the items of a list together, rows of a table too."""
    blocks: list[str] = []
    was_item = False
    for each in paragraphs:
        is_item = each.label is not None or each.where == Place.CELL
        if is_item and was_item:
            blocks[-1] += f"\n{each.labelled}"
        else:
            blocks.append(each.labelled)
        was_item = is_item
    return blocks


def _lead(paragraph: Paragraph, own: Numbered) -> str:
    """The bold words with which a recommendation begins, without its number; empty where all is bold."""
    if not paragraph.lead or paragraph.lead == paragraph.text:
        return ""
    before = paragraph.text[: len(paragraph.text) - len(own.text)]
    lead = paragraph.lead[len(before) :] if paragraph.lead.startswith(before) else ""
    return re.sub(r"\s*\[\d+\]$", "", lead.strip())

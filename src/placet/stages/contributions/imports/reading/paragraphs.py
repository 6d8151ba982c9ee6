"""The paragraphs of a DOCX file in their order, each with the number that Word puts before it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from placet.stages.contributions.imports.reading.numbering import Label, Numbering, read_numbering
from placet.stages.contributions.imports.reading.package import (
    Element,
    Package,
    is_on,
    number_of,
    value_of,
)
from placet.stages.contributions.imports.rows import UnreadableError

PARAGRAPHS_MAX = 50_000
TITLE_LEVEL = -1  # above the headings
BASED_ON_MAX = 20
HEADING_NAME = re.compile(r"(?:heading|titre|überschrift) ?([1-9])", re.IGNORECASE)
TITLE_NAMES = ("title", "titre", "subtitle", "sous-titre")
CONTENTS_NAME = re.compile(r"(?:toc|tm) ?(?:[1-9]|heading)", re.IGNORECASE)
# Deleted, moved away, or instructions of which the result stands beside them.
NOT_TEXT = frozenset({"del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sdtPr", "Fallback", "rt"})
PICTURES = frozenset({"drawing", "pict", "object"})
SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "\u2011", "ptab": "\t"}


class Place(StrEnum):
    """Where a paragraph stands."""

    BODY = "body"
    CELL = "cell"
    BOX = "box"
    CONTENTS = "contents"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, or one row of a table that has no numbered paragraphs.

    Attributes
    ----------
    place : int
        Its own, from 1, those without text left out.
    lead : str
        The bold text with which it begins.
    label : Label, optional
        The number or bullet that Word puts before it.
    heading : int, optional
        The level of a heading, from 0.
    notes : tuple of str
        Its footnotes and endnotes.
    """

    place: int
    text: str
    where: Place = Place.BODY
    lead: str = ""
    label: Label | None = None
    heading: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def labelled(self) -> str:
        """The text as Word shows it, with its number or bullet."""
        if self.label is None:
            return self.text
        return f"{self.label.text or '•'} {self.text}"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read, and how much of it is not text."""

    paragraphs: tuple[Paragraph, ...]
    n_tables: int
    n_pictures: int
    has_tracked_changes: bool


@dataclass(frozen=True, slots=True)
class _Style:
    name: str = ""
    based_on: str = ""
    properties: Element | None = None


@dataclass(slots=True)
class _Run:
    """What a walk through one paragraph gathers."""

    pieces: list[str] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    is_leading: bool = True
    notes: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)


def read_document(content: bytes) -> Document:
    """Read the paragraphs of a DOCX file.

    Raises
    ------
    UnreadableError
        Where the file is damaged, or holds more than can be looked through.
    """
    package = Package(content)
    root = package.part("word/document.xml")
    body = root.find("body") if root is not None else None
    if root is None or body is None:
        raise UnreadableError("damaged")
    styles = _read_styles(package.part("word/styles.xml"))
    reader = _Reader(styles, read_numbering(package.part("word/numbering.xml")))
    for kind in ("footnote", "endnote"):
        reader.notes |= _read_notes(package.part(f"word/{kind}s.xml"), kind)
    reader.read(body)
    return Document(
        tuple(reader.paragraphs),
        reader.n_tables,
        reader.n_pictures,
        any(root.find(f".//{tag}") is not None for tag in ("ins", "del", "moveFrom")),
    )


def _read_styles(root: Element | None) -> dict[str, _Style]:
    if root is None:
        return {}
    return {
        each.get("styleId", ""): _Style(
            value_of(each, "name") or "", value_of(each, "basedOn") or "", each.find("pPr")
        )
        for each in root.findall("style")
    }


def _read_notes(root: Element | None, kind: str) -> dict[tuple[str, str], str]:
    if root is None:
        return {}
    return {
        (kind, each.get("id", "")): " ".join(
            "".join(text.text or "" for text in paragraph.iter("t")) for paragraph in each.iter("p")
        ).strip()
        for each in root.findall(kind)
        if each.get("type") in (None, "normal")
    }


@dataclass(slots=True)
class _Reader:
    styles: Mapping[str, _Style]
    numbering: Numbering
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    paragraphs: list[Paragraph] = field(default_factory=list)
    n_tables: int = 0
    n_pictures: int = 0
    n_notes: int = 0

    def read(self, container: Element, where: Place = Place.BODY) -> None:
        """The paragraphs and tables in a part of the document, in their order."""
        for child in container:
            if child.tag == "p":
                self._read_paragraph(child, where)
            elif child.tag == "tbl":
                self._read_table(child)
            elif child.tag not in NOT_TEXT and child.tag != "sectPr":
                self.read(child, where)

    def _read_paragraph(self, element: Element, where: Place) -> None:
        run = _Run()
        self._walk(element, run)
        text = _trimmed("".join(run.pieces))
        properties = element.find("pPr")
        is_deleted = properties is not None and properties.find("rPr/del") is not None
        style = value_of(properties, "pStyle") or ""
        name = self._name_of(style)
        label = None if is_deleted and not text else self._label(properties, style)
        if text or (label and label.numbers):  # Word counts a paragraph without text as well
            self._add(
                text,
                Place.CONTENTS if CONTENTS_NAME.fullmatch(name) else where,
                lead=_trimmed("".join(run.lead)),
                label=label,
                heading=self._heading(properties, style, name),
                notes=tuple(run.notes),
            )
        for box in run.boxes:
            self.read(box, Place.BOX)

    def _read_table(self, table: Element) -> None:
        """Row by row: its numbered paragraphs one by one, else the cells of the row beside each other."""
        self.n_tables += 1
        for row in _inside(table, "tr"):
            first = len(self.paragraphs)
            places = [first]
            for cell in _inside(row, "tc"):
                self.read(cell, Place.CELL)
                places.append(len(self.paragraphs))
            found = self.paragraphs[first:]
            if not found or any(each.label or each.heading is not None for each in found):
                continue
            cells = [
                "\n".join(each.text for each in self.paragraphs[start:end]) for start, end in pairwise(places)
            ]
            del self.paragraphs[first:]
            # A number in a cell of its own stands before the text beside it.
            separator = " " if re.fullmatch(r"[A-Za-z]?\d{1,4}(\.\d+)*[.)]?", cells[0]) else " | "
            notes = tuple(note for each in found for note in each.notes)
            self._add(separator.join(cell for cell in cells if cell), Place.CELL, notes=notes)

    def _add(
        self,
        text: str,
        where: Place,
        *,
        lead: str = "",
        label: Label | None = None,
        heading: int | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        if len(self.paragraphs) >= PARAGRAPHS_MAX:
            raise UnreadableError("too-long")
        place = self.paragraphs[-1].place + 1 if self.paragraphs else 1
        self.paragraphs.append(Paragraph(place, text, where, lead, label, heading, notes))

    def _walk(self, element: Element, run: _Run) -> None:
        for child in element:
            tag = child.tag
            if tag in NOT_TEXT:
                continue
            if tag in PICTURES:
                boxes = list(child.iter("txbxContent"))
                run.boxes += boxes
                self.n_pictures += not boxes
            elif tag == "r":
                self._read_run(child, run)
            else:
                self._walk(child, run)

    def _read_run(self, element: Element, run: _Run) -> None:
        properties = element.find("rPr")
        if is_on(properties, "vanish"):
            return
        text = _Run(notes=run.notes, boxes=run.boxes)
        for child in element:
            if child.tag == "t":
                text.pieces.append(child.text or "")
            elif child.tag in SIGNS:
                text.pieces.append(SIGNS[child.tag])
            elif child.tag == "br":
                text.pieces.append("\n")
            elif child.tag in ("footnoteReference", "endnoteReference"):
                text.pieces.append(self._note(child, run))
            elif child.tag not in NOT_TEXT:
                self._walk_one(child, text)
        written = "".join(text.pieces)
        run.pieces.append(written)
        if run.is_leading and (is_on(properties, "b") or not written.strip()):
            run.lead.append(written)
        else:
            run.is_leading = False

    def _walk_one(self, child: Element, run: _Run) -> None:
        wrapped = Element("r")
        wrapped.append(child)
        self._walk(wrapped, run)

    def _note(self, reference: Element, run: _Run) -> str:
        kind = reference.tag.removesuffix("Reference")
        text = self.notes.get((kind, reference.get("id", "")), "")
        if not text:
            return ""
        self.n_notes += 1
        run.notes.append(f"[{self.n_notes}] {text}")
        return f" [{self.n_notes}]"

    def _label(self, properties: Element | None, style: str) -> Label | None:
        instance = value_of(properties, "numPr/numId")
        level = number_of(properties, "numPr/ilvl")
        if instance is None:
            for own, inherited in self._chain(style):
                if (instance := value_of(inherited, "numPr/numId")) is not None:
                    if level is None:
                        level = self.numbering.level_of_style(instance, own)
                    if level is None:
                        level = number_of(inherited, "numPr/ilvl")
                    break
        if instance in (None, "0"):
            return None
        return self.numbering.label(str(instance), level or 0)

    def _heading(self, properties: Element | None, style: str, name: str) -> int | None:
        if name.lower() in TITLE_NAMES:
            return TITLE_LEVEL
        if found := HEADING_NAME.fullmatch(name):
            return int(found[1]) - 1
        for each in (properties, *(inherited for _own, inherited in self._chain(style))):
            level = number_of(each, "outlineLvl")
            if level is not None:
                return level if level < 9 else None  # 9 is the text of the body
        return None

    def _name_of(self, style: str) -> str:
        return self.styles[style].name if style in self.styles else style

    def _chain(self, style: str) -> Iterator[tuple[str, Element | None]]:
        """A style and those it is based on, with their paragraph properties."""
        for _step in range(BASED_ON_MAX):
            if style not in self.styles:
                return
            yield style, self.styles[style].properties
            style = self.styles[style].based_on


def _inside(element: Element, tag: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, also where a content control is around them."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _inside(child, tag)


def _trimmed(text: str) -> str:
    lines = (re.sub(r"[ \t\u00a0]*\t[ \t]*", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)

"""Which paragraphs of a report are its numbered recommendations."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from placet.stages.contributions.imports.reading.paragraphs import Paragraph, Place
from placet.stages.contributions.imports.rows import Fault

WORDS = "recommendation|recommandation|proposal|proposition|measure|mesure|action"
NAMED = re.compile(
    rf"(?:{WORDS})\s*(?:n\s?[o°º]\.?\s*)?(\d{{1,4}})\s*(?:[.:)\]–—-]\s*|$)(.*)", re.IGNORECASE | re.DOTALL
)
SHORT = re.compile(r"(?:R|Rec\.)\s?-?(\d{1,4})\s*(?:[.:)\]–—-]\s*|\s|$)(.*)", re.DOTALL)
PLAIN = re.compile(r"(\d{1,4})\s*(?:[.)]\s+|[.)]?\s*[–—-]\s+(?=[^\d\s]))(\S.*)|(\d{1,4})[.)]?$", re.DOTALL)
IN_CELL = re.compile(r"(\d{1,4})\s+([^\d\s].*)", re.DOTALL)
NESTED = re.compile(r"((?:\d{1,3}\.){1,3}\d{1,3})[.)]?\s+(\S.*)", re.DOTALL)
A_FEW = 2

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A paragraph with a number: where it stands in the document, and its text without the number."""

    index: int
    key: Key
    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """Paragraphs that are numbered alike, in the order of the document.

    ``pattern`` is what they have in common: two lists of Word with the same one may be one list.
    """

    pattern: str
    is_named: bool
    is_heading: bool
    members: tuple[Numbered, ...]

    @property
    def weight(self) -> tuple[bool, float]:
        """What speaks for its being the recommendations: their name, then how many; headings half."""
        return self.is_named and len(self.members) >= A_FEW, len(self.members) / (1 + self.is_heading)


def find_series(paragraphs: Sequence[Paragraph]) -> list[Series]:
    """All series of a document, the most likely one first."""
    found: dict[tuple[object, ...], list[Numbered]] = defaultdict(list)
    for index, paragraph in enumerate(paragraphs):
        if paragraph.where in (Place.CONTENTS, Place.BOX):
            continue
        label, is_heading = paragraph.label, paragraph.heading is not None
        if label is not None and label.numbers:
            named = bool(re.search(WORDS, label.pattern, re.IGNORECASE))
            kind = ("list", label.series, label.pattern, named, is_heading)
            found[kind].append(Numbered(index, label.numbers, paragraph.text))
        elif label is None and (typed := _typed(paragraph)) is not None:
            pattern, key, text = typed
            found["typed", pattern, pattern, pattern == "named", is_heading].append(
                Numbered(index, key, text)
            )
    series = [
        Series(f"{kind[0]} {kind[2]}", bool(kind[3]), bool(kind[4]), tuple(members))
        for kind, members in found.items()
    ]
    return _joined(sorted(series, key=lambda each: each.weight, reverse=True))


def _typed(paragraph: Paragraph) -> tuple[str, Key, str] | None:
    """The number that somebody typed before a paragraph: how, which one, and the text without it."""
    text = paragraph.text
    if found := NAMED.match(text):
        return "named", (int(found[1]),), found[2].strip()
    if found := SHORT.match(text):
        return "named", (int(found[1]),), found[2].strip()
    if found := NESTED.match(text):
        return f"nested {found[1].count('.')}", tuple(map(int, found[1].split("."))), found[2].strip()
    if found := PLAIN.match(text):
        return "plain", (int(found[1] or found[3]),), (found[2] or "").strip()
    if paragraph.where == Place.CELL and (found := IN_CELL.match(text)):
        return "plain", (int(found[1]),), found[2].strip()
    return None


def _joined(series: list[Series]) -> list[Series]:
    """The first one with those that only look like others: Word begins a list anew wherever one is pasted."""
    if not series:
        return []
    first, others = series[0], []
    for other in series[1:]:
        members = sorted([*first.members, *other.members], key=lambda each: each.index)
        keys = [each.key for each in members]
        goes_on = all(a < b for a, b in pairwise(keys))
        if other.pattern == first.pattern and other.is_heading == first.is_heading and goes_on:
            first = Series(first.pattern, first.is_named, first.is_heading, tuple(members))
        else:
            others.append(other)
    return [first, *others]


@dataclass(frozen=True, slots=True)
class Chain:
    """The recommendations of a series, the items of lists inside of them, and what is wrong."""

    members: tuple[Numbered, ...]
    inner: tuple[Numbered, ...]
    faults: tuple[Fault, ...]


def follow(series: Series, paragraphs: Sequence[Paragraph], headings: Iterable[int]) -> Chain:
    """Go from number to number: a gap and a number that is there twice are faults.

    A list within a recommendation begins at 1 again: it is part of the text, unless a heading stands before
    it. Then it is a second series, and the reader cannot know which number is meant.
    """
    places = sorted(headings)
    members: list[Numbered] = []
    inner: list[Numbered] = []
    faults: list[Fault] = []
    last_inner: int | None = None
    for each in series.members:
        if not members or _follows(each.key, members[-1].key):
            members.append(each)
            last_inner = None
            continue
        last = members[-1]
        is_below = not any(last.index < place < each.index for place in places)
        begins = each.key[-1] == 1 or each.key[-1] == (last_inner or 0) + 1
        if each.key <= last.key and len(each.key) == 1 and is_below and begins and not series.is_heading:
            inner.append(each)
            last_inner = each.key[-1]
            continue
        code = "double" if each.key <= last.key else "gap"
        values = {"number": _shown(each.key), "before": _shown(last.key)}
        faults.append(Fault(paragraphs[each.index].place, beginning(each.text), code, values))
        members.append(each)
        last_inner = None
    return Chain(tuple(members), tuple(inner), tuple(faults))


def _follows(key: Key, last: Key) -> bool:
    """Whether a number is the next one: 13 after 12; 4.3 or 5.1 after 4.2."""
    if len(key) != len(last):
        return False
    if key[:-1] == last[:-1]:
        return key[-1] == last[-1] + 1
    return key > last and key[-1] in (0, 1)


def _shown(key: Key) -> str:
    return ".".join(map(str, key))


def beginning(text: str, length: int = 60) -> str:
    """The first words of a paragraph, by which it is found in the document."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 1].rsplit(' ', 1)[0]}…"

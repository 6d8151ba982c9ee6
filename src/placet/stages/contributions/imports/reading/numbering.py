"""Word's automatic numbering: which number stands before a paragraph that has none in its text.

ECMA-376, part 1, section 17.9: a paragraph names a numbering instance and a level; the instance names an
abstract definition, by which the numbers are counted, and may begin a level anew.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from placet.stages.contributions.imports.reading.package import Element, as_number, is_on, number_of, value_of

LEVELS = 9
ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
ROMAN_MAX = 3_999
WITHOUT_NUMBER = ("bullet", "none")
IN_DIGITS = ("decimal", "decimalZero", "ordinal", "decimalEnclosedCircle", "decimalFullWidth")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level is numbered."""

    start: int = 1
    numbered_as: str = "decimal"
    text: str = ""
    restarts_after: int | None = None
    style: str = ""
    is_legal: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """A numbering instance: its abstract definition, and where levels begin anew."""

    abstract: str
    starts: Mapping[int, int]
    levels: Mapping[int, Level]


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a paragraph.

    Attributes
    ----------
    text : str
        As Word shows it: ``"4.2."``; empty for a bullet.
    numbers : tuple of int
        Those in it, from the first level on; empty where the last one is not written in digits.
    series : tuple
        The abstract definition and the level, by which paragraphs that are counted together are known.
    pattern : str
        The level's own text, ``"%1."``.
    """

    text: str
    numbers: tuple[int, ...]
    series: tuple[str, int]
    pattern: str

    @property
    def is_bullet(self) -> bool:
        return not self.text


@dataclass(slots=True)
class Numbering:
    """The definitions of a document, and how far each has been counted."""

    abstracts: Mapping[str, Mapping[int, Level]]
    instances: Mapping[str, Instance]
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def level_of_style(self, instance_id: str, style: str) -> int | None:
        """The level that belongs to a paragraph style."""
        instance = self.instances.get(instance_id)
        levels = self.abstracts.get(instance.abstract, {}) if instance else {}
        return next((number for number, level in levels.items() if level.style == style), None)

    def label(self, instance_id: str, level: int) -> Label | None:
        """Count one more paragraph and say what stands before it; None where nothing is numbered."""
        instance = self.instances.get(instance_id)
        if instance is None or not 0 <= level < LEVELS:
            return None
        levels = {**self.abstracts.get(instance.abstract, {}), **instance.levels}
        own = levels.get(level)
        if own is None:
            return None
        counts = self._count(instance_id, instance, levels, level)
        series = (instance.abstract, level)
        if own.numbered_as in WITHOUT_NUMBER:
            return Label("", (), series, own.text)
        shown = [int(digit) - 1 for digit in re.findall(r"%([1-9])", own.text)]
        text = re.sub(
            r"%([1-9])", lambda found: _written(counts, levels, int(found[1]) - 1, own), own.text
        ).strip()
        is_counted = own.numbered_as in IN_DIGITS and level in shown
        return Label(text, tuple(counts[each] for each in shown) if is_counted else (), series, own.text)

    def _count(
        self, instance_id: str, instance: Instance, levels: Mapping[int, Level], level: int
    ) -> dict[int, int]:
        counts = self._counts.setdefault(instance.abstract, {})
        begins = instance.starts.get(level)
        if begins is not None and (instance_id, level) not in self._begun:
            counts[level] = begins
        else:
            counts[level] = counts[level] + 1 if level in counts else levels[level].start
        self._begun.add((instance_id, level))
        for deeper in range(level + 1, LEVELS):
            restarts_after = levels[deeper].restarts_after if deeper in levels else None
            if restarts_after is None or level < restarts_after:
                counts.pop(deeper, None)
        for higher in range(LEVELS):  # what was not yet counted shows where it would begin
            if higher < level:
                counts.setdefault(higher, levels[higher].start if higher in levels else 1)
        return {each: counts.get(each, 1) for each in range(LEVELS)}


def read_numbering(root: Element | None) -> Numbering:
    """The definitions in ``word/numbering.xml``."""
    if root is None:
        return Numbering({}, {})
    found = {each.get("abstractNumId", ""): each for each in root.findall("abstractNum")}
    by_style = {link: key for key, each in found.items() if (link := value_of(each, "styleLink"))}
    abstracts = {key: _levels(each) for key, each in found.items()}
    for key, each in found.items():  # a definition that stands elsewhere, under a style's name
        if (link := value_of(each, "numStyleLink")) and link in by_style:
            abstracts[key] = abstracts[by_style[link]]
    instances = {
        each.get("numId", ""): _instance(each) for each in root.findall("num") if each.get("numId") != "0"
    }
    return Numbering(abstracts, instances)


def _levels(root: Element) -> dict[int, Level]:
    return {
        number: _level(each)
        for each in root.findall("lvl")
        if (number := as_number(each.get("ilvl"))) is not None
    }


def _level(root: Element) -> Level:
    start = number_of(root, "start")
    return Level(
        start=1 if start is None else start,
        numbered_as=value_of(root, "numFmt") or "decimal",
        text=value_of(root, "lvlText") or "",
        restarts_after=number_of(root, "lvlRestart"),
        style=value_of(root, "pStyle") or "",
        is_legal=is_on(root, "isLgl"),
    )


def _instance(root: Element) -> Instance:
    starts: dict[int, int] = {}
    levels: dict[int, Level] = {}
    for override in root.findall("lvlOverride"):
        number = as_number(override.get("ilvl"))
        if number is None:
            continue
        if (own := override.find("lvl")) is not None:
            levels[number] = _level(own)
        if (start := number_of(override, "startOverride")) is not None:
            starts[number] = start
    return Instance(value_of(root, "abstractNumId") or "", starts, levels)


def _written(counts: Mapping[int, int], levels: Mapping[int, Level], level: int, own: Level) -> str:
    count = counts[level]
    numbered_as = "decimal" if own.is_legal or level not in levels else levels[level].numbered_as
    if numbered_as in WITHOUT_NUMBER:
        return ""
    if numbered_as == "decimalZero":
        return f"{count:02d}"
    if numbered_as in ("lowerLetter", "upperLetter") and count > 0:
        # After z come aa, bb, cc.
        letters = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 10)
        return letters.upper() if numbered_as == "upperLetter" else letters
    if numbered_as in ("lowerRoman", "upperRoman") and 0 < count <= ROMAN_MAX:
        return _roman(count).upper() if numbered_as == "upperRoman" else _roman(count)
    return str(count)


def _roman(count: int) -> str:
    written = ""
    for worth, letters in ROMAN:
        times, count = divmod(count, worth)
        written += letters * times
    return written

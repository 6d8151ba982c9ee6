"""Typography of every text of the demonstration: French in French, English in English."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import placet.demonstration
from placet.demonstration.content import Bilingual, load_content
from placet.demonstration.league import load_league
from placet.demonstration.outcome import load_outcome
from placet.demonstration.voices import load_voices

NBSP = "\u00a0"
NARROW = "\u202f"

# Titles that stay English inside French text, and addresses, follow their own rules.
KEPT = re.compile(r"NATO 2030: United for a New Era|\S+@\S+")

FRENCH_FAULTS = {
    "straight apostrophe": re.compile(r"'"),
    "straight or English quotation mark": re.compile(r'["“”]'),
    "no narrow no-break space before ; ! ?": re.compile(rf"(?<![{NARROW}!?])[;!?]"),
    "no no-break space before :": re.compile(rf"(?<!{NBSP}):"),
    "no no-break space inside «": re.compile(rf"«(?!{NBSP})"),
    "no no-break space inside »": re.compile(rf"(?<!{NBSP})»"),
    "no no-break space before %": re.compile(rf"(?<!{NBSP})%"),
    "no-break space that is out of place": re.compile(rf"{NBSP}(?![:»%])(?<!«{NBSP})|{NARROW}(?![;!?\d])"),
    "space before , or . or )": re.compile(rf"[ {NBSP}{NARROW}][,.)]"),
    "space after an apostrophe": re.compile(r"’\s"),
    "three dots instead of …": re.compile(r"\.\.\."),
    "two spaces": re.compile(r"  "),
    "no space after a mark": re.compile(r"[,;!?](?=[^\W\d])"),
}
ENGLISH_FAULTS = {
    "straight apostrophe or quotation mark": re.compile(r"['\"]"),
    "French quotation mark": re.compile(r"[«»]"),
    "no-break space": re.compile(rf"[{NBSP}{NARROW}]"),
    "space before a mark": re.compile(r"\s[:;!?,.%)]"),
    "three dots instead of …": re.compile(r"\.\.\."),
    "two spaces": re.compile(r"  "),
    "no space after a mark": re.compile(r"[,;!?](?=[^\W\d])"),
}


def faults(text: str, rules: Mapping[str, re.Pattern[str]]) -> list[str]:
    kept_out = KEPT.sub("X", text)
    return [name for name, rule in rules.items() if rule.search(kept_out)]


def bilingual_texts(value: object, place: str = "content") -> Iterator[tuple[str, Bilingual]]:
    if isinstance(value, Bilingual):
        yield place, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from bilingual_texts(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from bilingual_texts(item, f"{place}[{key}]")
    elif isinstance(value, tuple):
        for item in value:
            yield from bilingual_texts(item, f"{place}[{getattr(item, 'key', '')}]")


CONTENT = load_content()
VOICES = load_voices(CONTENT)
OUTCOME = load_outcome(CONTENT, VOICES)
LEAGUE = load_league()
TEXTS = [
    *bilingual_texts(CONTENT),
    *bilingual_texts(VOICES, "voices"),
    *bilingual_texts(OUTCOME, "outcome"),
    *bilingual_texts(LEAGUE, "league"),
]


def test_the_walk_finds_the_texts() -> None:
    folder = Path(placet.demonstration.__file__).parent / "content"
    written = sum(
        len(re.findall(r"(?:^\w+\.|\{ )en = ", p.read_text("utf-8"), re.MULTILINE))
        for p in folder.glob("*.toml")
    )
    assert len(TEXTS) == written > 250


def test_french_texts() -> None:
    assert [(place, found) for place, text in TEXTS if (found := faults(text.fr, FRENCH_FAULTS))] == []


def test_texts_in_one_language() -> None:
    for said in (*VOICES.report.points, *VOICES.comments):
        rules = FRENCH_FAULTS if said.language == "fr" else ENGLISH_FAULTS
        assert faults(said.text, rules) == [], said.text


def test_english_texts() -> None:
    assert [(place, found) for place, text in TEXTS if (found := faults(text.en, ENGLISH_FAULTS))] == []


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("straight apostrophe", "L'Alliance"),
        ("straight or English quotation mark", 'Le "dialogue"'),
        ("no narrow no-break space before ; ! ?", "Vraiment?"),
        ("no narrow no-break space before ; ! ?", "Vraiment ?"),
        ("no no-break space before :", "Deux choses : ceci"),
        ("no no-break space before :", "Deux choses: ceci"),
        ("no no-break space inside «", f"« dialogue{NBSP}»"),
        ("no no-break space inside »", f"«{NBSP}dialogue »"),
        ("no no-break space before %", "Deux ou 3 %"),
        ("no-break space that is out of place", f"Deux{NBSP}choses"),
        ("no-break space that is out of place", f"Deux{NARROW}choses"),
        ("space before , or . or )", "Ceci , cela"),
        ("space after an apostrophe", "L’ Alliance"),
        ("three dots instead of …", "Ceci..."),
        ("two spaces", "Ceci  cela"),
        ("no space after a mark", "Ceci,cela"),
    ],
)
def test_each_french_fault_is_found(fault: str, text: str) -> None:
    assert fault in faults(text, FRENCH_FAULTS)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("straight apostrophe or quotation mark", "The Alliance's"),
        ("French quotation mark", "The «dialogue»"),
        ("no-break space", f"Really{NARROW}?"),
        ("space before a mark", "Really ?"),
        ("three dots instead of …", "This..."),
        ("two spaces", "This  that"),
        ("no space after a mark", "This,that"),
    ],
)
def test_each_english_fault_is_found(fault: str, text: str) -> None:
    assert fault in faults(text, ENGLISH_FAULTS)


def test_well_set_french_has_no_fault() -> None:
    text = f"«{NBSP}L’idée{NBSP}» est là{NBSP}: deux choses{NARROW}; vraiment{NARROW}?! Oui, à 20{NBSP}%."
    assert faults(text, FRENCH_FAULTS) == []

"""The tokens of the stylesheet: the two dark blocks are one, and every pair of text and ground is legible."""

import re
from pathlib import Path

import pytest

from placet.ui.contrast import (
    DARK_GROUNDS,
    GRAPHIC_CONTRAST,
    LIGHT_GROUNDS,
    TEXT_CONTRAST,
    contrast_ratio,
)

STATIC = Path(__file__).resolve().parents[2] / "src/placet/ui/static/ui"
CSS = (STATIC / "placet.css").read_text(encoding="utf-8")
GROUNDS = ("paper", "surface", "sunken")
FIGURES = ("ink", "muted", "agree", "pass", "disagree", "you", *(f"group-{n}" for n in range(1, 9)))

Tokens = dict[str, str]


def tokens_after(selector: str) -> Tokens:
    """The colours of the first block that begins with ``selector``."""
    block = CSS.split(selector, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens_after("@layer tokens {\n  :root {")
DARK = tokens_after(':root:not([data-theme="light"]) {')
THEMES = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])


def test_both_ways_to_the_dark_theme_say_the_same() -> None:
    assert tokens_after(':root[data-theme="dark"] {') == DARK
    assert LIGHT.keys() == DARK.keys()


def test_the_accents_are_computed_for_the_grounds_of_the_stylesheet() -> None:
    assert tuple(LIGHT[ground] for ground in GROUNDS) == LIGHT_GROUNDS
    assert tuple(DARK[ground] for ground in GROUNDS) == DARK_GROUNDS


@THEMES
@pytest.mark.parametrize("ground", [*GROUNDS, "accent-soft"])
@pytest.mark.parametrize("text", ["ink", "ink-muted", "accent-text", "danger", "success", "warning", "info"])
def test_text_is_legible(tokens: Tokens, text: str, ground: str) -> None:
    assert contrast_ratio(tokens[text], tokens[ground]) >= TEXT_CONTRAST


@THEMES
@pytest.mark.parametrize(
    ("text", "fill"),
    [
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("on-danger", "danger"),
        ("on-danger", "danger-strong"),
    ],
)
def test_text_on_a_fill_is_legible(tokens: Tokens, text: str, fill: str) -> None:
    assert contrast_ratio(tokens[text], tokens[fill]) >= TEXT_CONTRAST


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("graphic", ["rule-strong", "accent", *(f"figure-{name}" for name in FIGURES)])
def test_graphics_are_discernible(tokens: Tokens, graphic: str, ground: str) -> None:
    assert contrast_ratio(tokens[graphic], tokens[ground]) >= GRAPHIC_CONTRAST


def test_every_variable_that_is_used_is_declared() -> None:
    declared = set(re.findall(r"(--[a-z0-9-]+)\s*:", CSS))
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", CSS))
    assert used - declared == set()


def test_every_file_that_is_named_is_there() -> None:
    for name in re.findall(r'url\("([^"]+)"\)', CSS):
        assert (STATIC / name).is_file()


def test_every_vendored_font_is_accounted_for() -> None:
    vendored = (STATIC / "fonts" / "VENDORED.md").read_text(encoding="utf-8")
    for font in (STATIC / "fonts").glob("*.woff2"):
        family = re.sub(r"-(latin|latin-ext|greek|cyrillic)-wght-normal$", "", font.stem)
        assert f"`{family}-*-wght-normal.woff2`" in vendored
    assert len(list((STATIC / "fonts").glob("OFL-*.txt"))) == 2

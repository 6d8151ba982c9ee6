"""Contrast: the published definition and its published values; every accent becomes legible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.ui.contrast import (
    DARK_GROUNDS,
    GRAPHIC_CONTRAST,
    LIGHT_GROUNDS,
    TEXT_CONTRAST,
    AccentPalette,
    accent_palette,
    contrast_ratio,
    legible,
    mixed,
    relative_luminance,
)

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def test_luminance_of_the_primaries_are_the_weights_of_the_definition() -> None:
    """WCAG 2.2, "relative luminance": L = 0.2126 R + 0.7152 G + 0.0722 B."""
    assert relative_luminance("#000000") == 0
    assert relative_luminance("#ffffff") == pytest.approx(1)
    assert relative_luminance("#ff0000") == pytest.approx(0.2126)
    assert relative_luminance("#00ff00") == pytest.approx(0.7152)
    assert relative_luminance("#0000ff") == pytest.approx(0.0722)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("#000000", "#ffffff", 21.0),  # the maximum that the definition names
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),  # Understanding SC 1.4.3: #777 on white just misses 4.5:1,
        ("#767676", "#ffffff", 4.54),  # … #767676 is the lightest grey that meets it
        ("#949494", "#ffffff", 3.03),  # the lightest grey with 3:1
    ],
)
def test_published_ratios(first: str, second: str, expected: float) -> None:
    assert contrast_ratio(first, second) == pytest.approx(expected, abs=0.005)
    assert contrast_ratio(second, first) == contrast_ratio(first, second)


def test_a_legible_colour_is_left_as_it_is() -> None:
    assert legible("#1f4e8c", LIGHT_GROUNDS) == "#1f4e8c"


def test_no_colour_is_legible_on_black_and_on_white_at_seven() -> None:
    with pytest.raises(ValueError, match="no shade"):
        legible("#808080", ("#000000", "#ffffff"), 7)


def test_mixing_ends_at_its_ends() -> None:
    assert mixed("#102030", "#ffffff", 0) == "#102030"
    assert mixed("#102030", "#ffffff", 1) == "#ffffff"


@given(colours)
def test_every_accent_is_legible_in_light_and_dark(accent: str) -> None:
    for grounds in (LIGHT_GROUNDS, DARK_GROUNDS):
        assert_legible(accent_palette(accent, grounds), grounds)


@pytest.mark.parametrize("accent", ["#ffffff", "#000000", "#ffff00", "#0000ff", "#767676", "#004990"])
def test_the_extreme_accents_are_legible(accent: str) -> None:
    for grounds in (LIGHT_GROUNDS, DARK_GROUNDS):
        assert_legible(accent_palette(accent, grounds), grounds)


def assert_legible(palette: AccentPalette, grounds: tuple[str, str, str]) -> None:
    assert contrast_ratio(palette.accent, palette.on_accent) >= TEXT_CONTRAST
    assert contrast_ratio(palette.accent_strong, palette.on_accent) >= TEXT_CONTRAST
    for ground in grounds:
        assert contrast_ratio(palette.accent, ground) >= GRAPHIC_CONTRAST
    for ground in (*grounds, palette.accent_soft):
        assert contrast_ratio(palette.accent_text, ground) >= TEXT_CONTRAST

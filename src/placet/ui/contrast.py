"""Contrast of colours, and an accent made legible: WCAG 2.2, success criteria 1.4.3 and 1.4.11.

Relative luminance and contrast ratio are those of WCAG 2.2 ("relative luminance", "contrast ratio").
"""

import colorsys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

TEXT_CONTRAST: Final = 4.5
GRAPHIC_CONTRAST: Final = 3.0

# The grounds of the stylesheet (tests/ui keeps them equal): page, raised, sunken.
LIGHT_GROUNDS: Final = ("#fbfaf7", "#ffffff", "#f1efe9")
DARK_GROUNDS: Final = ("#131619", "#1b1f23", "#0d0f12")
_BLACK: Final = "#000000"
_WHITE: Final = "#ffffff"
_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class AccentPalette:
    """An accent in one theme: a fill, what stands on it, the fill under the pointer, text, and a tint."""

    accent: str
    on_accent: str
    accent_strong: str
    accent_text: str
    accent_soft: str


def relative_luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, in [0, 1]."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(first: str, second: str) -> float:
    """Contrast ratio of two colours, from 1 to 21; their order does not matter."""
    darker, lighter = sorted((relative_luminance(first), relative_luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: str, grounds: Iterable[str], minimum: float = TEXT_CONTRAST) -> str:
    """The colour nearest to ``colour`` that has ``minimum`` on every ground.

    Hue and saturation stay; the lightness (HLS) goes down on light grounds, up on dark ones.
    """
    grounds = tuple(grounds)
    is_light = all(relative_luminance(ground) > 0.18 for ground in grounds)
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in _channels(colour)))
    target = 0.0 if is_light else 1.0
    for step in range(_STEPS + 1):
        moved = lightness + (target - lightness) * step / _STEPS
        candidate = colour if step == 0 else _hex(colorsys.hls_to_rgb(hue, moved, saturation))
        if min(contrast_ratio(candidate, ground) for ground in grounds) >= minimum:
            return candidate
    raise ValueError(f"no shade of {colour} has a contrast of {minimum} on {', '.join(grounds)}")


def mixed(first: str, second: str, share: float) -> str:
    """``first`` with a ``share`` in [0, 1] of ``second``, mixed channel by channel in sRGB."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return _hex((a + (b - a) * share) / 255 for a, b in pairs)


def accent_palette(
    accent: str, grounds: tuple[str, str, str], minimum: float = TEXT_CONTRAST
) -> AccentPalette:
    """An accent made legible on the three grounds of a theme.

    The fill has 3:1 on every ground; text on the fill, text on the grounds and on the tint have 4.5:1.
    """
    is_light = relative_luminance(grounds[0]) > 0.18
    fill = legible(accent, grounds, GRAPHIC_CONTRAST)
    on_fill = max((_WHITE, _BLACK), key=lambda text: contrast_ratio(fill, text))
    # Under the pointer the fill goes away from its text, so that the contrast can but grow.
    strong = mixed(fill, _BLACK if on_fill == _WHITE else _WHITE, 0.25)
    soft = mixed(grounds[0], fill, 0.1 if is_light else 0.14)
    return AccentPalette(fill, on_fill, strong, legible(accent, (*grounds, soft), minimum), soft)


def _hex(channels: Iterable[float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _channels(colour: str) -> tuple[int, int, int]:
    value = int(colour.removeprefix("#"), 16)
    return value >> 16 & 255, value >> 8 & 255, value & 255


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

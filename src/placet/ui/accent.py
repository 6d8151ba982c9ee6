"""A reflection's accent colour as a stylesheet: tokens for light and dark, each corrected to be legible."""

from dataclasses import asdict
from functools import lru_cache

from placet.ui.contrast import DARK_GROUNDS, LIGHT_GROUNDS, AccentPalette, accent_palette


@lru_cache(maxsize=256)
def accent_stylesheet(accent: str) -> str:
    """The tokens of ``accent`` (``#rrggbb``) in CSS; outside the layers, so they win over the defaults."""
    light = _declarations(accent_palette(accent, LIGHT_GROUNDS))
    dark = _declarations(accent_palette(accent, DARK_GROUNDS))
    return (
        f":root{{{light}}}\n"
        f'@media (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}\n'
        f':root[data-theme="dark"]{{{dark}}}\n'
    )


def _declarations(palette: AccentPalette) -> str:
    return ";".join(f"--{name.replace('_', '-')}:{colour}" for name, colour in asdict(palette).items())

"""The screens that journeys are made on, and what every page on them must be."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PHONE: "ViewportSize" = {"width": 390, "height": 844}
LAPTOP: "ViewportSize" = {"width": 1280, "height": 900}


def check(page: "Page", axe: Callable[["Page"], None]) -> None:
    """The page is accessible in both themes, and nothing is wider than the screen."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        axe(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"

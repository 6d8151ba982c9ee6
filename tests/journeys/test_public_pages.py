"""Every public page of the demonstration: both languages, both widths, light and dark."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page

PAGES = [
    "",
    "r/nato-2030/",
    "r/nato-2030/mandate/",
    "r/nato-2030/calendar/",
    "r/nato-2030/members/",
    "c/N30-C-0001/",
    "c/N30-C-0001/statements/",
    "c/N30-C-0001/results/",
    "c/N30-C-0001/runs/",
    "a/N30-A-0001/",
    "s/N30-S-0001/",
    "about/",
    "about/moderation/",
    "about/accessibility/",
    "account/login/",
    "account/signup/",
    "demonstration/",
    "demonstration/mail/",
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("width", "schemes"), [(390, ("light", "dark")), (1280, ("light",))])
def test_public_pages_are_accessible_and_fit_the_screen(
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    language: str,
    width: int,
    schemes: tuple[Literal["light", "dark"], ...],
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    for path in PAGES:
        answer = page.goto(f"/{language}/{path}")
        assert answer is not None
        assert answer.status == 200, page.url
        assert page.locator("h1").count() == 1, page.url
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            axe(page)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"


def test_an_address_that_does_not_exist_has_a_page_that_helps(page: Page) -> None:
    answer = page.goto("/fr/c/N30-C-9999/")
    assert answer is not None
    assert answer.status == 404
    page.console_errors.clear()  # type: ignore[attr-defined]
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.locator("html").get_attribute("lang") == "fr"

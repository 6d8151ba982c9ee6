"""A participant in a real browser: on a phone in French, with the keyboard, without scripts."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

SAVED = re.compile(r"(Your vote is|All \d+ votes are) saved\.")
PHONE = {"width": 390, "height": 844}


def check(page: Page, axe: Callable[[Page], None]) -> None:
    """The page is accessible in both themes, and nothing is wider than the screen."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"


def test_a_participant_votes_ten_times_adds_a_statement_and_sees_the_map(
    new_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = new_page(locale="fr-FR", viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/fr/$"))
    check(page, axe)

    page.get_by_role("link", name="OTAN 2030").click()
    expect(page.get_by_role("heading", level=1, name="OTAN 2030")).to_be_visible()
    check(page, axe)
    page.get_by_role("link", name="Que doit faire l’Alliance en premier").click()
    check(page, axe)

    page.get_by_role("link", name="Commencer à voter").click()
    check(page, axe)
    page.get_by_label("Votre nation").select_option(label="France")
    page.get_by_label("Vous participez en tant que").select_option(label="Jeunes leaders")
    page.get_by_role("button", name="Passer au premier énoncé").click()

    shown = set()
    for number in range(1, 11):
        expect(page.get_by_role("heading", name=re.compile(rf"^Énoncé {number} sur \d+"))).to_be_visible()
        if number == 1:
            check(page, axe)
        shown.add(page.locator("[data-announce]").inner_text())
        page.wait_for_timeout(400)  # nobody reads faster: a double tap is one vote
        page.get_by_role("button", name="Désapprouver" if number % 3 == 0 else "Approuver", exact=True).tap()
    expect(page.get_by_role("heading", name=re.compile(r"^Énoncé 11 sur \d+"))).to_be_focused()
    assert len(shown) == 10

    page.get_by_role("link", name="Ajouter un énoncé").click()
    check(page, axe)
    page.get_by_label("Votre énoncé").fill("Des trains de nuit pour les équipes de secours.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Des trains de nuit pour les équipes de secours.")).to_be_visible()
    expect(page.get_by_text("en attente de modération")).to_be_visible()
    check(page, axe)

    page.get_by_role("link", name="Retour au vote").click()
    page.get_by_role("link", name="Voir où vous vous situez").click()
    expect(page.locator("#map svg, figure svg").first).to_be_visible()
    expect(page.get_by_text(re.compile("Vous|vous")).first).to_be_visible()
    check(page, axe)


def test_the_keys_a_d_and_p_vote(page: Page) -> None:
    page.goto("/en/c/N30-C-0002/vote/")
    for number, key in enumerate("adp", start=1):
        expect(page.get_by_role("heading", name=re.compile(rf"^Statement {number} of \d+"))).to_be_visible()
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name=re.compile(r"^Statement 4 of \d+"))).to_be_focused()
    expect(page.locator("[data-vote-state] [data-when]:visible")).to_have_text("All 3 votes are saved.")
    page.goto("/en/c/N30-C-0002/statements/")
    for said in ("You agreed", "You disagreed", "You passed"):
        expect(page.get_by_text(said)).to_have_count(1)


def test_everything_works_without_scripts(new_page: Callable[..., Page]) -> None:
    page = new_page(locale="en-GB", viewport=PHONE, java_script_enabled=False)
    page.goto("/en/c/N30-C-0003/vote/")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile(r"^Statement 2 of \d+"))).to_be_visible()
    page.get_by_role("link", name="Add a statement").click()
    page.get_by_label("Your statement").fill("Written without a single script.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Written without a single script.")).to_be_visible()


def test_a_changed_vote_replaces_the_first(page: Page) -> None:
    page.goto("/en/c/N30-C-0001/statements/")
    page.get_by_role("link", name="Vote – N30-S-0001").click()
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile(r"^Statement 2 of \d+"))).to_be_visible()
    expect(page.locator("[data-vote-state] [data-when]:visible")).to_have_text(SAVED)
    page.goto("/en/s/N30-S-0001/")
    expect(page.get_by_text("You agreed")).to_be_visible()
    page.get_by_role("link", name="Change your vote").click()
    with page.expect_response("**/ballots"):
        page.get_by_role("button", name="Disagree", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile(r"^Statement 2 of \d+"))).to_be_visible()
    page.goto("/en/s/N30-S-0001/")
    expect(page.get_by_text("You disagreed")).to_be_visible()

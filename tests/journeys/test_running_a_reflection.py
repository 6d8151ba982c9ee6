"""The secretariat in a real browser: from nothing to a published reflection, an import and its analysis."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from tests.demonstration_site import DemonstrationSite
from tests.exports import N_PARTICIPANTS, write_export


def polis_export(folder: Path) -> FilePayload:
    """A small Polis export as a zip archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(write_export(folder).iterdir()):
            file.write(path, path.name)
    return {"name": "export.zip", "mimeType": "application/zip", "buffer": archive.getvalue()}


def fill(page: Page, **fields: str) -> None:
    """Fill the fields of these names in."""
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)


def test_from_a_mandate_to_the_results_of_an_import(
    new_page: Callable[..., Page],
    demo_site: DemonstrationSite,
    axe: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    page = new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
    page.goto(demo_site.sign_in["secretariat"])

    page.goto("/en/manage/")
    axe(page)
    page.get_by_role("link", name="Set up a reflection").click()
    fill(page, name="Harbour 2040", summary="Where should the harbour be in 2040?")
    page.get_by_text("Other languages", exact=True).click()
    page.get_by_role("checkbox", name="français").check()
    axe(page)
    page.get_by_role("button", name="Set up the reflection").click()

    page.goto("/en/manage/r/harbour-2040/mandate/")
    fill(page, issuer_en="The council", meeting_en="A meeting", body_en="Think ahead.", scope_en="All of it.")
    fill(page, given_date="2026-01-15")
    axe(page)
    page.get_by_role("button", name="Save the mandate").click()
    page.goto("/en/manage/r/harbour-2040/priorities/add/")
    fill(page, title_en="Quays", title_fr="Les quais", description_en="What to build.")
    page.get_by_role("button", name="Add the priority").click()
    page.goto("/en/manage/r/harbour-2040/publish/")
    axe(page)
    page.get_by_role("button", name=re.compile("Publish")).click()

    page.goto("/en/manage/r/harbour-2040/consultations/new/")
    fill(page, question_en="What first?", question_fr="Quoi d’abord ?", introduction_en="A few words.")
    axe(page)
    page.get_by_role("button", name="Set up the consultation").click()
    expect(page.locator("h1")).to_contain_text("What first?")
    reference = re.search(r"/c/([A-Z0-9-]+)/", page.url)
    assert reference is not None
    consultation = reference[1]

    page.goto(f"/en/manage/c/{consultation}/import/")
    axe(page)
    page.locator("main [name=export]").set_input_files(polis_export(tmp_path))
    page.locator("main [name=language]").select_option("en")
    page.get_by_role("button", name="Import").click()
    expect(page.locator("main .state[data-state=done]")).to_be_visible(timeout=60_000)
    expect(page.locator("main dd").get_by_text(str(N_PARTICIPANTS), exact=True)).to_be_visible()
    axe(page)
    page.goto(f"/en/manage/c/{consultation}/open/")
    page.get_by_role("button", name="Open the consultation").click()

    page.goto(f"/en/manage/c/{consultation}/analysis/")
    axe(page)
    page.get_by_role("button", name="Analyse now").click()
    expect(page.locator("main .state[data-state=done]").first).to_be_visible(timeout=60_000)

    visitor = new_page(locale="fr-FR", viewport={"width": 390, "height": 844})
    visitor.goto(f"/fr/c/{consultation}/results/")
    expect(visitor.locator("figure svg").first).to_be_visible()
    expect(visitor.locator("main")).to_contain_text("Statement number")
    axe(visitor)


def test_a_moderator_accepts_and_rejects_and_the_author_reads_why(
    new_page: Callable[..., Page], demo_site: DemonstrationSite, axe: Callable[[Page], None]
) -> None:
    author = new_page(locale="en-GB")
    for text in ("A statement to keep.", "A statement to refuse."):
        author.goto("/en/c/N30-C-0003/statements/new/")
        author.get_by_label("Your statement").fill(text)
        author.get_by_role("button", name="Send").click()
        expect(author.get_by_text(text)).to_be_visible()

    moderator = new_page(locale="en-GB")
    moderator.goto(demo_site.sign_in["moderator"])
    moderator.goto("/en/manage/c/N30-C-0003/moderation/")
    axe(moderator)
    kept = moderator.get_by_role("article").filter(has_text="A statement to keep.")
    kept.get_by_role("button", name="Accept").click()
    expect(
        moderator.get_by_role("article")
        .filter(has_text="A statement to keep.")
        .get_by_role("button", name="Accept")
    ).to_have_count(0)
    refused = moderator.get_by_role("article").filter(has_text="A statement to refuse.")
    refused.get_by_text("Reject…").click()
    refused.locator("[name=quick_reason]").select_option(label="It is advertising.")
    refused.get_by_role("button", name="Reject with this reason").click()
    expect(
        moderator.get_by_role("article")
        .filter(has_text="A statement to refuse.")
        .get_by_role("button", name="Accept")
    ).to_have_count(0)

    author.goto("/en/c/N30-C-0003/statements/mine/")
    expect(author.get_by_text("It is advertising.")).to_be_visible()
    author.goto("/en/c/N30-C-0003/statements/?q=statement+to")
    expect(author.get_by_text("A statement to keep.")).to_be_visible()
    expect(author.get_by_text("A statement to refuse.")).to_have_count(0)

"""A secretary brings a report’s 138 recommendations in: looks at them, confirms, and sees them numbered."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.demonstration_site import DemonstrationSite
from tests.stages.contributions.import_files import report, typed

WORDS = {
    "en": {
        "locale": "en-GB",
        "upload": "Upload and look",
        "confirm": "Import 138 contributions",
        "left": "2 paragraphs stand under no number",
        "to": "To the collection",
        "nothing": "All of this file is there already: there is nothing to add.",
        "faults": "The file has 1 fault.",
        "gap": "After 2 comes 4: what is between them is missing.",
    },
    "fr": {
        "locale": "fr-FR",
        "upload": "Déposer et regarder",
        "confirm": "Importer 138 contributions",
        "left": "2 paragraphes ne relèvent d’aucun numéro",
        "to": "Vers le recueil",
        "nothing": "Tout ce fichier est déjà là\u00a0: il n’y a rien à ajouter.",
        "faults": "Le fichier a 1 défaut.",
        "gap": "Après 2 vient 4\u00a0: ce qui se trouve entre les deux manque.",
    },
}
WIDE = {"width": 1280, "height": 900}
READ_MS = 30_000
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_secretary_imports_a_report_and_sees_it_numbered(
    new_page: Callable[..., Page],
    demo_site: DemonstrationSite,
    axe: Callable[[Page], None],
    language: str,
) -> None:
    words = WORDS[language]
    page = new_page(locale=words["locale"], viewport=WIDE)
    page.goto(demo_site.sign_in["secretariat"])
    home = f"/{language}/manage/r/nato-2030/contributions/import/"
    file: FilePayload = {"name": "report.docx", "mimeType": DOCX, "buffer": report(138, sections=[1, 40, 90])}

    def upload(content: FilePayload, collection: str = "") -> None:
        page.goto(home)
        page.locator("input[type=file]").set_input_files(content)
        if collection:
            page.locator("select[name=collection]").select_option(label=collection)
        else:
            page.locator("input[name=title_en]").fill(f"Expert group’s report ({language})")
        page.get_by_role("button", name=words["upload"]).click()

    upload(file)
    confirm = page.get_by_role("button", name=words["confirm"])
    expect(confirm).to_be_visible(timeout=READ_MS)
    expect(page.get_by_text(words["left"])).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page)
    confirm.click()
    to_collection = page.get_by_role("link", name=words["to"])
    expect(to_collection).to_be_visible(timeout=READ_MS)
    axe(page)
    to_collection.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Expert group’s report ({language})")
    expect(page.get_by_text("Allies should do thing 1 together").first).to_be_visible()
    expect(page.get_by_text("138").first).to_be_visible()

    upload(file, f"Expert group’s report ({language})")
    expect(page.get_by_text(words["nothing"])).to_be_visible(timeout=READ_MS)
    expect(confirm).to_have_count(0)

    wrong: FilePayload = {
        "name": "gap.docx",
        "mimeType": DOCX,
        "buffer": typed("1. One.", "2. Two.", "4. Four."),
    }
    upload(wrong, f"Expert group’s report ({language})")
    expect(page.get_by_text(words["faults"])).to_be_visible(timeout=READ_MS)
    expect(page.get_by_text(words["gap"])).to_be_visible()
    axe(page)

"""From the room to the report: what a participant said is found again as a takeaway, without her name."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.demonstration_site import DemonstrationSite
from tests.journeys.rooms import announced_dialogue

LAPTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SAID = "Nobody knows who repairs the cables."
OTHERS = ("Ports have one crane each.", "Fuel is stored in one place.")
WORDS = {
    "en": {
        "begin": "Begin the dialogue",
        "join": "Join",
        "became": "What became of it",
        "say": "Say it",
        "end": "End the dialogue",
        "draft": "Draft a takeaway",
        "from group": "Draft a takeaway from it",
        "whole": "It rests on the dialogue as a whole, not on single points",
        "new title": "Title of the new group",
        "move": "Move",
        "save": "Save",
        "summary": "Write the summary",
        "missing": "Still missing before it can be published:",
        "publish…": "Publish the report…",
        "publish": "Publish the report",
        "published": "The report is published.",
        "all of group": "All points of this group",
        "receipt": "Receipt",
        "follow": "Follow it",
        "rests": "Takeaways that rest on it",
        "wrong": "No point has this receipt.",
        "type in": "Type points in",
        "points": "Points",
        "add": "Add the points",
    },
    "fr": {
        "begin": "Commencer le dialogue",
        "join": "Rejoindre",
        "became": "Ce qu’il en est advenu",
        "say": "Le dire",
        "end": "Terminer le dialogue",
        "draft": "Rédiger un enseignement",
        "from group": "En tirer un enseignement",
        "whole": "Il repose sur l’ensemble du dialogue, non sur des points précis",
        "new title": "Titre du nouveau groupe",
        "move": "Déplacer",
        "save": "Enregistrer",
        "summary": "Rédiger le résumé",
        "missing": "Il manque encore, avant de pouvoir le publier\u00a0:",
        "publish…": "Publier le compte rendu…",
        "publish": "Publier le compte rendu",
        "published": "Le compte rendu est publié.",
        "all of group": "Tous les points de ce groupe",
        "receipt": "Récépissé",
        "follow": "Le suivre",
        "rests": "Enseignements qui reposent sur lui",
        "wrong": "Aucun point n’a ce récépissé.",
        "type in": "Saisir des points",
        "points": "Points",
        "add": "Ajouter les points",
    },
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_participant_finds_her_point_as_a_takeaway_without_her_name(
    language: str,
    new_page: Callable[..., Page],
    demo_site: DemonstrationSite,
    axe: Callable[[Page], None],
) -> None:
    words = WORDS[language]
    reference = announced_dialogue(demo_site)
    locale = f"{language}-{'GB' if language == 'en' else 'FR'}"
    shots = Shots(f"{language}")

    # The secretariat leads the room and reports; she who says the point is signed in, which nobody may learn.
    desk = new_page(locale=locale, viewport=LAPTOP)
    desk.goto(in_language(demo_site.sign_in["secretariat"], language))
    desk.goto(f"/{language}/manage/dialogue/{reference}/room/")
    desk.get_by_role("button", name=words["begin"]).click()
    letters = desk.locator(".wall__letters")
    expect(letters).to_be_visible()
    code = letters.inner_text().strip()[-9:].replace("-", "")
    phone = new_page(locale=locale, viewport=PHONE)
    phone.goto(in_language(demo_site.sign_in["participant"], language))
    phone.goto(f"/{language}/room/{code}/")
    phone.get_by_role("button", name=words["join"], exact=True).click()
    receipt = say(phone, words, SAID, 1)
    say(phone, words, OTHERS[0], 2)
    own = phone.locator("[data-own-points] li", has_text=SAID)
    own.get_by_role("button", name=words["became"]).click()
    expect(phone.locator("h1")).to_have_text(SAID)
    desk.get_by_role("link", name=words["end"]).click()
    desk.get_by_role("button", name=words["end"]).click()

    # Points are grouped, one is typed in, and two takeaways are drafted in both languages.
    report = f"/{language}/manage/dialogue/{reference}/report/"
    desk.goto(report)
    expect(desk.get_by_text(words["missing"])).to_be_visible()
    desk.get_by_text(words["type in"]).click()
    desk.get_by_label(words["points"], exact=True).fill(OTHERS[1])
    desk.get_by_role("button", name=words["add"]).click()
    axe(desk)
    shots.take(desk, "desk-before")
    for text in (SAID, OTHERS[0]):
        desk.get_by_label(text).check()
    desk.get_by_label(words["new title"]).fill("Repair")
    desk.get_by_role("button", name=words["move"], exact=True).click()
    expect(desk.get_by_role("heading", name="Repair")).to_be_visible()
    desk.get_by_role("link", name=words["from group"]).click()
    expect(desk.get_by_label(words["all of group"])).to_be_checked()
    axe(desk)
    shots.take(desk, "takeaway-form")
    draft(desk, words, "Repair needs an owner.", "La réparation a besoin d’un responsable.")
    desk.get_by_role("link", name=words["draft"], exact=True).click()
    desk.get_by_label(words["whole"]).check()
    draft(desk, words, "Nothing is stored twice.", "Rien n’est stocké deux fois.")
    desk.get_by_role("link", name=words["summary"]).click()
    desk.locator("[name=summary_en]").fill("What breaks first is what nobody owns.")
    desk.locator("[name=summary_fr]").fill("Ce qui rompt d’abord est ce qui n’appartient à personne.")
    desk.get_by_role("button", name=words["save"]).click()
    shots.take(desk, "desk-ready")
    desk.get_by_role("link", name=words["publish…"]).click()
    axe(desk)
    shots.take(desk, "publish")
    desk.get_by_role("button", name=words["publish"]).click()
    expect(desk.get_by_text(words["published"])).to_be_visible()

    # Through her receipt, and with nothing else, she finds what became of her point.
    reader = new_page(locale=locale, viewport=PHONE, color_scheme="dark")
    reader.goto(f"/{language}/receipt/")
    axe(reader)
    shots.take(reader, "receipt")
    reader.get_by_label(words["receipt"]).fill("AAAA-BBBB-CCCC-DDDD-EEEE")
    reader.get_by_role("button", name=words["follow"]).click()
    expect(reader.get_by_text(words["wrong"]).first).to_be_visible()
    reader.console_errors.clear()  # type: ignore[attr-defined]  # the refusal's 422
    reader.get_by_label(words["receipt"]).fill(receipt)
    reader.get_by_role("button", name=words["follow"]).click()
    expect(reader.get_by_role("heading", name=words["rests"])).to_be_visible()
    assert receipt not in reader.url
    axe(reader)
    shots.take(reader, "followed")
    concluded = {"en": "Repair needs an owner.", "fr": "La réparation a besoin d’un responsable."}
    expect(reader.get_by_text(concluded[language])).to_be_visible()
    reader.get_by_role("link", name=re.compile(r"-T-\d{4}$")).click()
    expect(reader.locator("h1")).to_have_text(concluded[language])
    expect(reader.get_by_text(SAID)).to_be_visible()
    axe(reader)
    shots.take(reader, "takeaway")
    assert "participant@" not in reader.content()
    reader.goto(f"/{language}/dialogue/{reference}/")
    expect(reader.get_by_text(concluded[language])).to_be_visible()
    axe(reader)
    shots.take(reader, "dialogue")
    reader.goto(f"/{language}/dialogue/{reference}/report/")
    shots.take(reader, "report")
    desk.goto(f"/{language}/dialogue/{reference}/report/")
    shots.take(desk, "report-wide")


def say(phone: Page, words: dict[str, str], body: str, number: int) -> str:
    """Say a point in the room, its number told; the receipt that is shown for it."""
    phone.locator("#say-form textarea").fill(body)
    phone.get_by_role("button", name=words["say"]).click()
    expect(phone.locator("[data-own-points] [data-receipt]")).to_have_count(number, timeout=30_000)
    return phone.locator("[data-said-point] [data-receipt]").inner_text()


def draft(desk: Page, words: dict[str, str], english: str, french: str) -> None:
    """Write a takeaway in both languages and save it."""
    desk.locator("[name=text_en]").fill(english)
    desk.locator("[name=text_fr]").fill(french)
    desk.get_by_role("button", name=words["save"]).click()
    expect(desk.get_by_text(english)).to_be_visible()


def in_language(address: str, language: str) -> str:
    return address.replace("/en/", f"/{language}/", 1)


class Shots:
    """Pictures of the pages, for whoever looks at them: only where PLACET_SHOTS names a folder."""

    def __init__(self, name: str) -> None:
        self._name = name

    def take(self, page: Page, what: str) -> None:
        if folder := os.environ.get("PLACET_SHOTS"):
            page.screenshot(path=Path(folder) / f"{self._name}-{what}.png", full_page=True)

"""A call in a real browser: opened, entered, judged by three with a conflict, voted on, and tied where it is.

The secretariat works in English, the visitors read the result in French, on a phone and on a laptop.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from placet.demonstration.sign_in import role_email
from tests.demonstration_site import DemonstrationSite

REFLECTION = "nato-2030"
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 900}
JURY = {"moderator": "Ada Marin", "partner": "Bo Lind", "delegate": "Cléo Rossi"}
# By entry; the first two are as good as one another, the delegate wrote the last.
SCORES = {
    "moderator": (9, 9, 3, 1),
    "partner": (9, 8, 2, 2),
    "delegate": (7, 8, 2, None),
}


def check(page: Page, axe: Callable[[Page], None]) -> None:
    """The page is accessible in both themes, and nothing is wider than the screen."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page)
    page.emulate_media(color_scheme="light")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"


def set_up(page: Page, axe: Callable[[Page], None], closes_at: datetime) -> str:
    """Set up a call with two criteria and an audience's vote, and return its reference."""
    page.goto(f"/en/manage/r/{REFLECTION}/calls/")
    check(page, axe)
    page.get_by_role("link", name="Set up a call").click()
    page.locator("[name=title_en]").fill("Hackathon: trust in what we see")
    page.locator("[name=title_fr]").fill("Hackathon : croire ce que l’on voit")
    page.locator("[name=description_en]").fill("Show a working prototype.\n\nTeams of two to five.")
    page.locator("[name=description_fr]").fill("Montrez un prototype.\n\nÉquipes de deux à cinq.")
    page.locator("[name=opens_at]").fill((closes_at - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=closes_at]").fill(closes_at.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=has_audience_vote]").check()
    page.locator("[name=audience_closes_at]").fill((closes_at + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"))
    for number, (english, french, weight) in enumerate(
        (("Novelty", "Nouveauté", 60), ("Use", "Utilité", 30)), start=1
    ):
        page.locator(f"[name=criterion_{number}_en]").fill(english)
        page.locator(f"[name=criterion_{number}_fr]").fill(french)
        page.locator(f"[name=weight_{number}]").fill(str(weight))
    page.get_by_role("button", name="Set up the call").click()
    expect(page.get_by_text("these add up to 90").first).to_be_visible()
    check(page, axe)
    page.locator("[name=weight_2]").fill("40")
    page.get_by_role("button", name="Set up the call").click()
    reference: str = page.locator(".page__heading .kicker").inner_text()
    return reference


def enter(page: Page, reference: str, title: str) -> None:
    """Enter the call in French."""
    page.goto(f"/fr/call/{reference}/")
    page.get_by_role("link", name="Présenter une candidature").click()
    page.locator("[name=title]").fill(title)
    page.locator("[name=summary]").fill("Un prototype qui marche.")
    page.locator("[name=body]").fill("Un texte assez long pour être lu.\n\nEt un second paragraphe.")
    page.locator("button[value=submit]").first.click()
    page.wait_for_load_state()


def publish_all(page: Page, titles: list[str]) -> None:
    page.goto(f"/en/manage/r/{REFLECTION}/moderation/")
    for title in titles:
        item = page.locator("[id^=item-]", has_text=title).first
        item.locator("button[value=published]").click()
        expect(item.locator("button[value=published]")).to_have_count(0)


def judge(page: Page, reference: str, titles: list[str], scores: tuple[int | None, ...]) -> None:
    for title, score in zip(titles, scores, strict=True):
        if score is None:
            continue
        page.goto(f"/en/jury/{reference}/")
        page.get_by_role("link", name=title).click()
        for choice in page.locator(f"input[type=radio][value='{score}']").all():
            choice.check()
        page.get_by_role("button", name="my scores").click()
        expect(page.locator(".alert", has_text="Your scores are kept")).to_be_visible()


def publish(page: Page, manage: str) -> None:
    """End the audience's vote with this minute, and publish the result."""
    page.goto(f"{manage}change/")
    closed_at = datetime.fromisoformat(page.locator("[name=closes_at]").input_value())
    ends_at = (closed_at + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    page.locator("[name=audience_closes_at]").fill(ends_at)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".alert", has_text="Saved")).to_be_visible()
    for _try in range(5):
        page.goto(f"{manage}decide/")
        page.locator("[name=result_en]").fill("The jury met twice. Both prototypes are shown at the summit.")
        page.locator("[name=result_fr]").fill(
            "Le jury s’est réuni deux fois. Les deux seront montrés au sommet."
        )
        page.get_by_role("button", name="Publish the result").click()
        if "/manage/" not in page.url:
            return
        page.wait_for_timeout(15_000)
    raise AssertionError("the audience's vote did not end")


def test_a_call_is_judged_voted_on_and_tied_where_it_is(
    new_page: Callable[..., Page], axe: Callable[[Page], None], demo_site: DemonstrationSite
) -> None:
    people = {}
    for role in ("secretariat", "moderator", "partner", "delegate", "participant"):
        people[role] = new_page(viewport=PHONE if role == "participant" else LAPTOP)
        people[role].goto(demo_site.sign_in[role])
    secretariat = people["secretariat"]
    reference = set_up(secretariat, axe, datetime.now() + timedelta(days=2))  # noqa: DTZ005
    manage = f"/en/manage/call/{reference}/"
    for role, name in JURY.items():
        secretariat.goto(f"{manage}jury/")
        secretariat.locator("[name=email]").fill(role_email(role))
        secretariat.locator("[name=public_name]").fill(name)
        secretariat.locator("[name=public_title]").fill("Professor")
        secretariat.get_by_role("button", name="Name").click()
        expect(secretariat.get_by_role("rowheader", name=name)).to_be_visible()
    secretariat.goto(f"{manage}open/")
    secretariat.get_by_role("button", name="Open the call").click()
    check(secretariat, axe)

    # Entries, one of them by a juror
    titles = ["Un sceau pour les images", "Un registre des sources", "Une affiche", "Un jeu de cartes"]
    for title in titles[:3]:
        enter(people["participant"], reference, title)
    enter(people["delegate"], reference, titles[3])
    publish_all(secretariat, titles)
    secretariat.goto(f"{manage}judge/")
    secretariat.get_by_role("button", name="Hand over").click()

    # The jury
    delegate = people["delegate"]
    delegate.goto(f"/en/jury/{reference}/")
    expect(delegate.locator("li", has_text=titles[3])).to_contain_text("you do not judge it")
    check(delegate, axe)
    for role, scores in SCORES.items():
        judge(people[role], reference, titles, scores)
    check(people["partner"], axe)
    partner = people["partner"]
    partner.goto(f"/en/jury/{reference}/")
    partner.get_by_role("link", name=titles[2]).click()
    check(partner, axe)
    partner.get_by_role("link", name="Declare an interest").click()
    check(partner, axe)

    # The audience: one vote each, moved once
    participant = people["participant"]
    participant.goto(f"/fr/call/{reference}/")
    check(participant, axe)
    participant.get_by_role("button", name=re.compile(f"Voter pour cette candidature.*{titles[0]}")).click()
    participant.get_by_role("button", name=re.compile(f"Déplacer ma voix ici.*{titles[1]}")).click()
    expect(participant.locator("li", has_text=titles[1]).get_by_text("Votre voix")).to_be_visible()
    for role, title in (("moderator", titles[0]), ("secretariat", titles[1])):
        people[role].goto(f"/en/call/{reference}/")
        people[role].get_by_role("button", name=re.compile(f"Vote for this entry.*{title}")).click()

    # Nothing is told before the result
    visitor = new_page(locale="fr-FR", viewport=PHONE)
    visitor.goto(f"/fr/call/{reference}/")
    expect(visitor.get_by_text("Dispersion")).to_have_count(0)
    secretariat.goto(f"{manage}finish/")
    secretariat.get_by_role("button", name="End the judging").click()
    expect(secretariat.get_by_text("Ranks and scores of the jury")).to_be_visible()
    check(secretariat, axe)
    for title, prize in ((titles[0], "Prize of the jury, shared"), (titles[1], "Prize of the jury, shared")):
        secretariat.goto(manage)
        secretariat.locator("li", has_text=title).get_by_role("link", name=re.compile("^Decide")).click()
        secretariat.locator("[name=prize_en]").fill(prize)
        secretariat.locator("[name=prize_fr]").fill("Prix du jury, partagé")
        secretariat.locator("[name=reason_en]").fill("Works today, and anybody can check it.")
        secretariat.locator("[name=reason_fr]").fill(
            "Fonctionne dès aujourd’hui, et chacun peut le vérifier."
        )
        secretariat.get_by_role("button", name="Save").click()
    publish(secretariat, manage)
    secretariat.console_errors.clear()  # type: ignore[attr-defined]  # refused while the audience voted
    for page, language in ((visitor, "fr"), (new_page(viewport=LAPTOP), "en")):
        page.goto(f"/{language}/call/{reference}/")
        check(page, axe)
        table = page.locator("table", has_text="Rang" if language == "fr" else "Rank").first
        for title in titles[:2]:
            expect(table.locator("tr", has_text=title).locator("td").first).to_have_text("1–2")

"""A partner sets up a dialogue with 35 places; 40 people register; one gives her place back."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.demonstration_site import DemonstrationSite
from tests.journeys.sessions import COOKIE, signed_in_people

N_PEOPLE, N_PLACES = 40, 35
WORDS = {
    "en": {
        "register": "Register",
        "wait": "Join the waiting list",
        "place": "You have a place.",
        "number": "You are number {} on the waiting list.",
        "confirmed": "Confirmed",
    },
    "fr": {
        "register": "S’inscrire",
        "wait": "S’inscrire sur la liste d’attente",
        "place": "Vous avez une place.",
        "number": "Vous êtes n°\u00a0{} sur la liste d’attente.",
        "confirmed": "Confirmés",
    },
}


class Visitor:
    """Somebody with a browser that runs no scripts: fills in the form that is there, and sends it."""

    def __init__(self, site: DemonstrationSite, session: str) -> None:
        self.client = httpx.Client(base_url=site.url, cookies={COOKIE: session}, timeout=60)

    def page(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    def send(self, address: str) -> None:
        """Send the form of a page as it stands."""
        form = re.findall(r"<form[^>]*method=\"post\".*?</form>", self.page(address), re.DOTALL)[-1]
        fields = re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form)
        answer = self.client.post(
            address,
            data=dict(fields),
            headers={"Referer": f"{self.client.base_url}{address}"},
        )
        assert answer.status_code == 302, answer.status_code


def submit(page: Page) -> None:
    """Press the button of the form in the middle of the page."""
    page.locator("main form .button-row button").first.click()


def fill(page: Page, **fields: str) -> None:
    """Fill the fields of these names in."""
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)


def set_up_dialogue(page: Page, language: str, axe: Callable[[Page], None]) -> str:
    """As a partner does: a series, a dialogue in it, both shown to everybody; its reference."""
    page.goto(f"/{language}/manage/r/nato-2030/dialogues/new-series/")
    fill(page, title_en="Lines that hold", title_fr="Des lignes qui tiennent")
    fill(page, question_en="What holds when supply breaks?", question_fr="Qu’est-ce qui tient ?")
    submit(page)
    series = re.search(r"/series/([A-Z0-9-]+)/", page.url)
    assert series is not None, page.locator("main").inner_text()
    page.goto(f"/{language}/manage/series/{series[1]}/publish/")
    submit(page)
    page.goto(f"/{language}/manage/series/{series[1]}/new-dialogue/")
    fill(page, title_en="Ports and cables", title_fr="Ports et câbles", capacity=str(N_PLACES))
    fill(page, place_en="Riverton, Assembly Hall", link="https://meet.example/riverton")
    page.locator("main [name=house_rule][value=chatham-house]").check()
    page.locator("main [name=admission][value=open]").check()
    submit(page)
    found = re.search(r"/manage/dialogue/([A-Z0-9-]+)/", page.url)
    assert found is not None, page.locator("main").inner_text()
    page.goto(f"/{language}/manage/dialogue/{found[1]}/announce/")
    submit(page)
    page.goto(f"/{language}/manage/dialogue/{found[1]}/registrations/")
    axe(page)
    return found[1]


@pytest.fixture
def closing() -> Iterator[list[httpx.Client]]:
    """The clients of a test, closed after it."""
    clients: list[httpx.Client] = []
    yield clients
    for client in clients:
        client.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_forty_people_register_for_thirty_five_places(
    language: str,
    new_page: Callable[..., Page],
    demo_site: DemonstrationSite,
    axe: Callable[[Page], None],
    closing: list[httpx.Client],
) -> None:
    words = WORDS[language]
    partner = new_page(locale=language, viewport={"width": 1280, "height": 900})
    partner.goto(demo_site.sign_in["partner"])
    reference = set_up_dialogue(partner, language, axe)
    dialogue = f"/{language}/dialogue/{reference}/"
    *sessions, last = signed_in_people(demo_site, N_PEOPLE, f"Person{language}")
    visitors = [Visitor(demo_site, session) for session in sessions]
    closing.extend(visitor.client for visitor in visitors)
    for visitor in visitors:
        visitor.send(f"{dialogue}register/")

    phone = new_page(locale=language, viewport={"width": 390, "height": 844})
    phone.goto(dialogue)
    axe(phone)
    phone.get_by_role("link", name=words["wait"]).click()
    expect(phone).to_have_url(re.compile(r"/account/login/\?next="))
    phone.context.add_cookies([{"name": COOKIE, "value": last, "url": demo_site.url}])
    phone.goto(f"{dialogue}register/")
    axe(phone)
    phone.get_by_role("button", name=words["wait"]).click()
    expect(phone.locator("main")).to_contain_text(words["number"].format(5))
    expect(phone.locator("main")).not_to_contain_text("meet.example")
    axe(phone)

    first, first_waiting = visitors[0], visitors[N_PLACES]
    assert words["place"] in first.page(dialogue)
    assert "https://meet.example/riverton" in first.page(dialogue)
    assert words["number"].format(1) in first_waiting.page(dialogue)
    first.send(f"{dialogue}register/cancel/")
    assert words["place"] in first_waiting.page(dialogue)
    phone.reload()
    expect(phone.locator("main")).to_contain_text(words["number"].format(4))
    phone.goto(f"/{language}/my-dialogues/")
    axe(phone)

    partner.reload()
    figures = partner.locator("main .key-figures")
    expect(figures).to_contain_text(f"{N_PLACES} / {N_PLACES}")
    expect(figures.locator("div").nth(1)).to_contain_text("4")
    axe(partner)
    anybody = new_page(locale=language)
    anybody.goto(dialogue)
    expect(anybody.locator("body")).not_to_contain_text(f"Person{language}")

"""A dialogue held live: a wall, two phones in a real browser, twenty-eight people beside them at once."""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.demonstration_site import DemonstrationSite
from tests.journeys.rooms import announced_dialogue

PHONE = {"width": 390, "height": 844}
N_OTHERS = 28
WORDS = {
    "en": {
        "begin": "Begin the dialogue",
        "join": "Join",
        "say": "Say it",
        "said": "Your point is said",
        "lost": "The connection is lost. Your point is kept here and sent when it is back.",
        "back": "The connection is back, and everything is sent.",
        "open": "Open",
        "close": "Close",
        "ports": "Ports",
        "cables": "Undersea cables",
        "answers": "30 answers so far.",
        "points": "30 points",
        "supported": "Supported",
        "end": "End the dialogue",
        "over": "The dialogue is over",
    },
    "fr": {
        "begin": "Commencer le dialogue",
        "join": "Rejoindre",
        "say": "Le dire",
        "said": "Votre point est dit",
        "lost": "La connexion est perdue. Votre point est gardé ici et sera envoyé à son retour.",
        "back": "La connexion est rétablie, et tout est envoyé.",
        "open": "Ouvrir",
        "close": "Clore",
        "ports": "Ports",
        "cables": "Câbles sous-marins",
        "answers": "30 réponses jusqu’ici.",
        "points": "30 points",
        "supported": "Appuyé",
        "end": "Terminer le dialogue",
        "over": "Le dialogue est terminé",
    },
}

# What would tell one of those present from another.
LEFT_NOTHING = (
    "dialogues_presence presence, dialogues_dialogue dialogue WHERE presence.dialogue_id = dialogue.id",
    "dialogues_point point, dialogues_pointsupport support, dialogues_dialogue dialogue"
    " WHERE support.point_id = point.id AND point.dialogue_id = dialogue.id",
    "dialogues_livequestion question, dialogues_liveanswer answer, dialogues_dialogue dialogue"
    " WHERE answer.question_id = question.id AND question.dialogue_id = dialogue.id",
    "dialogues_point point, dialogues_dialogue dialogue"
    " WHERE point.dialogue_id = dialogue.id AND point.client_key IS NOT NULL",
)


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """Thirty people at once, and their platform, on one machine: it takes its time."""
    expect.set_options(timeout=40_000)
    yield
    expect.set_options(timeout=5_000)


class Other:
    """Somebody present, with a browser that holds a cookie and nothing else."""

    def __init__(self, site: DemonstrationSite, room: str) -> None:
        self._client = httpx.Client(base_url=site.url, follow_redirects=True, timeout=60)
        self._room = room
        page = self._client.get(room).text
        data = {"key": str(uuid4()), "csrfmiddlewaretoken": self._csrf(page)}
        self._page = self._client.post(f"{room}join/", data=data).text

    def send(self, where: str, **data: str) -> int:
        """Send one of the room's forms, as scripts do; the answer's status."""
        data["csrfmiddlewaretoken"] = self._csrf(self._page)
        answer = self._client.post(f"{self._room}{where}/", data=data, headers={"Accept": "application/json"})
        return answer.status_code

    def say(self, words: str) -> int:
        """Say a point."""
        return self.send("say", body=words, language="en", client_key=str(uuid4()))

    def leave(self) -> None:
        """Close the browser."""
        self._client.close()

    @staticmethod
    def _csrf(page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found
        return found.group(1)


def all_at_once(deeds: list[Callable[[], object]]) -> list[object]:
    """What each of them gave, carried out in a thread of its own."""
    given: list[object] = [None] * len(deeds)

    def carry_out(place: int) -> None:
        given[place] = deeds[place]()

    threads = [threading.Thread(target=carry_out, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("fr", "dark")])
def test_a_dialogue_is_held(
    language: str,
    scheme: str,
    new_page: Callable[..., Page],
    demo_site: DemonstrationSite,
    axe: Callable[[Page], None],
) -> None:
    words, locale = WORDS[language], {"en": "en-GB", "fr": "fr-FR"}[language]
    reference = announced_dialogue(demo_site)
    wall = new_page(locale=locale, color_scheme=scheme, viewport={"width": 1280, "height": 800})
    wall.set_default_timeout(40_000)
    wall.goto(demo_site.sign_in["secretariat"])
    wall.goto(f"/{language}/manage/dialogue/{reference}/room/")
    axe(wall)
    wall.get_by_role("button", name=words["begin"]).click()
    letters = wall.locator(".wall__letters")
    expect(letters).to_be_visible()
    spoken = re.search(r"(\w{4})-(\w{4})$", letters.inner_text().strip())
    assert spoken
    room = f"/{language}/room/{''.join(spoken.groups())}/"

    phones = []
    for _ in range(2):
        phone = new_page(locale=locale, color_scheme=scheme, viewport=PHONE)
        phone.set_default_timeout(40_000)
        phone.goto(room)
        axe(phone)
        phone.get_by_role("button", name=words["join"], exact=True).click()
        expect(phone.locator("#room-now")).to_be_visible()
        phones.append(phone)
    others = [each for each in all_at_once([partial(Other, demo_site, room)] * N_OTHERS) if each]
    assert len(others) == N_OTHERS
    people = [each for each in others if isinstance(each, Other)]

    # One of them loses the line, says her point, and has it back.
    first, second = phones
    first.context.set_offline(True)
    first.locator("#say-form textarea").fill("Said without a line.")
    first.get_by_role("button", name=words["say"]).click()
    expect(first.locator("[data-room-state] [data-when]:visible")).to_have_text(words["lost"])
    said = all_at_once([partial(each.say, f"Point {n}.") for n, each in enumerate(people)])
    assert said == [200] * N_OTHERS
    first.context.set_offline(False)
    expect(first.locator("[data-room-state] [data-when]:visible")).to_have_text(words["back"])
    expect(first.get_by_role("heading", name=words["said"])).to_be_visible()
    receipt = first.locator("[data-said-point] [data-receipt]").inner_text()
    assert re.fullmatch(r"(\w{4}-){4}\w{4}", receipt)
    expect(first.locator("[data-own-points] [data-receipt]")).to_have_text(receipt)
    second.locator("#say-form textarea").fill("A point that all support.")
    second.get_by_role("button", name=words["say"]).click()
    expect(second.locator("#room-points")).to_contain_text("A point that all support.")
    expect(second.locator("#room-points")).to_contain_text(words["points"])

    # All support one point, and it stands on top of the wall.
    point = second.locator(".room-point", has_text="A point that all support.").locator("[data-point]")
    key = point.get_attribute("data-point") or ""
    supported = all_at_once(
        [partial(each.send, "support", point=key, is_supported="1") for each in people * 2]
    )
    assert supported == [200] * N_OTHERS * 2
    first.goto(f"{room}?order=newest")
    mine = first.locator(f"[data-point='{key}']")
    mine.click()
    expect(mine.locator(".numeric")).to_have_text("29")
    expect(mine).to_have_accessible_name(re.compile(f"^{words['supported']}"))
    expect(wall.locator(".wall__points > li").first).to_contain_text("A point that all support.")
    expect(wall.locator(".wall__supports").first).to_contain_text("29")

    # A question is opened and answered by all.
    wall.get_by_role("button", name=words["open"], exact=True).click()
    for phone, answer in ((first, words["ports"]), (second, words["cables"])):
        phone.locator("[data-option]", has_text=answer).click()
    first.locator("[data-option]", has_text=words["cables"]).click()
    options = [each.get_attribute("data-option") or "" for each in first.locator("[data-option]").all()]
    answered = all_at_once(
        [partial(each.send, "answer", option=options[n % 2]) for n, each in enumerate(people)]
    )
    assert answered == [200] * N_OTHERS
    for page in (wall, first, second):
        expect(page.locator(".room-question")).to_contain_text(words["answers"])
    shares = wall.locator(".room-option__count")
    expect(shares.nth(0)).to_contain_text("14 ")
    expect(shares.nth(1)).to_contain_text("16 ")
    for page in (wall, first):
        axe(page)
    wall.get_by_role("button", name=words["close"], exact=True).click()
    expect(second.locator("button[data-option]")).to_have_count(0)

    # It ends, and with it whatever tells one from another.
    wall.get_by_role("link", name=words["end"]).click()
    wall.get_by_role("button", name=words["end"]).click()
    expect(wall.locator("#screen")).to_contain_text(words["over"])
    axe(wall)
    expect(second.locator("#room-now")).to_contain_text(words["over"])
    assert people[0].say("Too late.") == 404
    for each in people:
        each.leave()
    for what in LEFT_NOTHING:
        assert counted(demo_site, what, reference) == 0, what
    errors: list[str] = wall.console_errors  # type: ignore[attr-defined]
    expected = ("ERR_INTERNET_DISCONNECTED", "htmx:afterRequest", "htmx:sendError")
    errors[:] = [each for each in errors if not any(words in each for words in expected)]


def counted(site: DemonstrationSite, what: str, reference: str) -> int:
    """How many such rows of a dialogue the demonstration's database holds."""
    sql = f"SELECT count(*) FROM {what} AND dialogue.reference = ?"
    with closing(sqlite3.connect(site.home / "placet.sqlite3", timeout=30)) as database:
        return int(database.execute(sql, [reference]).fetchone()[0])

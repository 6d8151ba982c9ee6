"""Votes in a real browser: kept until acknowledged, whatever becomes of connection, tab or person."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.demonstration_site import DemonstrationSite

BALLOTS = "**/api/v1/consultations/*/ballots"
REFERENCE = "N30-C-0002"
PHONE = {"width": 390, "height": 844}


def heading(page: Page, number: int) -> None:
    """The card of that number is shown, and has the focus."""
    name = re.compile(rf"^(Statement {number} of|Énoncé {number} sur) \d+")
    expect(page.get_by_role("heading", name=name)).to_be_focused()


def vote(page: Page, *keys: str, first: int = 1) -> None:
    """Press the keys, each on a card of its own."""
    for number, key in enumerate(keys, start=first + 1):
        page.keyboard.press(key)
        heading(page, number)


def state(page: Page) -> Any:
    """What is said of the votes."""
    return expect(page.locator("[data-vote-state] [data-when]:visible"))


def progress(page: Page, n_voted: int) -> None:
    """So many votes are counted, in figures and in the bar."""
    expect(page.locator("#voting-progress")).to_have_attribute("value", str(n_voted))
    expect(page.locator(".progress__label span")).to_have_text(re.compile(rf"^{n_voted} / \d+$"))


def sign_out(page: Page) -> None:
    page.goto("/en/account/logout/")
    page.locator("main form button").click()
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()


def kept(page: Page) -> list[dict[str, Any]]:
    """What this browser's storage holds of votes."""
    found: list[str] = page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('placet-vote:')).map(([, v]) => v)"
    )
    return sorted((json.loads(each) for each in found), key=lambda each: each["castAt"])


class Sent:
    """Every ballot that a page sent, as it was sent."""

    def __init__(self, page: Page) -> None:
        self.requests: list[list[dict[str, Any]]] = []
        page.on("request", self._note)

    def _note(self, request: Any) -> None:
        if request.method == "POST" and request.url.endswith("/ballots"):
            self.requests.append(request.post_data_json["ballots"])

    @property
    def keys(self) -> list[str]:
        return [ballot["key"] for request in self.requests for ballot in request]


@pytest.fixture(autouse=True)
def _no_crowd(demo_site: DemonstrationSite) -> None:
    """All journeys begin at one address, and more of them within a minute than a new address may."""
    with closing(sqlite3.connect(demo_site.home / "placet.sqlite3", timeout=30)) as database, database:
        database.execute("DELETE FROM consultations_addresspace")


@pytest.fixture
def recorded(demo_site: DemonstrationSite) -> Callable[[list[str]], list[tuple[str, int, int]]]:
    """Look into the database: key, vote and participation of what was recorded under these keys, in order."""

    def look(keys: list[str]) -> list[tuple[str, int, int]]:
        marks = ", ".join("?" * len(keys))
        with closing(sqlite3.connect(demo_site.home / "placet.sqlite3")) as database:
            rows = database.execute(
                "SELECT client_key, vote, participation_id FROM consultations_ballot "
                f"WHERE client_key IN ({marks}) ORDER BY sequence",
                [UUID(key).hex for key in keys],
            )
            return [(str(UUID(key)), vote, participation) for key, vote, participation in rows]

    return look


@pytest.fixture
def forgive(page: Page) -> Iterator[None]:
    """Requests fail on purpose, and the console says so."""
    yield
    errors: list[str] = page.console_errors  # type: ignore[attr-defined]
    errors[:] = [each for each in errors if "Failed to load resource" not in each]


def open_ballot(page: Page, language: str = "en", reference: str = REFERENCE) -> None:
    page.goto(f"/{language}/c/{reference}/vote/")


def test_the_next_statement_is_there_while_the_first_vote_is_still_being_sent(
    page: Page, recorded: Callable[[list[str]], list[tuple[str, int, int]]]
) -> None:
    held: list[Route] = []
    is_held = True
    sent = Sent(page)
    open_ballot(page)

    def hold(route: Route) -> None:
        if is_held:
            held.append(route)
        else:
            route.continue_()

    page.route(BALLOTS, hold)
    shown = {page.locator("[data-announce]").inner_text()}
    with page.expect_request(BALLOTS):
        vote(page, "a")
    shown.add(page.locator("[data-announce]").inner_text())
    for number, key in enumerate("dpad", start=3):
        page.keyboard.press(key)
        heading(page, number)
        text = page.locator("[data-announce]").inner_text()
        expect(page.locator("#announcer")).to_have_text(text)
        shown.add(text)
    assert len(shown) == 6
    progress(page, 5)
    state(page).to_have_text("Saving…")
    assert len(held) == 1  # one request at a time
    is_held = False
    held[0].continue_()
    state(page).to_have_text("All 5 votes are saved.")
    assert [len(request) for request in sent.requests] == [1, 4]
    assert [vote for _key, vote, _who in recorded(sent.keys)] == [1, -1, 0, 1, -1]
    assert kept(page) == []


@pytest.mark.usefixtures("forgive")
def test_votes_without_a_connection_are_sent_once_when_it_is_back(
    page: Page, recorded: Callable[[list[str]], list[tuple[str, int, int]]], axe: Callable[[Page], None]
) -> None:
    open_ballot(page)
    page.context.set_offline(True)
    vote(page, *"adp")
    message = "3 votes are kept on this device and will be sent when the connection is back."
    state(page).to_have_text(message)
    expect(page.locator("[data-vote-state] [role=status]")).to_contain_text("kept on this device")  # read out
    axe(page)
    keys = [each["key"] for each in kept(page)]
    assert len(keys) == 3
    page.context.set_offline(False)
    state(page).to_have_text("All 3 votes are saved.")
    assert [(key, vote) for key, vote, _who in recorded(keys)] == list(zip(keys, (1, -1, 0), strict=True))
    assert kept(page) == []
    page.goto(f"/en/c/{REFERENCE}/statements/")
    for said in ("You agreed", "You disagreed", "You passed"):
        expect(page.get_by_text(said)).to_have_count(1)


@pytest.mark.usefixtures("forgive")
def test_cards_run_out_without_a_connection_and_come_with_it(page: Page) -> None:
    open_ballot(page)
    page.context.set_offline(True)
    vote(page, *"aaaaaaaa")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="The next statement is on its way")).to_be_focused()
    expect(page.get_by_role("button", name="Agree", exact=True)).to_be_hidden()
    page.keyboard.press("a")  # there is nothing to vote on
    assert len(kept(page)) == 9
    page.context.set_offline(False)
    heading(page, 10)
    state(page).to_have_text("All 9 votes are saved.")


@pytest.mark.usefixtures("forgive")
def test_a_tab_closed_with_unsent_votes_leaves_them_to_the_next_one(
    page: Page, recorded: Callable[[list[str]], list[tuple[str, int, int]]]
) -> None:
    open_ballot(page)
    page.context.set_offline(True)
    vote(page, *"ad")
    keys = [each["key"] for each in kept(page)]
    page.close()
    page.context.set_offline(False)

    again = page.context.new_page()
    again.goto(f"/en/c/{REFERENCE}/")  # the page of the consultation is enough
    state(again).to_have_text("All 2 votes are saved.")
    assert [vote for _key, vote, _who in recorded(keys)] == [1, -1]
    assert kept(again) == []


@pytest.mark.usefixtures("forgive")
def test_statements_with_a_kept_vote_do_not_come_again(page: Page) -> None:
    page.route("**/token/", lambda route: route.abort())
    open_ballot(page)
    vote(page, *"adp")
    waiting = {each["statement"] for each in kept(page)}
    for _ in range(5):
        open_ballot(page)
        expect(page.get_by_role("heading", name=re.compile("^Statement 4 of "))).to_be_visible()
        progress(page, 3)
        assert page.locator("#ballot input[name=statement]").input_value() not in waiting
        state(page).to_contain_text("3 votes are kept")


@pytest.mark.usefixtures("forgive")
def test_a_vote_whose_answer_never_came_is_counted_once_on_the_next_page(page: Page) -> None:
    open_ballot(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(BALLOTS, lose)
    vote(page, *"ad")
    state(page).to_contain_text("kept on this device")
    page.unroute(BALLOTS)
    open_ballot(page)
    state(page).to_have_text("All 2 votes are saved.")
    progress(page, 2)
    expect(page.get_by_role("heading", name=re.compile("^Statement 3 of "))).to_be_visible()


@pytest.mark.usefixtures("forgive")
def test_a_server_that_is_busy_gets_the_same_keys_again_and_records_them_once(
    page: Page, recorded: Callable[[list[str]], list[tuple[str, int, int]]]
) -> None:
    sent = Sent(page)
    open_ballot(page)
    answers = [503, 429, 503]

    def answer(route: Route) -> None:
        if answers:
            route.fulfill(status=answers.pop(0), headers={"Retry-After": "1"}, body="{}")
        else:
            route.continue_()

    page.route(BALLOTS, answer)
    vote(page, "a")
    state(page).to_contain_text("1 vote is kept on this device and will be sent again by itself.")
    state(page).to_have_text("Your vote is saved.", timeout=15_000)
    assert len(sent.requests) == 4
    assert len(set(sent.keys)) == 1
    assert [vote for _key, vote, _who in recorded(sent.keys)] == [1]


@pytest.mark.usefixtures("forgive")
def test_an_answer_that_is_lost_does_not_count_twice(
    page: Page, recorded: Callable[[list[str]], list[tuple[str, int, int]]]
) -> None:
    sent = Sent(page)
    open_ballot(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(BALLOTS, lose, times=1)
    vote(page, "d")
    state(page).to_have_text("Your vote is saved.")
    assert len(sent.requests) == 2
    assert [vote for _key, vote, _who in recorded(sent.keys)] == [-1]


@pytest.mark.usefixtures("forgive")
def test_an_expired_token_is_renewed(
    page: Page, recorded: Callable[[list[str]], list[tuple[str, int, int]]]
) -> None:
    sent = Sent(page)
    open_ballot(page)
    page.route(BALLOTS, lambda route: route.fulfill(status=401, body="{}"), times=1)
    vote(page, "a")
    state(page).to_have_text("Your vote is saved.")
    assert len(recorded(sent.keys)) == 1


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_refused_vote_is_told_with_its_statement_until_it_was_read(
    new_page: Callable[..., Page], axe: Callable[[Page], None], language: str, scheme: str
) -> None:
    page = new_page(locale=f"{language}-{language.upper()}", viewport=PHONE, color_scheme=scheme)
    open_ballot(page, language)
    reasons = {
        "en": "This statement is not open for votes.",
        "fr": "Le vote n’est pas ouvert sur cet énoncé.",
    }

    def refuse(route: Route) -> None:
        results = [
            {"key": each["key"], "status": "refused", "reason": "statement", "detail": reasons[language]}
            for each in route.request.post_data_json["ballots"]
        ]
        route.fulfill(json={"results": results})

    page.route(BALLOTS, refuse)
    text = page.locator("[data-announce]").inner_text()
    page.keyboard.press("a")
    told = page.get_by_role("alert").filter(has_text=reasons[language])
    expect(told).to_contain_text(text)
    progress(page, 0)
    axe(page)
    page.reload()
    expect(told).to_contain_text(text)
    page.get_by_role("button", name={"en": "Dismiss", "fr": "Masquer"}[language]).click()
    expect(told).to_have_count(0)
    assert kept(page) == []


@pytest.mark.usefixtures("forgive")
def test_votes_kept_until_after_the_closing_are_all_told(page: Page, axe: Callable[[Page], None]) -> None:
    page.route("**/token/", lambda route: route.abort())
    open_ballot(page)
    vote(page, *"ad")
    page.unroute("**/token/")
    closed = {"code": "closed", "detail": "This consultation is not open for votes."}
    page.route("**/token/", lambda route: route.fulfill(status=409, json=closed))
    page.goto(f"/en/c/{REFERENCE}/")
    told = page.get_by_role("alert").filter(has_text="2 votes were not recorded:")
    expect(told.get_by_text(closed["detail"])).to_have_count(2)
    for each in kept(page):
        expect(told).to_contain_text(each["text"])
    axe(page)


@pytest.mark.usefixtures("forgive")
def test_who_comes_in_a_crowd_is_told_and_let_in_later(page: Page) -> None:
    open_ballot(page)
    crowd = {"code": "crowd", "detail": "Very many people begin here."}
    answer = {"status": 429, "json": crowd, "headers": {"Retry-After": "1"}}
    page.route("**/token/", lambda route: route.fulfill(**answer), times=1)
    vote(page, "a")
    state(page).to_contain_text(crowd["detail"])
    state(page).to_have_text("Your vote is saved.")


def test_a_vote_that_must_wait_for_its_pace_is_sent_later(page: Page) -> None:
    sent = Sent(page)
    open_ballot(page)

    def later(route: Route) -> None:
        results = [
            {"key": each["key"], "status": "later", "reason": "pace", "detail": "Wait a minute."}
            for each in route.request.post_data_json["ballots"]
        ]
        route.fulfill(json={"results": results}, headers={"Retry-After": "1"})

    page.route(BALLOTS, later, times=1)
    vote(page, "a")
    state(page).to_contain_text("Wait a minute.")
    state(page).to_have_text("Your vote is saved.")
    assert len(set(sent.keys)) == 1


@pytest.mark.usefixtures("forgive")
def test_votes_that_cannot_be_read_are_found_out_and_the_others_recorded(
    page: Page, recorded: Callable[[list[str]], list[tuple[str, int, int]]]
) -> None:
    open_ballot(page)
    page.context.set_offline(True)
    vote(page, *"adp")
    keys = [each["key"] for each in kept(page)]
    page.evaluate(
        """key => {
            const name = `placet-vote:N30-C-0002:${key}`, vote = JSON.parse(localStorage.getItem(name));
            localStorage.setItem(name, JSON.stringify({...vote, version: "x"}));
        }""",
        keys[1],
    )
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_contain_text("This vote was not recorded:")
    page.wait_for_function("Object.keys(localStorage).filter(k => k.startsWith('placet-vote:')).length === 1")
    assert [key for key, _vote, _who in recorded(keys)] == [keys[0], keys[2]]


@pytest.mark.usefixtures("forgive")
def test_nobody_casts_the_kept_votes_of_somebody_else(
    page: Page,
    demo_site: DemonstrationSite,
    recorded: Callable[[list[str]], list[tuple[str, int, int]]],
) -> None:
    sent = Sent(page)
    page.goto(demo_site.sign_in["participant"])
    open_ballot(page, reference="N30-C-0003")
    page.route("**/token/", lambda route: route.abort())
    vote(page, *"ad", first=int(page.locator("[data-number]").inner_text()))
    first_person = kept(page)
    # Signs out with votes unsent; the next person signs in and votes.
    sign_out(page)
    page.unroute("**/token/")
    page.goto(demo_site.sign_in["delegate"])
    page.goto("/en/c/N30-C-0003/")
    open_ballot(page, reference="N30-C-0003")
    place = int(page.locator("[data-number]").inner_text())
    vote(page, "p", first=place)
    state(page).to_have_text(re.compile(rf"(All {place} votes are|Your vote is) saved\."))
    assert kept(page) == first_person
    assert recorded([each["key"] for each in first_person]) == []
    (second_person,) = [key for key in sent.keys if key not in {each["key"] for each in first_person}]
    # The first one comes back, and finds the votes.
    sign_out(page)
    page.goto(demo_site.sign_in["participant"])
    page.goto("/en/c/N30-C-0003/")
    state(page).to_contain_text("saved")
    rows = recorded([*(each["key"] for each in first_person), second_person])
    assert sorted(vote for _key, vote, _who in rows) == [-1, 0, 1]
    owners = {key: who for key, _vote, who in rows}
    assert len({owners[each["key"]] for each in first_person}) == 1
    assert owners[second_person] not in {owners[each["key"]] for each in first_person}


@pytest.mark.usefixtures("forgive")
def test_an_open_page_sends_nothing_once_somebody_else_has_signed_in(
    page: Page,
    demo_site: DemonstrationSite,
    recorded: Callable[[list[str]], list[tuple[str, int, int]]],
    axe: Callable[[Page], None],
) -> None:
    open_ballot(page, reference="N30-C-0003")
    page.route(BALLOTS, lambda route: route.abort())
    vote(page, *"ad")
    other = page.context.new_page()
    other.goto(demo_site.sign_in["moderator"])
    sign_out(other)
    open_ballot(other, reference="N30-C-0003")
    page.unroute(BALLOTS)
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('online'))")
    state(page).to_contain_text("2 votes are kept on this device and cannot be sent from this page.")
    axe(page)
    assert recorded([each["key"] for each in kept(page)]) == []


@pytest.mark.usefixtures("forgive")
def test_where_nothing_may_be_stored_votes_are_sent_and_leaving_too_early_is_asked_about(page: Page) -> None:
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('refused', 'QuotaExceededError'); }"
    )
    open_ballot(page)
    page.route(BALLOTS, lambda route: route.abort())
    page.locator("blockquote").click()  # a browser asks only those who did something on the page
    vote(page, *"ad")
    state(page).to_contain_text("2 votes are not saved yet, and this browser keeps nothing on this device")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Look at your votes").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.unroute(BALLOTS)
    page.evaluate("dispatchEvent(new Event('online'))")
    state(page).to_have_text("All 2 votes are saved.")
    page.get_by_role("link", name="Look at your votes").click()
    expect(page.get_by_role("heading", level=1, name="Statements")).to_be_visible()
    assert asked == ["beforeunload"]


def test_two_tabs_send_each_vote_once(page: Page) -> None:
    first = page
    open_ballot(first)
    vote(first, "a")
    state(first).to_have_text("Your vote is saved.")
    second = first.context.new_page()
    open_ballot(second)
    sent = [Sent(first), Sent(second)]
    for tab, key in ((first, "a"), (second, "d")):
        tab.bring_to_front()
        tab.keyboard.press(key)
    for tab in (first, second):  # each counts what the other one sent
        state(tab).to_have_text("All 3 votes are saved.")
    keys = [*sent[0].keys, *sent[1].keys]
    assert len(keys) == len(set(keys)) == 2
    assert kept(first) == []


def test_the_second_click_of_a_double_click_is_no_vote(page: Page) -> None:
    sent = Sent(page)
    open_ballot(page)
    page.get_by_role("button", name="Agree", exact=True).dblclick()
    heading(page, 2)
    state(page).to_have_text("Your vote is saved.")
    assert len(sent.keys) == 1


def test_the_last_statement_is_followed_by_thanks(page: Page, axe: Callable[[Page], None]) -> None:
    open_ballot(page)
    total = int(page.locator("#voting-progress").get_attribute("max") or "")
    vote(page, *("a" * (total - 1)))
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="You have voted on every statement")).to_be_focused()
    expect(page.get_by_role("button", name="Agree", exact=True)).to_be_hidden()
    state(page).to_have_text(f"All {total} votes are saved.")
    axe(page)
    page.reload()
    expect(page.get_by_role("heading", name="You have voted on every statement")).to_be_visible()
    state(page).to_have_text(f"All {total} votes are saved.")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_scripts_the_form_votes(new_page: Callable[..., Page], language: str) -> None:
    page = new_page(locale=f"{language}-{language.upper()}", viewport=PHONE, java_script_enabled=False)
    open_ballot(page, language)
    for number in (1, 2):
        name = re.compile(rf"^(Statement {number} of|Énoncé {number} sur) \d+")
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        page.locator(".vote-button--agree").click()
    expect(page.locator("[data-vote-state] [data-when]:visible")).to_have_count(0)
    progress(page, 2)


def test_in_french(new_page: Callable[..., Page], axe: Callable[[Page], None]) -> None:
    page = new_page(locale="fr-FR", viewport=PHONE, has_touch=True, is_mobile=True)
    open_ballot(page, "fr")
    page.get_by_role("button", name="Approuver", exact=True).tap()
    heading(page, 2)
    state(page).to_have_text("Votre vote est enregistré.")
    page.get_by_role("button", name="Désapprouver", exact=True).tap()
    heading(page, 3)
    state(page).to_have_text("Vos 2\u00a0votes sont tous enregistrés.")
    axe(page)
    context: BrowserContext = page.context
    context.set_offline(True)
    page.get_by_role("button", name="Passer", exact=True).tap()
    state(page).to_have_text(
        "1\u00a0vote est conservé sur cet appareil et sera envoyé dès que la connexion sera rétablie."
    )
    context.set_offline(False)
    state(page).to_have_text("Vos 3\u00a0votes sont tous enregistrés.")
    page.console_errors.clear()  # type: ignore[attr-defined]

"""The way of an idea in a real browser: from a statement up to a commitment, from a clause down to voices."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.demonstration_site import DemonstrationSite
from tests.journeys.her_statement import Hers, write_as_she_did
from tests.journeys.screens import LAPTOP, PHONE, check
from tests.journeys.sessions import COOKIE

MAX_CLICKS = 4
THEMES_MS = 60_000  # themes are found in the background, once the demonstration has started


@dataclass(frozen=True, slots=True)
class Reader:
    """What a participant writes and reads in one language, and on which screen."""

    language: str
    viewport: ViewportSize
    hers: str  # in her own words
    theirs: str  # a statement of the demonstration that says the same, behind a clause
    clause: str
    commitment: str
    step_by_step: str
    her_ideas: str
    columns: tuple[str, ...]
    history: re.Pattern[str]
    voices: str
    became: str


ENGLISH = Reader(
    language="en",
    viewport=LAPTOP,
    hers="My mother’s ward should practise once a year for the day when too many arrive.",
    theirs="Hospitals should rehearse mass-casualty plans every year",
    clause="Clause",
    commitment="Set resilience objectives, and goals in every nation",
    step_by_step="Step by step, up to the decision and after",
    her_ideas="My ideas and what became of them",
    columns=("Inputs", "Themes", "Findings", "Proposals", "Decisions", "Commitments"),
    history=re.compile("Its history|What it said before"),
    voices="The voices behind it",
    became="What became of it",
)
FRENCH = Reader(
    language="fr",
    viewport=PHONE,
    hers="Le service où travaille ma mère devrait répéter chaque année le jour où il en arrive trop.",
    theirs="Les hôpitaux devraient s’exercer chaque année",
    clause="Article",
    commitment="Fixer des objectifs de résilience, et des buts dans chaque pays",
    step_by_step="Étape par étape, jusqu’à la décision et après",
    her_ideas="Mes idées et ce qu’il en est advenu",
    columns=("Apports", "Thèmes", "Constats", "Propositions", "Décisions", "Engagements"),
    history=re.compile("Son historique|Ce qu’il disait avant"),
    voices="Les voix à son appui",
    became="Ce qu’il en est advenu",
)
both = pytest.mark.parametrize("reader", [ENGLISH, FRENCH], ids=lambda reader: reader.language)


class Way:
    """A way through the pages by links alone, which counts its clicks and checks each page."""

    def __init__(self, page: Page, axe: Callable[[Page], None]) -> None:
        self.page, self.axe, self.clicks = page, axe, 0

    def follow(self, link: Locator) -> None:
        link.click()
        self.clicks += 1
        self.page.wait_for_load_state()
        check(self.page, self.axe)


def write(page: Page, site: DemonstrationSite, reader: Reader) -> Hers:
    """Her statement, brought together with theirs; the page is hers afterwards."""
    page.goto(f"/{reader.language}/c/N30-C-0001/statements/")
    theirs = page.locator("li", has_text=reader.theirs).locator(".reference").first.inner_text()
    hers = write_as_she_did(site, reader.language, reader.hers, into=theirs)
    page.context.add_cookies([{"name": COOKIE, "value": hers.session, "url": site.url}])
    return hers


@both
def test_she_follows_her_statement_to_a_commitment_in_four_clicks(
    reader: Reader,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    demo_site: DemonstrationSite,
) -> None:
    page = new_page(locale=reader.language, viewport=reader.viewport)
    hers = write(page, demo_site, reader)
    page.goto(f"/{reader.language}/r/nato-2030/my-ideas/")
    expect(page.get_by_role("heading", level=1)).to_have_text(reader.her_ideas)
    check(page, axe)

    way = Way(page, axe)
    way.follow(page.get_by_role("link", name=reader.hers))
    expect(page.locator(".page__heading .reference")).to_have_text(hers.reference)
    way.follow(page.get_by_role("link", name=reader.step_by_step))
    expect(page.locator(".reach li:not([data-reached])")).to_have_count(1)  # it is not fulfilled yet
    clause = page.locator(".lineage__step[data-kind=clause]", has_text=reader.commitment).first
    expect(clause.locator(".lineage__sentence").first).to_have_attribute("lang", reader.language)
    way.follow(clause.get_by_role("link", name=reader.commitment))
    expect(page.get_by_role("heading", level=1)).to_have_text(reader.commitment)
    assert way.clicks <= MAX_CLICKS

    # And back down: her words stand among the voices behind the commitment.
    way.follow(page.get_by_role("link", name=reader.voices))
    expect(page.locator("article", has_text=reader.theirs)).to_be_visible()


@both
def test_the_river_is_read_as_lists_and_a_clause_leads_down_to_its_voices(
    reader: Reader, new_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = new_page(locale=reader.language, viewport=reader.viewport)
    page.goto(f"/{reader.language}/r/nato-2030/lineage/")
    columns = page.locator(".river__column")
    for _second in range(THEMES_MS // 1000):
        if columns.count() == len(reader.columns):
            break
        page.wait_for_timeout(1000)
        page.reload()
    assert page.locator(".river__picture .river__heading").all_text_contents() == list(reader.columns)
    for column, name in zip(columns.all(), reader.columns, strict=True):
        expect(column.get_by_role("heading", level=3)).to_have_text(re.compile(rf"^{name}\s+\(.*\d"))
        if column.get_attribute("open") is None:
            column.locator("summary").click()
        items = column.locator(":scope > ul > li")
        expect(items.first.locator("p").first).to_be_visible()
        assert items.count() > 1
        if name != reader.columns[-1]:
            expect(items.first.locator(".river__onwards > li").first).to_be_visible()
    check(page, axe)

    way = Way(page, axe)
    way.follow(columns.nth(3).locator("a[href*='/p/']").first)
    clause = page.locator("li.clause").first
    expect(clause.get_by_role("heading", level=3)).to_contain_text(f"{reader.clause} 1")
    text = clause.locator(".clause__text").inner_text()
    way.follow(clause.get_by_role("link", name=reader.history))
    way.follow(page.get_by_role("link", name=reader.voices))
    expect(page.locator(".page__heading .lede")).to_have_text(text)
    voices = page.locator("#voices ~ ul > li")
    assert voices.count() > 1
    first = voices.first
    reference = first.locator(".reference").first.inner_text()
    way.follow(first.get_by_role("link", name=reader.became))
    expect(page.locator(".page__heading .reference")).to_have_text(reference)
    assert way.clicks == MAX_CLICKS

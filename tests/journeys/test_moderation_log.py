"""What is talked about and moderated: two comments in their order, a refusal, its appeal, and the public log.

The author takes part in French, the secretariat and the moderator work in English; the log is read in both.
"""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.demonstration_site import DemonstrationSite

REFLECTION = "nato-2030"
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 900}


def check(page: Page, axe: Callable[[Page], None]) -> None:
    """The page is accessible in both themes, and nothing is wider than the screen."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        axe(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"


def signed_in(new_page: Callable[..., Page], site: DemonstrationSite, role: str, **options: object) -> Page:
    """A tab in which somebody of that role is signed in."""
    page = new_page(**options)
    page.goto(site.sign_in[role])
    return page


def belong(page: Page, constituency: str) -> None:
    """Say once as what one takes part."""
    page.goto("/en/c/N30-C-0001/start/")
    page.get_by_label("You take part as").select_option(label=constituency)
    page.get_by_role("button", name="Continue to the first statement").or_(
        page.locator("main form button").first
    ).first.click()


def contribute(page: Page, title: str) -> str:
    """Write a contribution in French and return its reference."""
    page.goto(f"/fr/r/{REFLECTION}/contributions/new/")
    page.locator("[name=title]").fill(title)
    page.locator("[name=body]").fill("Un texte assez long pour être lu.\n\nEt un second paragraphe.")
    page.locator("button[name=deed][value=submit], button[value=submit]").first.click()
    page.goto(f"/fr/r/{REFLECTION}/my-contributions/")
    row = page.locator("li", has_text=title).first
    reference: str = row.locator(".reference").inner_text()
    return reference


def comment(page: Page, reference: str, body: str, language: str = "en") -> None:
    page.goto(f"/{language}/k/{reference}/comments/")
    page.locator("#comment-body").fill(body)
    page.locator("form[aria-labelledby=write-comment-heading] button").click()
    expect(page.locator(".comment", has_text=body)).to_be_visible()


def find_helpful(page: Page, reference: str, body: str, *, is_helpful: bool) -> None:
    page.goto(f"/en/k/{reference}/comments/?order=oldest")
    said = page.locator(".comment", has_text=body).first
    label = "Helpful" if is_helpful else "Not helpful"
    said.get_by_role("button", name=re.compile(f"^{label}")).click()
    expect(said.locator("[aria-pressed=true]")).to_contain_text(label)


def test_a_refusal_its_appeal_and_two_comments_stand_in_the_open(
    new_page: Callable[..., Page], axe: Callable[[Page], None], demo_site: DemonstrationSite
) -> None:
    people = {
        role: signed_in(new_page, demo_site, role, viewport=LAPTOP)
        for role in ("secretariat", "moderator", "partner", "delegate")
    }
    author = signed_in(new_page, demo_site, "participant", locale="fr-FR", viewport=PHONE)
    secretariat, moderator = people["secretariat"], people["moderator"]

    # The rule
    secretariat.goto(f"/en/manage/r/{REFLECTION}/rules/")
    check(secretariat, axe)
    begin = secretariat.get_by_role("button", name="Begin with these six")
    if begin.count():
        begin.click()
    expect(secretariat.get_by_role("heading", name=re.compile("Civil"))).to_be_visible()

    # One contribution is published, the other refused
    published = contribute(author, "Des ponts pour tous")
    refused = contribute(author, "Un port pour tous")
    moderator.goto(f"/en/manage/r/{REFLECTION}/moderation/?kind=contributions")
    check(moderator, axe)
    waiting = moderator.locator("li[data-waiting]", has_text=published)
    waiting.get_by_role("button", name=re.compile("^Publish")).click()
    expect(moderator.get_by_text("Decided.").first).to_be_visible()
    waiting = moderator.locator("li[data-waiting]", has_text=refused)
    waiting.locator("[data-reject] summary").click()
    waiting.get_by_label("Point of the rule").select_option(index=2)
    waiting.get_by_label("Reason").fill("It does not speak of the reflection.")
    check(moderator, axe)
    waiting.get_by_role("button", name=re.compile("^Refuse it")).click()
    expect(moderator.get_by_text("Decided.")).to_have_count(2)

    # Two comments: one group loves the first, both find the second helpful
    belong(people["partner"], "Young leaders")
    belong(moderator, "Young leaders")
    belong(secretariat, "Civil society")
    comment(author, published, "Un grand groupe m’aime.", "fr")
    check(author, axe)
    comment(people["delegate"], published, "Everybody finds me helpful.")
    for body, votes in {
        "Un grand groupe": {"partner": True, "moderator": True, "secretariat": False},
        "Everybody finds me": {"partner": True, "secretariat": True},
    }.items():
        for role, is_helpful in votes.items():
            find_helpful(people[role], published, body, is_helpful=is_helpful)
    author.goto(f"/fr/k/{published}/comments/")
    order = author.locator(".talk__threads > li .comment__text")
    expect(order.first).to_contain_text("Everybody finds me helpful.")
    expect(order.nth(1)).to_contain_text("Un grand groupe m’aime.")
    author.goto(f"/fr/k/{published}/comments/?order=oldest")
    expect(order.first).to_contain_text("Un grand groupe m’aime.")
    check(author, axe)

    # The author appeals in French; somebody else grants
    author.goto(f"/fr/k/{refused}/decision/")
    expect(author.get_by_text("It does not speak of the reflection.")).to_be_visible()
    check(author, axe)
    author.locator("[name=text]").fill("Un port relie les membres.")
    author.get_by_role("button", name="Envoyer le recours").click()
    expect(author.get_by_text("Votre recours est envoyé")).to_be_visible()
    moderator.goto(f"/en/manage/r/{REFLECTION}/moderation/?kind=appeals")
    expect(moderator.get_by_text("somebody else answers the appeal").first).to_be_visible()
    secretariat.goto(f"/en/manage/r/{REFLECTION}/moderation/?kind=appeals")
    check(secretariat, axe)
    made = secretariat.locator("li", has_text="Un port relie les membres.").last
    made.get_by_label("Reason").fill("A harbour is about the reflection after all.")
    made.get_by_role("button", name=re.compile("^Grant")).click()
    expect(secretariat.get_by_text("The appeal is answered.").first).to_be_visible()
    author.goto(f"/fr/k/{refused}/")
    expect(author.get_by_role("heading", level=1)).to_contain_text("Un port pour tous")

    # All of it stands in the log, in both languages, without an account
    reader = new_page(viewport=PHONE)
    for language, after in (("en", "after an appeal"), ("fr", "après un recours")):
        reader.goto(f"/{language}/r/{REFLECTION}/moderation-log/")
        entries = reader.locator("ol.log > li", has_text=refused)
        expect(entries).to_have_count(2)
        expect(entries.first).to_contain_text(after)
        expect(entries.nth(1)).to_contain_text("It does not speak of the reflection.")
        expect(entries.nth(1)).to_contain_text("A harbour is about the reflection after all.")
        expect(reader.get_by_text("Un port relie les membres.")).to_have_count(0)
        check(reader, axe)
        reader.goto(f"/{language}/r/{REFLECTION}/rules/")
        check(reader, axe)

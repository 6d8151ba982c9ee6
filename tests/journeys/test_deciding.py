"""Members decide in a real browser: a text amended, reserved on and adopted; a silence broken, and one kept.

The secretariat works in English on a laptop, the delegate of Ildra and the visitor read French on a phone.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.demonstration_site import DemonstrationSite
from tests.journeys.other_members import others_join, silence_since_yesterday
from tests.journeys.screens import LAPTOP, PHONE, check

Axe = Callable[[Page], None]
SLUG, ZONE = "seven-lights", ZoneInfo("Atlantic/Azores")
TITLE = {"en": "Lights that fishers can trust", "fr": "Des feux auxquels se fier"}
CLAUSE = {
    "en": "Every harbour keeps its light burning through the night.",
    "fr": "Chaque port garde son feu allumé toute la nuit.",
}
AMENDED = "Chaque port garde son feu allumé toute la nuit, et prévient les autres quand il s’éteint."
AMENDED_IN_ENGLISH = (
    "Every harbour keeps its light burning through the night, and tells the others when it goes out."
)
REASON = "Un feu éteint sans un mot trompe davantage que pas de feu du tout."
RESERVATION = "Ildra se joint au texte, et entend garder la main sur les heures de son propre feu."
SECONDS_LEFT = 25  # until the deadline of the silence that nobody breaks


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)


def said(page: Page, text: str | re.Pattern[str]) -> None:
    """A message on the page, after a deed."""
    expect(page.locator(".alert", has_text=text).first).to_be_visible()


def draft(page: Page, axe: Axe) -> str:
    """Draft a clause that cites a finding, open the proposal to amendments, and return its reference."""
    page.goto(f"/en/manage/r/{SLUG}/proposals/")
    page.get_by_role("link", name="Draft a proposal").click()
    page.locator("[name=priority]").select_option("1")
    fill(page, title_en=TITLE["en"], title_fr=TITLE["fr"])
    fill(page, summary_en="A light that goes out is announced.", summary_fr="Un feu qui s’éteint s’annonce.")
    page.get_by_role("button", name="Begin the draft").click()
    reference: str = page.locator(".page__heading .reference").inner_text()
    page.get_by_role("link", name="Add a clause").click()
    fill(page, text_en=CLAUSE["en"], text_fr=CLAUSE["fr"])
    page.get_by_role("button", name="Add the clause").click()
    expect(page.get_by_text("No finding supports this clause.")).to_be_visible()
    check(page, axe)
    page.get_by_role("link", name=re.compile("^Evidence")).click()
    check(page, axe)
    page.get_by_role("button", name=re.compile("^It supports the clause")).first.click()
    said(page, "Cited.")
    page.get_by_role("link", name="Back to the draft").click()
    expect(page.get_by_text("No finding supports this clause.")).to_have_count(0)
    page.get_by_role("link", name="Publish…").click()
    page.get_by_role("button", name="Publish the proposal").click()
    page.get_by_role("link", name="Amendments", exact=True).click()
    page.get_by_role("link", name="Open to amendments…").click()
    page.get_by_role("button", name="Open to amendments").click()
    said(page, "The proposal is open to amendments.")
    return reference


def amend(page: Page, axe: Axe, proposal: str) -> None:
    """Ask, in the name of one's member, for another wording in French alone."""
    page.goto(f"/fr/r/{SLUG}/delegation/amendments/")
    page.locator("article", has_text=proposal).get_by_role("link", name=TITLE["fr"]).click()
    check(page, axe)
    page.get_by_role("link", name="Demander une autre rédaction").click()
    fill(page, wording_fr=AMENDED, justification_fr=REASON)
    check(page, axe)
    page.get_by_role("button", name="Déposer l’amendement").click()
    said(page, "Votre amendement est déposé.")
    expect(page.locator("article", has_text=proposal).locator("ins").first).to_contain_text("prévient")
    check(page, axe)


def answer(page: Page, axe: Axe, proposal: str) -> None:
    """Accept the amendment, with a translation and a reason."""
    page.goto(f"/en/manage/proposal/{proposal}/amendments/")
    check(page, axe)
    page.get_by_role("link", name=re.compile("^Answer it")).click()
    check(page, axe)
    page.get_by_label("Accepted", exact=True).check()
    fill(page, wording_en=AMENDED_IN_ENGLISH)
    fill(page, answer_en="Accepted as asked: silence at sea misleads.")
    fill(page, answer_fr="Accepté tel quel : en mer, le silence trompe.")
    page.get_by_role("button", name="Give the answer").click()
    said(page, "The answer is given.")
    page.get_by_role("link", name="Consolidated text").click()
    expect(page.locator(".comparison__body ins").first).to_contain_text("tells")
    check(page, axe)


def convene(page: Page, axe: Axe, proposal: str) -> str:
    """Plan a meeting, put the proposal on its agenda, open it, and return the address of its page."""
    page.goto(f"/en/manage/r/{SLUG}/decisions/")
    check(page, axe)
    page.get_by_role("link", name="Plan a meeting").click()
    fill(page, title_en="Autumn council on Ildra", title_fr="Conseil d’automne à Ildra")
    page.get_by_role("button", name="Plan the meeting").click()
    said(page, "The meeting is planned.")
    address = page.url
    page.get_by_role("link", name="Put a proposal on the agenda").click()
    page.locator("[name=proposal]").select_option(proposal)
    page.get_by_role("button", name="Freeze it and put it on the agenda").click()
    said(page, "The text is frozen")
    page.get_by_role("link", name="Open the meeting…").click()
    page.get_by_role("button", name="Open the meeting").click()
    said(page, "The meeting is open.")
    expect(page.get_by_text("No position that counts:")).to_contain_text("XE")
    check(page, axe)
    return address


def reserve(page: Page, axe: Axe, proposal: str) -> None:
    """Join with a reservation: asked once more, then recorded."""
    page.goto(f"/fr/r/{SLUG}/delegation/")
    waiting = page.locator("section[aria-labelledby=waiting-heading] li", has_text=proposal)
    waiting.get_by_role("link", name=TITLE["fr"]).click()
    expect(page.get_by_text(AMENDED)).to_be_visible()
    page.locator("[name=kind][value=reserves]").check()
    check(page, axe)
    page.get_by_role("button", name="Continuer").click()  # without an explanation
    expect(page.get_by_text("dans une langue au moins").first).to_be_visible()
    page.console_errors.clear()  # type: ignore[attr-defined]  # refused with 422
    fill(page, explanation_fr=RESERVATION)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name=re.compile("Est-ce bien la position"))).to_be_visible()
    expect(page.locator("blockquote")).to_have_text(RESERVATION)
    check(page, axe)
    page.get_by_role("button", name="L’enregistrer").click()
    said(page, "La position de votre membre est enregistrée.")
    expect(waiting).to_have_count(0)
    check(page, axe)


def test_a_text_is_amended_and_adopted_with_a_reservation(
    new_page: Callable[..., Page], axe: Axe, demo_site: DemonstrationSite
) -> None:
    secretariat = new_page(locale="en-GB", viewport=LAPTOP)
    secretariat.goto(demo_site.sign_in["secretariat"])
    delegate = new_page(locale="fr-FR", viewport=PHONE, has_touch=True, is_mobile=True)
    delegate.goto(demo_site.sign_in["delegate"])

    proposal = draft(secretariat, axe)
    amend(delegate, axe, proposal)
    answer(secretariat, axe, proposal)
    meeting = convene(secretariat, axe, proposal)
    reserve(delegate, axe, proposal)

    # A missing position is not assent: nothing can be adopted before the last of the seven has joined.
    secretariat.goto(meeting)
    expect(secretariat.get_by_role("link", name=re.compile("^Adopt it"))).to_have_count(0)
    assert others_join(demo_site, proposal) == ["XC", "XD", "XF", "XG", "XH", "XI"]
    secretariat.reload()
    expect(secretariat.get_by_text("Every member joins: nothing stands in the way.")).to_be_visible()
    check(secretariat, axe)
    secretariat.get_by_role("link", name=re.compile("^Adopt it")).click()
    secretariat.get_by_role("button", name="It is adopted").click()
    said(secretariat, "The text is adopted.")

    visitor = new_page(locale="fr-FR", viewport=PHONE)
    visitor.goto(f"/fr/r/{SLUG}/decisions/")
    check(visitor, axe)
    visitor.get_by_role("link", name=TITLE["fr"]).click()
    expect(visitor.get_by_text(AMENDED)).to_be_visible()
    expect(visitor.get_by_text("Les 7 membres s’y sont joints.")).to_contain_text(
        "1 d’entre eux l’a fait avec une réserve."
    )
    reservation = visitor.locator("li", has_text="Ildra").first
    expect(reservation.locator("blockquote")).to_have_text(RESERVATION)
    check(visitor, axe)


def test_a_letter_breaks_one_silence_and_the_next_is_kept_to_its_deadline(
    new_page: Callable[..., Page], axe: Axe, demo_site: DemonstrationSite
) -> None:
    secretariat = new_page(locale="en-GB", viewport=LAPTOP)
    secretariat.goto(demo_site.sign_in["secretariat"])
    visitor = new_page(locale="fr-FR", viewport=PHONE)
    visitor.goto("/fr/silence/LSL-SP-0003/")
    expect(visitor.get_by_text("Temps restant")).to_be_visible()
    check(visitor, axe)

    # An objection on paper, recorded while the procedure runs
    secretariat.goto("/en/manage/silence/LSL-SP-0003/")
    secretariat.get_by_role("link", name="Record a written objection…").click()
    secretariat.locator("[name=member]").select_option("XI")
    fill(secretariat, reason_en="No quay of ours takes a boat of that size at night.")
    check(secretariat, axe)
    secretariat.get_by_role("button", name="Record it").click()
    timeline = secretariat.locator("section[aria-labelledby=timeline-heading]")
    expect(timeline.get_by_text("No quay of ours")).to_be_visible()
    expect(timeline.get_by_role("heading", name=re.compile("Tavery"))).to_be_visible()
    check(secretariat, axe)
    visitor.reload()
    said(visitor, "Un membre a rompu le silence")
    expect(visitor.get_by_text("No quay of ours")).to_have_count(0)  # for the members and the secretariat
    check(visitor, axe)

    # The shortest that the rules allow is an hour: nobody is surprised by a deadline a minute away.
    secretariat.goto(f"/en/manage/r/{SLUG}/decisions/rules/")
    fill(secretariat, least_silence_hours="1")
    secretariat.get_by_role("button", name="Save").click()
    secretariat.get_by_role("link", name="Open a silence procedure").click()
    secretariat.locator("[name=proposal]").select_option("LSL-P-0003")
    near = datetime.now(ZONE) + timedelta(minutes=2)
    fill(secretariat, deadline=near.strftime("%Y-%m-%dT%H:%M"))
    secretariat.get_by_role("button", name="Freeze the text").click()
    expect(secretariat.locator(".field, .errorlist", has_text="at least 1 hour away").first).to_be_visible()
    check(secretariat, axe)
    secretariat.console_errors.clear()  # type: ignore[attr-defined]  # refused with 422

    # One that was opened a day ago, and has seconds left
    reference, deadline_at = silence_since_yesterday(demo_site, "LSL-P-0003", seconds_left=SECONDS_LEFT)
    visitor.goto(f"/fr/silence/{reference}/")
    expect(visitor.get_by_text("moins d’une minute")).to_be_visible()
    visitor.wait_for_timeout(max(0, (deadline_at - datetime.now(UTC)).total_seconds() * 1000) + 500)
    visitor.reload()
    said(visitor, f"{deadline_at.astimezone(ZONE):%H:%M:%S} (Atlantic/Azores)")
    check(visitor, axe)
    visitor.get_by_role("link", name="La décision").click()
    adopted = visitor.locator(".facts > div", has_text="Adopté").locator("time")
    shown = datetime.fromisoformat(str(adopted.get_attribute("datetime")))
    assert shown == deadline_at
    check(visitor, axe)

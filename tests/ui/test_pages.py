"""The frame, the living page and the error pages: in both languages, with nothing that the policy forbids."""

import re
from pathlib import Path

import lucide
import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings

from placet.portal.views import errors
from placet.ui.emblems import DEFAULT_EMBLEM, EMBLEMS
from placet.ui.templatetags.interface import emblem, icon, language_name

FORBIDDEN = re.compile(
    r"\sstyle\s*=|<style\b|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:", re.IGNORECASE
)
SOURCE = Path(__file__).resolve().parents[2] / "src/placet"


def test_what_is_forbidden_is_recognised() -> None:
    for markup in (
        '<p style="x">',
        "<script>x</script>",
        '<a onclick="x">',
        "<style>",
        "<script type='module'>",
    ):
        assert FORBIDDEN.search(markup)
    assert not FORBIDDEN.search('<script src="/static/x.js" defer></script><p data-on="x">')


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_living_page_is_complete_and_holds_to_the_policy(client: Client, language: str) -> None:
    response = client.get(f"/{language}/components/")
    assert response.status_code == 200
    html = response.content.decode()
    assert f'<html lang="{language}" dir="ltr">' in html
    assert FORBIDDEN.search(html) is None
    assert "/components/accent/1f4e8c.css" in html
    assert ("Every component, in every state" in html) == (language == "en")
    assert ("Tous les composants, dans tous leurs états" in html) == (language == "fr")


def test_the_language_switch_keeps_the_page_and_its_query(client: Client) -> None:
    html = client.get("/en/components/?page=2").content.decode()
    assert 'href="/fr/components/?page=2" lang="fr" hreflang="fr"' in html
    html = client.get("/fr/nothing/here/").content.decode()
    assert 'href="/en/nothing/here/" lang="en" hreflang="en"' in html


def test_no_identifier_stands_twice_on_the_living_page(client: Client) -> None:
    ids = re.findall(r'\sid="([^"]+)"', client.get("/en/components/").content.decode())
    assert sorted(ids) == sorted(set(ids))


def test_every_label_and_description_points_at_something(client: Client) -> None:
    html = client.get("/en/components/").content.decode()
    ids = set(re.findall(r'\sid="([^"]+)"', html))
    pointed = re.findall(r'\s(?:for|aria-describedby|aria-labelledby|data-opens-dialog)="([^"]+)"', html)
    assert {each for value in pointed for each in value.split()} <= ids
    assert set(re.findall(r'href="#([^"]+)"', html)) <= ids


def test_the_frame_of_the_secretariat_marks_where_one_is(client: Client) -> None:
    html = client.get("/en/components/?frame=manage").content.decode()
    assert '<a href="#main" aria-current="page">' in html
    assert FORBIDDEN.search(html) is None


@pytest.mark.parametrize("language", ["en", "fr"])
@override_settings(DEBUG=False)
def test_not_found(client: Client, language: str) -> None:
    response = client.get(f"/{language}/nothing/")
    assert response.status_code == 404
    html = response.content.decode()
    assert {"en": "Page not found", "fr": "Page introuvable"}[language] in html
    assert FORBIDDEN.search(html) is None


def test_a_forged_form_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/en/components/")
    assert response.status_code == 403
    assert b"The form could not be accepted" in response.content


@pytest.mark.parametrize("name", ["400", "403", "404", "csrf"])
def test_each_error_page_says_its_number(name: str) -> None:
    request = RequestFactory().get("/en/x/")
    html = render_to_string(f"portal/errors/{name}.html", {"request": request})
    assert f'<p class="error-page__code">{name.replace("csrf", "403")}</p>' in html


def test_the_page_for_a_failure_needs_nothing_but_a_template() -> None:
    """No database, no context processor, no session: whatever is broken, this page is drawn."""
    html = render_to_string("portal/errors/500.html")
    assert "Something failed on our side" in html
    assert "Une erreur est survenue de notre côté" in html
    assert FORBIDDEN.search(html) is None
    source = (SOURCE / "portal/templates/portal/errors/500.html").read_text(encoding="utf-8")
    assert re.findall(r"{%\s*(\w+)", source) == ["load", "static", "static", "static", "include"]
    assert "{{" not in source


def test_no_template_of_the_interface_breaks_the_policy() -> None:
    for path in (SOURCE / "ui/templates").rglob("*.html"):
        assert FORBIDDEN.search(path.read_text(encoding="utf-8")) is None, path


def test_the_server_error_page_is_the_one_that_is_shown() -> None:
    response = errors.server_error(RequestFactory().get("/en/"))
    assert response.status_code == 500


@pytest.mark.parametrize("name", EMBLEMS)
def test_every_emblem_is_an_icon(name: str) -> None:
    assert emblem(name).startswith("<svg")


def test_an_unknown_emblem_gets_the_default() -> None:
    assert emblem('"><script>') == emblem(DEFAULT_EMBLEM)


def test_icons_are_hidden_from_assistive_technology_and_carry_no_style() -> None:
    svg = icon("check", 18)
    assert 'aria-hidden="true"' in svg
    assert 'width="18"' in svg
    assert "style" not in svg
    with pytest.raises(lucide.IconDoesNotExist):
        icon("no-such-icon")


def test_names_of_languages() -> None:
    assert language_name("fr") == "French"
    assert language_name("qq") == "qq"

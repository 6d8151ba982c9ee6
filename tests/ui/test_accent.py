"""The accent of a reflection, served as a stylesheet."""

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse


def test_an_accent_is_a_stylesheet_that_never_changes(client: Client) -> None:
    response = client.get("/en/components/accent/1f4e8c.css")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/css; charset=utf-8"
    directives = {each.strip() for each in response["Cache-Control"].split(",")}
    assert directives == {"public", "immutable", "max-age=31536000"}
    assert "Set-Cookie" not in response
    css = response.content.decode()
    assert css.count("--accent:") == 3  # light, dark by the system, dark by choice
    assert set(re.findall(r"--accent[a-z-]*|--on-accent", css)) == {
        "--accent", "--accent-strong", "--accent-text", "--accent-soft", "--on-accent",
    }  # fmt: skip


@pytest.mark.parametrize(
    "colour",
    [
        "1F4E8C", "fff", "1f4e8", "1f4e8c0", "zzzzzz", "1f4e8c}", "%23aaaaaa", "1f4e8c%0a", "../..", "",
        "red;x:", "1f4e8c%7D*%7Bdisplay:none", "١٢٣٤٥٦",
    ],
)  # fmt: skip
def test_what_is_no_colour_is_not_found(client: Client, colour: str) -> None:
    assert client.get(f"/en/components/accent/{colour}.css").status_code == 404


def test_no_address_is_made_for_what_is_no_colour() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("ui:accent", args=["1f4e8c}body{"])


def test_an_accent_is_only_read(client: Client) -> None:
    assert client.post("/en/components/accent/1f4e8c.css").status_code == 405

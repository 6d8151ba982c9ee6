"""Passkeys in a real browser: added, used to sign in and to confirm, removed; under the real policy.

Chromium holds a virtual authenticator, as a phone or laptop holds a real one.
"""

import re
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from pytest_django.live_server_helper import LiveServer

from placet.stages.people import actions
from placet.stages.people.models import Account
from tests.stages.people.conftest import CODE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _fresh_limits(transactional_db: None) -> None:
    """The table of limits is no model's: emptying the database after a test leaves it as it is."""
    cache.clear()


@pytest.fixture
def person() -> Account:
    return actions.create_account("ada@people.example", name="Ada", is_verified=True)


@pytest.fixture
def new_tab(browser: "Browser", live_server: LiveServer) -> Iterator[Callable[..., "Page"]]:
    """A tab in a context of its own; anything in its console fails the test."""
    contexts = []
    errors: list[str] = []

    def open_tab(**options: Any) -> "Page":
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        return tab

    yield open_tab
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def tab(new_tab: Callable[..., "Page"]) -> "Page":
    return new_tab()


@pytest.fixture
def authenticator(tab: "Page") -> "CDPSession":
    """A device that holds passkeys and knows its owner."""
    session = tab.context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def sign_in_by_code(tab: "Page", account: Account) -> None:
    tab.goto("/en/account/login/")
    tab.get_by_label("E-mail address").fill(account.email)
    tab.get_by_role("button", name="Send me a code").click()
    tab.get_by_label("Code").wait_for()
    found = CODE.search(str(mail.outbox[-1].body))
    assert found
    tab.get_by_label("Code").fill(found.group(1))
    tab.get_by_role("button", name="Sign in").click()
    tab.get_by_text("You are signed in.").wait_for()


def add_passkey(tab: "Page", name: str) -> None:
    tab.goto("/en/account/passkeys/")
    tab.get_by_role("link", name="Add a passkey").click()
    tab.get_by_label("Name of this passkey").fill(name)
    tab.get_by_role("button", name="Make the passkey").click()
    tab.get_by_role("heading", name=name).wait_for()


def make_sign_ins_old() -> None:
    """As if an hour had passed since every sign-in."""
    from importlib import import_module

    from django.conf import settings

    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in Session.objects.all():
        session = store(row.session_key)
        for record in session.get("account_authentication_methods", []):
            record["at"] = time.time() - 3600
        session.modified = True
        session.save()


def test_a_passkey_is_added_signs_in_confirms_and_is_removed(
    tab: "Page", person: Account, authenticator: "CDPSession"
) -> None:
    sign_in_by_code(tab, person)
    add_passkey(tab, "my laptop")
    assert Authenticator.objects.get().user_id == person.id
    assert mail.outbox[-1].subject == "A passkey was added to your account"

    tab.goto("/en/account/logout/")
    before = next(cookie["value"] for cookie in tab.context.cookies() if cookie["name"] == "sessionid")
    tab.get_by_role("main").get_by_role("button", name="Sign out").click()
    tab.get_by_text("You are signed out.").wait_for()
    n_mails = len(mail.outbox)
    tab.goto("/en/account/login/?next=/en/account/passkeys/")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.get_by_role("heading", name="my laptop").wait_for()
    assert tab.url.endswith("/en/account/passkeys/")
    assert len(mail.outbox) == n_mails
    after = next(cookie["value"] for cookie in tab.context.cookies() if cookie["name"] == "sessionid")
    assert before != after

    make_sign_ins_old()
    tab.get_by_role("link", name=re.compile("Remove")).click()
    tab.get_by_role("heading", name="Confirm that it is you").wait_for()
    tab.get_by_role("button", name="Confirm with a passkey").click()
    tab.get_by_role("heading", name="Remove a passkey").wait_for()
    tab.get_by_role("button", name="Remove").click()
    tab.get_by_text("You have no passkey yet.").wait_for()
    assert not Authenticator.objects.exists()


def test_a_removed_passkey_signs_nobody_in(tab: "Page", person: Account, authenticator: "CDPSession") -> None:
    sign_in_by_code(tab, person)
    add_passkey(tab, "lost phone")
    Authenticator.objects.all().delete()
    tab.context.clear_cookies()
    tab.goto("/en/account/login/")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.get_by_text("This passkey could not be checked. Please try again.").wait_for()
    assert tab.url.endswith("/en/account/login/")


def test_a_device_without_a_passkey_is_told_so_in_french(
    new_tab: Callable[..., "Page"],
) -> None:
    tab = new_tab(locale="fr-FR")
    session = tab.context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}},
    )
    tab.goto("/fr/account/login/")
    tab.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    tab.get_by_text("Aucune clé d’accès n’a servi").wait_for()


def test_without_javascript_the_code_is_offered_and_the_passkey_is_not(
    new_tab: Callable[..., "Page"],
) -> None:
    tab = new_tab(java_script_enabled=False)
    tab.goto("/en/account/login/")
    assert tab.get_by_role("button", name="Send me a code").is_visible()
    assert not tab.get_by_role("button", name="Sign in with a passkey").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_are_accessible(
    new_tab: Callable[..., "Page"], axe: Callable[["Page"], None], person: Account, language: str, scheme: str
) -> None:
    tab = new_tab(color_scheme=scheme, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    for path in ("login/", "signup/"):
        tab.goto(f"/{language}/account/{path}")
        axe(tab)
    sign_in_by_code(tab, person)
    for path in ("", "address/", "passkeys/", "passkeys/add/", "logout/", "confirm/", "delete/"):
        tab.goto(f"/{language}/account/{path}")
        axe(tab)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"

"""The pages of one's own account: who gets in, what they change, what is refused."""

import re
import time
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from placet.stages.people import actions, urls
from placet.stages.people.models import Account
from placet.stages.record.models import AuditEntry
from tests.stages.people.conftest import CODE

SignIn = Callable[[Client, Account], None]
OPEN_PAGES = {
    "account_login",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_signup",
    "account_email_verification_sent",
    "account_logout",
    "account_inactive",
    "mfa_login_webauthn",
}
METHODS = ("get", "head", "options", "put", "delete", "post")
RECENT_PAGES = {
    "account_email",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "people:delete",
}


@pytest.fixture
def signed_in(client: Client, account: Account, sign_in: SignIn) -> Client:
    sign_in(client, account)
    mail.outbox.clear()
    return client


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let time pass."""

    def move(seconds: float) -> None:
        now = time.time() + seconds
        monkeypatch.setattr(time, "time", lambda: now)

    return move


def names() -> list[str]:
    ours = [f"people:{pattern.name}" for pattern in urls.OURS]
    return [*(str(pattern.name) for pattern in urls.ALLAUTH), *ours]


def path_of(name: str) -> str:
    pattern: URLPattern = next(
        p for p in (*urls.ALLAUTH, *urls.OURS) if p.name == name.removeprefix("people:")
    )
    return reverse(name, kwargs={"pk": 1} if "<int:pk>" in str(pattern.pattern) else {})


def passkey(account: Account, name: str = "phone") -> Authenticator:
    """A row that looks like a passkey's; it cannot sign anything."""
    row: Authenticator = Authenticator.objects.create(
        user=account, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
    )
    return row


@pytest.mark.django_db
@pytest.mark.parametrize("name", names())
def test_no_page_of_an_account_answers_a_stranger(client: Client, name: str) -> None:
    for method in METHODS:
        response = getattr(client, method)(path_of(name))
        assert response.status_code < 500
        if name not in OPEN_PAGES:
            assert response.status_code == 302
            assert response["Location"].startswith("/en/account/login/?next=")


@pytest.mark.parametrize("name", names())
def test_no_page_breaks_for_an_account(signed_in: Client, account: Account, name: str) -> None:
    for method in METHODS:
        signed_in.force_login(account)
        response = getattr(signed_in, method)(path_of(name))
        assert response.status_code < 500
        if response.status_code == 302:
            assert signed_in.get(response["Location"]).status_code < 400


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "name", sorted({"people:profile", "mfa_list_webauthn", "account_logout", *RECENT_PAGES})
)
def test_every_page_is_drawn_in_both_languages(
    signed_in: Client, account: Account, name: str, language: str
) -> None:
    key = passkey(account)
    url = path_of(name).replace("/en/", f"/{language}/").replace("/1/", f"/{key.pk}/")
    if name == "mfa_add_webauthn":
        key.delete()
    page = signed_in.get(url)
    assert page.status_code == 200
    text = page.content.decode()
    assert f'<html lang="{language}"' in text
    assert "{%" not in text
    assert "password" not in re.sub(r"<[^>]*>", "", text).lower()


@pytest.mark.parametrize("name", sorted(RECENT_PAGES))
def test_what_touches_the_account_asks_for_a_recent_sign_in(
    signed_in: Client, account: Account, later: Callable[[float], None], name: str
) -> None:
    url = path_of(name).replace("/1/", f"/{passkey(account).pk}/")
    later(16 * 60)
    for response in (signed_in.get(url), signed_in.post(url, {"is_sure": "on", "email": "x@people.example"})):
        assert response.status_code == 302
        assert response["Location"].startswith("/en/account/confirm/?next=")
    assert Account.objects.get() == account
    assert Authenticator.objects.count() == 1


def test_a_new_code_makes_the_sign_in_recent_and_leads_on(
    signed_in: Client, account: Account, later: Callable[[float], None], last_code: Callable[[], str]
) -> None:
    later(16 * 60)
    asked = signed_in.get("/en/account/delete/")["Location"]
    page = signed_in.get(asked)
    assert page.status_code == 200
    response = signed_in.post(asked, {"next": "/en/account/delete/"})
    assert "_auth_user_id" not in signed_in.session
    assert response["Location"] == "/en/account/login/code/?next=%2Fen%2Faccount%2Fdelete%2F"
    response = signed_in.post(response["Location"], {"code": last_code(), "next": "/en/account/delete/"})
    assert response["Location"] == "/en/account/delete/"
    assert signed_in.get("/en/account/delete/").status_code == 200


def test_confirming_leads_nowhere_else(
    signed_in: Client, later: Callable[[float], None], last_code: Callable[[], str]
) -> None:
    later(16 * 60)
    page = signed_in.get("/en/account/confirm/", {"next": "https://evil.example/"})
    assert "evil" not in page.content.decode().split("</header>")[1]
    response = signed_in.post("/en/account/confirm/", {"next": "https://evil.example/"})
    assert response["Location"] == "/en/account/login/code/"


def test_confirming_by_an_answer_that_is_no_passkeys_is_refused(signed_in: Client, account: Account) -> None:
    url = reverse("mfa_reauthenticate_webauthn")
    assert signed_in.post(url, {"credential": "{}"}).status_code == 403  # no passkey at all
    passkey(account)
    assert signed_in.get(url).status_code == 405
    response = signed_in.post(url, {"credential": "{}", "next": "/en/account/"})
    assert response["Location"] == "/en/account/confirm/?next=%2Fen%2Faccount%2F"


HOSTILE = [
    "",
    "{}",
    "[]",
    "1",
    '"x"',
    "null",
    "not json",
    '{"id": 1}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": []}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": '
    '{"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": '
    '{"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": null}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": '
    '{"clientDataJSON": "W10", "attestationObject": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": '
    '{"clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0", "attestationObject": "oA"}}',
    "[" * 5000,
    "[" * 60_000,
]


@pytest.mark.django_db
@pytest.mark.parametrize("credential", HOSTILE)
def test_an_answer_that_is_no_passkeys_signs_nobody_in(client: Client, credential: str) -> None:
    options = client.get("/en/account/passkeys/login/", headers={"accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["userVerification"] == "required"
    response = client.post("/en/account/passkeys/login/", {"credential": credential})
    assert response["Location"] == "/en/account/login/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", HOSTILE)
def test_an_answer_that_is_no_passkeys_adds_none(signed_in: Client, credential: str) -> None:
    assert signed_in.get("/en/account/passkeys/add/").status_code == 200
    response = signed_in.post("/en/account/passkeys/add/", {"credential": credential, "name": "x"})
    assert response.status_code == 200
    assert not Authenticator.objects.exists()


def test_a_passkey_is_renamed_and_removed_by_its_owner(signed_in: Client, account: Account) -> None:
    key = passkey(account)
    signed_in.post(reverse("mfa_edit_webauthn", args=(key.pk,)), {"name": "<b>laptop</b>"})
    page = signed_in.get("/en/account/passkeys/").content.decode()
    assert "&lt;b&gt;laptop" in page
    response = signed_in.post(reverse("mfa_remove_webauthn", args=(key.pk,)))
    assert response["Location"] == "/en/account/passkeys/"
    assert not Authenticator.objects.exists()
    assert [message.subject for message in mail.outbox] == ["A passkey was removed from your account"]


def test_a_passkey_of_somebody_else_is_out_of_reach(signed_in: Client) -> None:
    key = passkey(actions.create_account("eve@people.example", is_verified=True))
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        for method in ("get", "post"):
            assert getattr(signed_in, method)(reverse(name, args=(key.pk,)), {"name": "x"}).status_code == 404
    key.refresh_from_db()
    assert key.data["name"] == "phone"


def test_who_has_a_passkey_still_gets_in_by_code(client: Client, account: Account, sign_in: SignIn) -> None:
    passkey(account)
    sign_in(client, account)


def test_name_and_language_are_changed(signed_in: Client, account: Account) -> None:
    response = signed_in.post("/en/account/", {"name": " Ada  L. ", "language": "fr"})
    assert response["Location"] == "/fr/account/"
    assert "Enregistré." in signed_in.get("/fr/account/").content.decode()
    account.refresh_from_db()
    assert (account.name, account.language) == ("Ada L.", "fr")
    entry = AuditEntry.objects.get(action="people.update_profile")
    assert (entry.actor_id, entry.target) == (account.id, str(account.id))


@pytest.mark.parametrize("data", [{"name": "x" * 121, "language": "en"}, {"name": "x", "language": "xx"}, {}])
def test_a_name_too_long_or_an_unknown_language_is_refused(
    signed_in: Client, account: Account, data: dict[str, str]
) -> None:
    assert signed_in.post("/en/account/", data).status_code == 400
    account.refresh_from_db()
    assert (account.name, account.language) == ("Ada", "en")


def test_a_name_is_written_escaped(signed_in: Client) -> None:
    signed_in.post("/en/account/", {"name": "<img src=x onerror=alert(1)>", "language": "en"})
    assert "<img" not in signed_in.get("/en/account/").content.decode()


def test_another_account_cannot_be_changed_by_naming_it(signed_in: Client) -> None:
    other = actions.create_account("eve@people.example", name="Eve")
    signed_in.post("/en/account/", {"name": "X", "language": "fr", "id": str(other.id), "email": other.email})
    other.refresh_from_db()
    assert (other.name, other.language) == ("Eve", "en")


def test_the_address_changes_once_the_code_is_entered(
    signed_in: Client, account: Account, last_code: Callable[[], str]
) -> None:
    response = signed_in.post("/en/account/address/", {"action_add": "1", "email": "Ada.L@people.example"})
    assert response["Location"] == "/en/account/signup/code/"
    account.refresh_from_db()
    assert account.email == "ada@people.example"
    assert mail.outbox[-1].to == ["ada.l@people.example"]
    signed_in.post("/en/account/signup/code/", {"code": last_code()})
    account.refresh_from_db()
    assert account.email == "ada.l@people.example"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("ada.l@people.example", True, True)
    ]
    assert mail.outbox[-1].to == ["ada@people.example"]  # whoever lost the account is told
    assert mail.outbox[-1].subject == "Your e-mail address was changed"
    assert AuditEntry.objects.filter(action="people.confirm_address", actor_id=account.id).exists()


def test_the_address_does_not_change_without_the_code(signed_in: Client, account: Account) -> None:
    signed_in.post("/en/account/address/", {"action_add": "1", "email": "other@people.example"})
    for _ in range(3):
        signed_in.post("/en/account/signup/code/", {"code": "BBBB-BBBB"})
    account.refresh_from_db()
    assert account.email == "ada@people.example"


def test_the_address_of_another_account_cannot_be_taken(signed_in: Client, account: Account) -> None:
    actions.create_account("eve@people.example", is_verified=True)
    response = signed_in.post("/en/account/address/", {"action_add": "1", "email": "eve@people.example"})
    assert response["Location"] == "/en/account/signup/code/"  # as for any address
    code = CODE.search(str(mail.outbox[-1].body))
    if code:  # only who reads eve's mail has it, and even then
        signed_in.post("/en/account/signup/code/", {"code": code.group(1)})
    account.refresh_from_db()
    assert account.email == "ada@people.example"


def test_the_last_address_cannot_be_removed(signed_in: Client, account: Account) -> None:
    for action in ("action_remove", "action_primary", "action_send"):
        response = signed_in.post("/en/account/address/", {action: "1", "email": account.email})
        assert response.status_code == 302
    assert EmailAddress.objects.get().email == account.email


def test_deleting_asks_once_more(signed_in: Client) -> None:
    assert "What stays" in signed_in.get("/en/account/delete/").content.decode()
    assert signed_in.post("/en/account/delete/").status_code == 400
    assert Account.objects.exists()


def test_deleting_signs_out_everywhere(account: Account, sign_in: SignIn) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here, account)
    sign_in(elsewhere, account)
    response = here.post("/fr/account/delete/", {"is_sure": "on"}, follow=True)
    assert "Votre compte est supprimé." in response.content.decode()
    assert not Account.objects.exists()
    for client in (here, elsewhere):
        assert client.get("/en/account/").status_code == 302
        assert "_auth_user_id" not in client.session


def test_no_page_about_passwords_or_other_factors_exists() -> None:
    for name in (
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_confirm_email",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_view_recovery_codes",
        "mfa_signup_webauthn",
        "account_signup_by_passkey",
    ):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_drawing_the_account_takes_few_queries(
    signed_in: Client, account: Account, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(20):
        passkey(account, f"key {number}")
    for url in ("/en/account/", "/en/account/passkeys/"):
        with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
            assert signed_in.get(url).status_code == 200

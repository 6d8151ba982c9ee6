"""Pages that exist in the demonstration alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.test import Client, override_settings
from django.urls import reverse

from placet.demonstration import sign_in
from placet.demonstration.mailbox import kept_mails
from placet.stages.people import actions
from placet.stages.people.models import Account


@pytest.fixture(autouse=True, scope="module")
def _static_folder() -> None:
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def accounts(db: None) -> dict[str, Account]:
    return {
        role: actions.create_account(sign_in.role_email(role), is_verified=True) for role in sign_in.ROLES
    }


@pytest.fixture
def folder(tmp_path: Path, settings: object) -> Path:
    settings.EMAIL_BACKEND = "placet.stages.people.mail.FolderBackend"  # type: ignore[attr-defined]
    settings.EMAIL_FILE_PATH = tmp_path / "mail"  # type: ignore[attr-defined]
    return tmp_path / "mail"


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_first_page_says_what_is_invented_and_offers_the_roles(client: Client, language: str) -> None:
    page = client.get(f"/{language}/demonstration/").content.decode()
    assert {"en": "What is invented", "fr": "Ce qui est inventé"}[language] in page
    for role in sign_in.ROLES:
        assert f'value="{role}"' in page


@pytest.mark.parametrize("role", sign_in.ROLES)
def test_a_button_signs_in(client: Client, accounts: dict[str, Account], role: str) -> None:
    assert client.post("/fr/demonstration/", {"role": role})["Location"] == "/fr/"
    assert signed_in_as(client) == str(accounts[role].id)
    assert client.get("/fr/account/delete/").status_code == 200  # as recent as any sign-in


@pytest.mark.parametrize("role", ["", "nobody", "secretariat@demonstration.example", "../secretariat"])
def test_a_button_signs_in_to_no_other_account(
    client: Client, accounts: dict[str, Account], role: str
) -> None:
    assert client.post("/en/demonstration/", {"role": role}).status_code == 404
    assert signed_in_as(client) is None


def test_a_button_needs_its_token(accounts: dict[str, Account]) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/en/demonstration/", {"role": "secretariat"}).status_code == 403


def test_the_printed_link_signs_in_and_leads_to_the_first_page(
    client: Client, accounts: dict[str, Account]
) -> None:
    link = sign_in.sign_in_url("delegate")
    assert link.startswith(f"{django_settings.PUBLIC_URL}/en/demonstration/sign-in/delegate/")
    path = link.removeprefix(django_settings.PUBLIC_URL)
    assert client.get(path, {"next": "https://evil.example/"})["Location"] == "/en/"
    assert signed_in_as(client) == str(accounts["delegate"].id)
    assert (
        client.get(sign_in.sign_in_url("partner").removeprefix(django_settings.PUBLIC_URL)).status_code == 302
    )
    assert signed_in_as(client) == str(accounts["partner"].id)


def test_a_link_of_one_role_is_none_of_another(client: Client, accounts: dict[str, Account]) -> None:
    token = sign_in.role_token("participant")
    for role, tried in (
        ("secretariat", token),
        ("participant", token[:-1]),
        ("nobody", sign_in.role_token("nobody")),
    ):
        assert client.get(reverse("demonstration:sign-in", args=(role, tried))).status_code == 404
    with override_settings(SECRET_KEY="another installation"):
        elsewhere = sign_in.role_token("participant")
    assert client.get(reverse("demonstration:sign-in", args=("participant", elsewhere))).status_code == 404
    assert signed_in_as(client) is None


@pytest.mark.django_db
def test_an_account_that_is_gone_is_said_so(client: Client) -> None:
    response = client.post("/en/demonstration/", {"role": "moderator"}, follow=True)
    assert "not there any more" in response.content.decode()


@pytest.mark.django_db
def test_the_mailbox_shows_the_code_of_somebody_new(client: Client, folder: Path) -> None:
    assert "No mail yet" in client.get("/en/demonstration/mail/").content.decode()
    client.post("/fr/account/signup/", {"email": "new@people.example"})
    page = client.get("/en/demonstration/mail/").content.decode()
    assert "Votre code pour créer un compte" in page
    assert "To new@people.example" in page
    code = kept_mails()[0].body.split("    ")[1].split("\n")[0]
    assert code in page
    client.post("/fr/account/signup/code/", {"code": code})
    assert signed_in_as(client) is not None


def test_the_folder_is_readable_by_its_owner_alone(folder: Path) -> None:
    EmailMessage("s", "b", None, ["a@people.example"]).send()
    assert folder.stat().st_mode & 0o077 == 0
    assert next(folder.iterdir()).stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_the_mailbox_is_bounded_newest_first_and_escapes(client: Client, folder: Path) -> None:
    for number in range(35):
        EmailMessage(f"Number {number}", "x", None, ["a@people.example"]).send()
    hostile = "<script>alert(1)</script> javascript:alert(1) " + "-" * 79 + "\n" + "-" * 79 + "\nlast line é"
    EmailMessage("<b>Subject</b>", hostile, None, ['"<i>" <a@people.example>']).send()
    mails = kept_mails()
    assert len(mails) == 30
    assert [mails[0].subject, mails[1].subject] == ["<b>Subject</b>", "Number 34"]
    assert mails[0].body.endswith("last line é")
    page = client.get("/en/demonstration/mail/").content.decode()
    assert "<script>alert" not in page
    assert "<b>Subject" not in page
    assert 'href="javascript' not in page


def test_a_broken_file_in_the_folder_breaks_nothing(folder: Path) -> None:
    folder.mkdir()
    (folder / "20200101-000000-1.eml").write_bytes(b"\xff\xfe\x00 no mail at all")
    (folder / "20200101-000000-2.eml").write_bytes(b"Content-Type: text/plain; charset=no-such\n\n\xff\xfe")
    (folder / "20200101-000000-3.eml").write_bytes(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n")
    (folder / "20200101-000000-4.eml").write_bytes(b"")
    assert len(kept_mails()) == 4


def test_elsewhere_these_pages_do_not_exist(tmp_path: Path) -> None:
    script = """
import django; django.setup()
from django.urls import Resolver404, NoReverseMatch, resolve, reverse
from placet.demonstration import sign_in
for path in ("", "mail/", "sign-in/secretariat/" + sign_in.role_token("secretariat") + "/"):
    for language in ("en", "fr"):
        try:
            resolve(f"/{language}/demonstration/{path}")
        except Resolver404:
            continue
        raise SystemExit(path)
try:
    reverse("demonstration:home")
except NoReverseMatch:
    print("absent")
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLACET_")}
    environment |= {"PLACET_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "placet.config.settings"}
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert result.stdout.strip() == "absent", result.stderr


@pytest.mark.django_db
def test_nobody_is_signed_in_where_there_is_no_demonstration(
    rf: object, accounts: dict[str, Account]
) -> None:
    with override_settings(DEMONSTRATION=False):
        assert sign_in.sign_in_as(rf.get("/"), "secretariat") is None  # type: ignore[attr-defined]

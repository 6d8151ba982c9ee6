"""Accounts made, changed and erased."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from placet.stages.consultations.models import Consultation, VoteImport
from placet.stages.mandates.models import (
    Invitation,
    Participant,
    ParticipantLink,
    Priority,
    Reflection,
    Role,
    RoleGrant,
    Standing,
)
from placet.stages.people import actions, queries
from placet.stages.people.models import Account, OutboxMessage
from placet.stages.record.models import AuditEntry
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def reflection() -> Reflection:
    def text(body: str) -> Text:
        return create_text({"en": body}, original="en", author_id=None)

    return Reflection.objects.create(
        slug="r",
        reference_prefix="RR",
        name=text("Name"),
        summary=text("Summary"),
        languages=["en"],
        accent_colour="#123456",
        emblem="compass",
    )


def test_an_address_is_let_found_reflections_once() -> None:
    account = actions.let_found_reflections(" Founder@Placet.example ", language="fr")
    assert (account.email, account.language) == ("founder@placet.example", "fr")
    assert Account.objects.get().may_found_reflections
    deeds = ["people.create_account", "people.let_found_reflections"]
    assert list(AuditEntry.objects.values_list("action", flat=True)) == deeds
    assert {entry.target for entry in AuditEntry.objects.all()} == {str(account.id)}
    assert actions.let_found_reflections("founder@placet.example") == account
    assert AuditEntry.objects.count() == len(deeds)
    assert Account.objects.get().language == "fr"


def test_an_account_that_is_there_is_let_found_reflections() -> None:
    account = actions.create_account("person@placet.example", name="Zoë")
    assert actions.let_found_reflections("PERSON@placet.example").name == "Zoë"
    account.refresh_from_db()
    assert account.may_found_reflections


def test_who_cannot_sign_in_is_not_let_found_reflections() -> None:
    account = actions.create_account("person@placet.example")
    Account.objects.filter(pk=account.pk).update(is_active=False)
    for address in ("person@placet.example", "no address", ""):
        with pytest.raises(ValidationError):
            actions.let_found_reflections(address)
    assert not Account.objects.filter(may_found_reflections=True).exists()


def test_an_account_is_made_once_per_address_whatever_the_case() -> None:
    account = actions.create_account("Ada@People.example", name=" Ada\n L.", language="fr", is_verified=True)
    assert (account.email, account.name, account.language) == ("ada@people.example", "Ada L.", "fr")
    assert not account.has_usable_password()
    assert EmailAddress.objects.get().verified
    assert AuditEntry.objects.get().target == str(account.id)
    assert queries.account_of(" ADA@people.example ") == account
    with pytest.raises(IntegrityError):
        actions.create_account("ADA@people.EXAMPLE")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"},
        {"email": "a@b.example\nBcc: c@d.example"},
        {"email": "a@b.example", "name": "x" * 121},
        {"email": "a@b.example", "language": "xx"},
    ],
)
def test_what_is_wrong_makes_no_account(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        actions.create_account(**wrong)  # type: ignore[arg-type]
    assert not Account.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ada", "Ada"),
        ("  Ada \t\n Lovelace ", "Ada Lovelace"),
        ("\u202egro.live\u202c", "gro.live"),
        ("A\u0000da\u200b", "Ada"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Ame\u0301lie", "Amélie"),
    ],
)
def test_a_name_hides_nothing(given: str, kept: str) -> None:
    assert actions.clean_name(given) == kept


def test_erasing_takes_the_person_and_leaves_the_votes(reflection: Reflection, client: Client) -> None:
    account = actions.create_account("ada@people.example", name="Ada", is_verified=True)
    participant = Participant.objects.create(reflection=reflection, standing=Standing.VERIFIED)
    ParticipantLink.objects.create(participant=participant, reflection=reflection, account=account)
    RoleGrant.objects.create(reflection=reflection, account=account, role=Role.MODERATOR)
    Authenticator.objects.create(user=account, type="webauthn", data={"name": "phone"})
    actions.queue_message("k", account, "account/email/login_code", {"code": "X"})
    client.force_login(account)
    stranger = Client()
    stranger.force_login(actions.create_account("eve@people.example"))

    assert actions.erase_account(account) is True

    assert not Account.objects.filter(pk=account.pk).exists()
    assert Participant.objects.filter(pk=participant.pk).exists()
    assert not ParticipantLink.objects.exists()
    assert not RoleGrant.objects.exists()
    assert not Authenticator.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert not EmailAddress.objects.filter(email="ada@people.example").exists()
    assert [session.get_decoded()["_auth_user_id"] for session in Session.objects.all()] == [
        stranger.session["_auth_user_id"]
    ]
    entry = AuditEntry.objects.get(action="people.erase_account")
    assert (entry.target, entry.actor_id, entry.detail) == (
        str(account.id),
        account.id,
        {"is_row_gone": True},
    )


def erase_what_must_stay(account: Account, client: Client) -> None:
    Authenticator.objects.create(user=account, type="webauthn", data={"name": "phone"})
    client.force_login(account)
    assert actions.erase_account(account) is False
    account.refresh_from_db()
    assert "ada" not in account.email
    assert account.email.endswith(".invalid")
    assert (account.name, account.is_active, account.may_found_reflections) == ("", False, False)
    assert not EmailAddress.objects.exists()
    assert not Authenticator.objects.exists()
    assert not RoleGrant.objects.exists()
    assert not Session.objects.exists()
    assert AuditEntry.objects.get(action="people.erase_account").detail == {"is_row_gone": False}
    assert queries.account_of("ada@people.example") is None
    actions.create_account("ada@people.example")  # the address is free again


def test_who_founded_a_reflection_is_emptied_and_the_record_stays(
    reflection: Reflection, client: Client
) -> None:
    account = actions.create_account("ada@people.example", name="Ada", may_found_reflections=True)
    RoleGrant.objects.create(reflection=reflection, account=account, role=Role.SECRETARIAT)
    Reflection.objects.update(founded_by=account)
    erase_what_must_stay(account, client)
    reflection.refresh_from_db()
    assert reflection.founded_by_id == account.id


def test_who_invited_somebody_is_emptied(reflection: Reflection, client: Client) -> None:
    account = actions.create_account("ada@people.example")
    Invitation.objects.create(
        reflection=reflection,
        email="guest@people.example",
        token_digest="d",
        invited_by=account,
        expires_at=timezone.now() + timedelta(days=1),
    )
    erase_what_must_stay(account, client)


def test_who_imported_votes_is_emptied(reflection: Reflection, client: Client) -> None:
    account = actions.create_account("ada@people.example")

    def text(body: str) -> Text:
        return create_text({"en": body}, original="en", author_id=None)

    priority = Priority.objects.create(
        reflection=reflection, number=1, title=text("P"), description=text("D")
    )
    now = timezone.now()
    consultation = Consultation.objects.create(
        priority=priority,
        reference="RR-C-1",
        question=text("Q"),
        introduction=text("I"),
        opens_at=now,
        closes_at=now + timedelta(days=1),
    )
    VoteImport.objects.create(
        consultation=consultation, requested_by=account, file="f", file_name="f", language="en"
    )
    erase_what_must_stay(account, client)


def test_an_erased_account_cannot_sign_in_or_be_erased_into_another(reflection: Reflection) -> None:
    account = actions.create_account("ada@people.example", is_verified=True)
    Reflection.objects.update(founded_by=account)
    actions.erase_account(account)
    account.refresh_from_db()
    Client().post("/en/account/login/", {"email": account.email})
    assert actions.erase_account(account) is False


def test_accounts_that_nobody_confirmed_are_forgotten() -> None:
    now = timezone.now()
    for email, days, is_verified, was_here in (
        ("old@people.example", 8, False, False),
        ("new@people.example", 6, False, False),
        ("confirmed@people.example", 8, True, False),
        ("signed-in@people.example", 8, False, True),
    ):
        account = actions.create_account(email, is_verified=is_verified)
        Account.objects.filter(pk=account.pk).update(
            joined_at=now - timedelta(days=days), last_login=now if was_here else None
        )
    assert actions.forget_unverified_accounts() == 1
    assert not Account.objects.filter(email="old@people.example").exists()
    assert Account.objects.count() == 3

"""People who come to a dialogue, to test with: accounts, their registrations and what they are told."""

from typing import Any

from django.test import Client
from django.urls import reverse

from placet.stages.dialogues.models import Dialogue, Registration
from placet.stages.dialogues.registering.actions import RegistrationFrame, register
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account, OutboxMessage
from tests.stages.dialogues.meetings import SmallDialogue


def person(number: int, language: str = "en") -> Account:
    return create_account(
        f"person-{number}@people.example", name=f"Person {number}", language=language, is_verified=True
    )


def come(meeting: SmallDialogue, account: Account, **changes: Any) -> Registration:
    return register(account, meeting.dialogue, RegistrationFrame(account.name), **changes)


def crowd(meeting: SmallDialogue, count: int, first: int = 1) -> list[Account]:
    """So many people, registered one after the other."""
    people = [person(number) for number in range(first, first + count)]
    for each in people:
        come(meeting, each)
    return people


def states(meeting: SmallDialogue) -> dict[str, str]:
    found = Registration.objects.filter(dialogue=meeting.dialogue).order_by("registered_at")
    return dict(found.values_list("name", "state"))


def letters_to(account: Account) -> list[str]:
    """The subjects of what lies in the outbox for somebody."""
    found = OutboxMessage.objects.filter(recipient_email=account.email).order_by("id")
    return list(found.values_list("subject", flat=True))


def last_letter(account: Account) -> str:
    return OutboxMessage.objects.filter(recipient_email=account.email).latest("id").body


def set_capacity(meeting: SmallDialogue, capacity: int | None) -> None:
    Dialogue.objects.filter(pk=meeting.dialogue.pk).update(capacity=capacity)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def url(name: str, meeting: SmallDialogue, *more: object) -> str:
    return reverse(f"dialogues:{name}", args=[meeting.dialogue.reference, *more])

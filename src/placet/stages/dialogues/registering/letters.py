"""What people are told of their registration: one message a person and event, in her language.

No message names anybody, nor anything that was said: only when and where, and what to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from placet.stages.dialogues.models import Dialogue, DialogueInvitation, HouseRule, Registration
from placet.stages.dialogues.registering.dates import when
from placet.stages.people.actions import queue_message
from placet.stages.people.models import Account
from placet.stages.texts.queries import wordings

State = Registration.State


@dataclass(frozen=True, slots=True)
class _Facts:
    """What every message about a dialogue says, in one language."""

    title: str
    place: str
    when: str
    url: str
    own_url: str
    calendar_url: str


def tell_of_place(dialogue: Dialogue, registration: Registration) -> None:
    """Tell somebody who has just registered that she has a place, or that she waits for one."""
    name = "confirmed" if registration.state == State.CONFIRMED else "waiting"
    _tell(dialogue, [registration], name, registration.registered_at.isoformat())


def tell_promoted(dialogue: Dialogue, promoted: Iterable[Registration]) -> None:
    """Tell those who waited that they have a place now."""
    for registration in promoted:
        _tell(dialogue, [registration], "promoted", registration.registered_at.isoformat())


def tell_removed(dialogue: Dialogue, registration: Registration) -> None:
    """Tell somebody that the organisers gave her place back."""
    _tell(dialogue, [registration], "removed", registration.registered_at.isoformat())


def tell_registered_of_change(dialogue: Dialogue) -> int:
    """Tell those who come and those who wait when and where it is now; once for each calendar sequence.

    Call it in the transaction of the change, after the dialogue was marked for calendars.

    Returns
    -------
    int
        How many are told.
    """
    return _tell(dialogue, _who_comes(dialogue), "changed", str(dialogue.calendar_sequence))


def tell_registered_of_cancellation(dialogue: Dialogue) -> int:
    """Tell those who come and those who wait that it does not take place; how many are told."""
    return _tell(dialogue, _who_comes(dialogue), "cancelled", str(dialogue.calendar_sequence))


def send_invitations(
    dialogue: Dialogue, made: Iterable[tuple[DialogueInvitation, str]], chosen_language: str
) -> None:
    """Put a message an address in the outbox, in the language of its account where there is one."""
    pairs = list(made)
    accounts = {
        account.email: account
        for account in Account.objects.filter(email__in=[invitation.email for invitation, _token in pairs])
    }
    facts = _facts(dialogue, {chosen_language, *(each.language for each in accounts.values())})
    for invitation, token in pairs:
        account = accounts.get(invitation.email)
        language = account.language if account else chosen_language
        with override(language):
            path = reverse("dialogues:invitation", args=[token])
        queue_message(
            f"dialogues.invitation:{invitation.pk}",
            account or invitation.email,
            "dialogues/mail/invitation",
            {"dialogue": facts[language], "url": f"{settings.PUBLIC_URL}{path}"},
            language=language,
            expires_at=dialogue.starts_at,
        )


def _who_comes(dialogue: Dialogue) -> list[Registration]:
    found = Registration.objects.filter(dialogue=dialogue, state__in=(State.CONFIRMED, State.WAITING))
    return list(found.select_related("account"))


def _tell(dialogue: Dialogue, registrations: list[Registration], name: str, event: str) -> int:
    """Put one message a registration in the outbox; ``event`` makes its key, so that nobody is told twice."""
    if not registrations:
        return 0
    facts = _facts(dialogue, {each.account.language for each in registrations})
    for each in registrations:
        has_place = each.state == State.CONFIRMED
        context = {
            "dialogue": facts[each.account.language],
            "link": dialogue.link if has_place else "",
            "has_place": has_place,
        }
        queue_message(
            f"dialogues.{name}:{each.pk}:{event}",
            each.account,
            f"dialogues/mail/{name}",
            context,
            expires_at=dialogue.ends_at,
        )
    return len(registrations)


def _facts(dialogue: Dialogue, languages: Iterable[str]) -> dict[str, _Facts]:
    return {language: _facts_in(dialogue, language) for language in languages}


def _facts_in(dialogue: Dialogue, language: str) -> _Facts:
    words = wordings([dialogue.title_id, dialogue.place_id], language)
    is_closed = dialogue.house_rule == HouseRule.CLOSED
    with override(language):
        page = reverse("dialogues:dialogue", args=[dialogue.reference])
        own = reverse("dialogues:my-dialogues")
        calendar = reverse("dialogues:dialogue-ics", args=[dialogue.reference])
        return _Facts(
            title=words[dialogue.title_id].body,
            place=words[dialogue.place_id].body if dialogue.place_id else "",
            when=when(dialogue),
            url="" if is_closed else f"{settings.PUBLIC_URL}{page}",
            own_url=f"{settings.PUBLIC_URL}{own}",
            calendar_url="" if is_closed else f"{settings.PUBLIC_URL}{calendar}",
        )

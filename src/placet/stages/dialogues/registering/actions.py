"""Registering for a dialogue, giving a place back, and the waiting list between the two.

Places are given in one way: whoever registers waits, and ``fill_places`` confirms as many as there are
places, who waits longest first. All of it happens under a lock of the dialogue's row.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, Registration
from placet.stages.dialogues.permissions import may_read, require_organiser
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.registering import letters
from placet.stages.dialogues.registering.queries import (
    is_taking_registrations,
    registration_of,
    require_person,
)
from placet.stages.mandates.models import Constituency
from placet.stages.mandates.permissions import Actor
from placet.stages.people.actions import clean_name
from placet.stages.people.models import Account

State = Registration.State


@dataclass(frozen=True, slots=True)
class RegistrationFrame:
    """What somebody says of herself to those who hold the dialogue."""

    name: str
    organisation: str = ""
    constituency: Constituency | None = None


@transaction.atomic
def register(
    actor: Actor, dialogue: Dialogue, frame: RegistrationFrame, *, now: datetime | None = None
) -> Registration:
    """Register for a dialogue with open registration: with a place, or on the waiting list.

    Registering twice is one registration. Whoever registers again after giving up goes to the end.

    Raises
    ------
    PermissionDenied
        Without an account, or where the dialogue may not be seen.
    ValidationError
        Where it is not open to all, has begun or was cancelled; where the name is missing or too long.
    """
    account = require_person(actor)
    if not may_read(actor, dialogue):
        raise PermissionDenied(_("You may not see this dialogue."))
    current = locked(dialogue)
    if current.admission != Dialogue.Admission.OPEN:
        raise ValidationError(_("One comes to this dialogue by invitation only."))
    return enter(current, account, frame, now or timezone.now())


def enter(dialogue: Dialogue, account: Account, frame: RegistrationFrame, now: datetime) -> Registration:
    """Put an account on the list of a locked dialogue, fill its places, and tell everybody concerned."""
    if not is_taking_registrations(dialogue, now):
        raise ValidationError(_("Registration is over: the dialogue has begun, or does not take place."))
    registration = registration_of(account, dialogue)
    if registration is not None and registration.state != State.CANCELLED:
        return registration
    registration = registration or Registration(dialogue=dialogue, account=account)
    _describe(registration, frame)
    registration.state = State.WAITING
    registration.registered_at = now
    registration.confirmed_at = registration.cancelled_at = registration.room = None
    registration.has_attended = None
    registration.save()
    record_deed("register", dialogue, account)
    promoted = [each for each in fill_places(dialogue, now=now) if each.pk != registration.pk]
    registration.refresh_from_db()
    letters.tell_of_place(dialogue, registration)
    letters.tell_promoted(dialogue, promoted)
    return registration


@transaction.atomic
def cancel_registration(actor: Actor, dialogue: Dialogue, *, now: datetime | None = None) -> None:
    """Give one's place back, or give up waiting; who waits longest gets the place. Twice is once.

    Raises
    ------
    PermissionDenied
        Without an account, or where there is no registration.
    ValidationError
        Where the dialogue has begun.
    """
    account = require_person(actor)
    current = locked(dialogue)
    registration = registration_of(account, current)
    if registration is None:
        raise PermissionDenied(_("You are not registered for this dialogue."))
    _give_back(current, registration, account, now or timezone.now())


@transaction.atomic
def remove_registration(actor: Actor, registration: Registration, *, now: datetime | None = None) -> None:
    """Take somebody off the list, as those who hold the dialogue; she is told.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    ValidationError
        Where the dialogue has begun.
    """
    account = require_organiser(actor, registration.dialogue.series)
    current = locked(registration.dialogue)
    registration = Registration.objects.select_related("account").get(pk=registration.pk)
    if _give_back(current, registration, account, now or timezone.now()):
        letters.tell_removed(current, registration)


@transaction.atomic
def give_free_places(dialogue: Dialogue, *, now: datetime | None = None) -> int:
    """Give the places that are free to those who wait, and tell them; after the capacity was raised.

    Returns
    -------
    int
        How many got a place.
    """
    current = locked(dialogue)
    promoted = fill_places(current, now=now or timezone.now())
    if promoted:
        record_deed("give_free_places", current, None, count=len(promoted))
        letters.tell_promoted(current, promoted)
    return len(promoted)


def give_all_free_places(now: datetime) -> int:
    """Give the places that came free unnoticed, where an account was erased; how many were given."""
    confirmed = Count("registrations", filter=Q(registrations__state=State.CONFIRMED))
    waiting = Count("registrations", filter=Q(registrations__state=State.WAITING))
    found = (
        Dialogue.objects.filter(state=Dialogue.State.ANNOUNCED, starts_at__gt=now)
        .annotate(confirmed_count=confirmed, waiting_count=waiting)
        .filter(Q(capacity=None) | Q(confirmed_count__lt=F("capacity")), waiting_count__gt=0)
    )
    return sum(give_free_places(dialogue, now=now) for dialogue in found)


def fill_places(dialogue: Dialogue, *, now: datetime) -> list[Registration]:
    """Confirm as many of those who wait as a locked dialogue has places; those, with their accounts."""
    if not is_taking_registrations(dialogue, now):
        return []
    every = Registration.objects.filter(dialogue=dialogue)
    waiting = every.filter(state=State.WAITING).order_by("registered_at", "pk")
    if dialogue.capacity is not None:
        n_free = dialogue.capacity - every.filter(state=State.CONFIRMED).count()
        waiting = waiting[: max(0, n_free)]
    promoted = list(waiting.select_related("account"))
    for each in promoted:
        each.state, each.confirmed_at = State.CONFIRMED, now
    Registration.objects.bulk_update(promoted, ["state", "confirmed_at"], batch_size=200)
    return promoted


def locked(dialogue: Dialogue) -> Dialogue:
    """The dialogue as it is now, its row locked until the transaction ends."""
    return (
        Dialogue.objects.select_for_update(of=("self",))
        .select_related("series__reflection")
        .get(pk=dialogue.pk)
    )


def _describe(registration: Registration, frame: RegistrationFrame) -> None:
    name = clean_name(frame.name)
    if not name:
        raise ValidationError({"name": _("Give your name: those who hold the dialogue expect you by it.")})
    constituency = frame.constituency
    reflection_id = registration.dialogue.series.reflection_id
    if constituency is not None and constituency.reflection_id != reflection_id:
        raise ValidationError({"constituency": _("Choose a constituency of this reflection.")})
    registration.name = name
    registration.organisation = clean_name(frame.organisation)
    registration.constituency = constituency


def _give_back(dialogue: Dialogue, registration: Registration, account: Account, now: datetime) -> bool:
    """Cancel a registration of a locked dialogue; whether it was not cancelled already."""
    if registration.state == State.CANCELLED:
        return False
    if not is_taking_registrations(dialogue, now):
        raise ValidationError(_("The dialogue has begun, or does not take place: nothing can be given back."))
    registration.state, registration.cancelled_at, registration.room = State.CANCELLED, now, None
    registration.save(update_fields=["state", "cancelled_at", "room"])
    record_deed("cancel_registration", dialogue, account)
    letters.tell_promoted(dialogue, fill_places(dialogue, now=now))
    return True

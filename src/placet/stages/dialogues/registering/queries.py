"""Reading who comes to a dialogue: what a person sees of her own registration, and what organisers see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, DialogueInvitation, HouseRule, Registration, Room
from placet.stages.dialogues.permissions import find_dialogue, require_organiser
from placet.stages.dialogues.registering.dates import when
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording, wordings

State = Registration.State


@dataclass(frozen=True, slots=True)
class RegistrationPanel:
    """What the page of a dialogue says of registering, to whoever reads it."""

    reference: str
    admission: str
    is_taking: bool
    capacity: int | None
    free_count: int | None
    waiting_count: int
    state: str
    waiting_place: int | None
    link: str
    room: Wording | None
    may_register: bool
    may_cancel: bool
    is_invited: bool

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.state) or (self.is_taking and self.admission != Dialogue.Admission.NONE)


@dataclass(frozen=True, slots=True)
class OwnDialogue:
    """A dialogue for which somebody registered."""

    reference: str
    title: Wording
    place: Wording | None
    starts_at: datetime
    ends_at: datetime
    when: str
    dialogue_state: str
    state: str
    state_label: str
    waiting_place: int | None
    link: str
    room: Wording | None
    is_page_seen: bool
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """A registration as the organisers see it."""

    id: UUID
    name: str
    organisation: str
    constituency: Wording | None
    room_id: int | None
    room: Wording | None
    state: str
    state_label: str
    registered_at: datetime
    has_attended: bool | None


@dataclass(frozen=True, slots=True)
class RoomView:
    id: int
    name: Wording
    capacity: int | None
    registered_count: int


@dataclass(frozen=True, slots=True)
class RegistrationCounts:
    confirmed: int
    waiting: int
    cancelled: int
    attended: int


def is_taking_registrations(dialogue: Dialogue, now: datetime | None = None) -> bool:
    """Whether places are still given: it is announced, and has neither begun nor been cancelled."""
    return dialogue.state == Dialogue.State.ANNOUNCED and (now or timezone.now()) < dialogue.starts_at


def registration_panel(actor: Actor, dialogue: Dialogue, language: str) -> RegistrationPanel:
    """What somebody sees of registering for a dialogue: at most seven queries."""
    own = registration_of(actor, dialogue)
    state = own.state if own else ""
    is_taking = is_taking_registrations(dialogue)
    counts = _counts(dialogue)
    room_text = own.room.name_id if own and own.room else None
    may_register = is_taking and state in ("", State.CANCELLED)
    is_told = dialogue.house_rule != HouseRule.CLOSED or own is not None
    return RegistrationPanel(
        reference=dialogue.reference,
        admission=dialogue.admission if is_told else Dialogue.Admission.NONE,
        is_taking=is_taking,
        capacity=dialogue.capacity,
        free_count=_free_count(dialogue, counts),
        waiting_count=counts.waiting,
        state=state,
        waiting_place=waiting_place(own) if own and is_taking else None,
        link=_link(dialogue, state),
        room=wordings([room_text], language).get(room_text) if room_text else None,
        may_register=may_register and dialogue.admission == Dialogue.Admission.OPEN,
        may_cancel=is_taking and state in (State.CONFIRMED, State.WAITING),
        is_invited=may_register and _is_invited(actor, dialogue),
    )


def registration_of(actor: Actor, dialogue: Dialogue) -> Registration | None:
    """Somebody's own registration, cancelled or not."""
    if not isinstance(actor, Account):
        return None
    return Registration.objects.filter(dialogue=dialogue, account=actor).select_related("room").first()


def waiting_place(registration: Registration) -> int | None:
    """The place on the waiting list, from 1; None where the registration does not wait."""
    if registration.state != State.WAITING:
        return None
    return _before(registration).count() + 1


def find_registered_dialogue(reference: str, actor: Actor) -> Dialogue:
    """A dialogue that the actor may see, or for which she registered.

    Who waits for a place in a closed dialogue does not see its page, and may give up waiting.

    Raises
    ------
    Http404
        Where it is neither.
    """
    if isinstance(actor, Account):
        found = Dialogue.objects.filter(reference=reference).select_related("series__reflection").first()
        if found is not None and registration_of(actor, found) is not None:
            return found
    return find_dialogue(reference, actor)


def own_dialogues(account: Account, language: str) -> list[OwnDialogue]:
    """The dialogues for which an account registered, by date; as many queries for one or 50."""
    found = list(
        Registration.objects.filter(account=account)
        .exclude(dialogue__state=Dialogue.State.DRAFT)
        .select_related("dialogue", "room")
        .order_by("dialogue__starts_at", "dialogue__reference")
    )
    text_ids = [each.dialogue.title_id for each in found]
    text_ids += [each.dialogue.place_id for each in found if each.dialogue.place_id]
    text_ids += [each.room.name_id for each in found if each.room]
    words = wordings(text_ids, language)
    places = _waiting_places([each for each in found if each.state == State.WAITING])
    return [_own_dialogue(each, words, places.get(each.pk)) for each in found]


def registration_counts(actor: Actor, dialogue: Dialogue) -> RegistrationCounts:
    """How many come, wait, gave up, and were there.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    """
    require_organiser(actor, dialogue.series)
    return _counts(dialogue)


def registrations(
    actor: Actor, dialogue: Dialogue, *, state: str = State.CONFIRMED, words: str = ""
) -> QuerySet[Registration]:
    """The registrations in a state, by name, and those who wait in their order.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    """
    require_organiser(actor, dialogue.series)
    found = Registration.objects.filter(dialogue=dialogue, state=state).select_related("room", "constituency")
    if words:
        found = found.filter(Q(name__icontains=words) | Q(organisation__icontains=words))
    return found.order_by(*(("registered_at", "pk") if state == State.WAITING else ("name", "pk")))


def registration_views(found: Sequence[Registration], language: str) -> list[RegistrationView]:
    """Registrations as organisers see them; two queries, however many."""
    text_ids = [each.constituency.name_id for each in found if each.constituency]
    text_ids += [each.room.name_id for each in found if each.room]
    words = wordings(text_ids, language)
    return [
        RegistrationView(
            id=each.pk,
            name=each.name,
            organisation=each.organisation,
            constituency=words[each.constituency.name_id] if each.constituency else None,
            room_id=each.room_id,
            room=words[each.room.name_id] if each.room else None,
            state=each.state,
            state_label=each.get_state_display(),
            registered_at=each.registered_at,
            has_attended=each.has_attended,
        )
        for each in found
    ]


def room_views(actor: Actor, dialogue: Dialogue, language: str) -> list[RoomView]:
    """The breakout rooms with how many are in each.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    """
    require_organiser(actor, dialogue.series)
    rooms = list(Room.objects.filter(dialogue=dialogue))
    counted = Registration.objects.filter(dialogue=dialogue, state=State.CONFIRMED).exclude(room=None)
    counts = dict(counted.values_list("room").annotate(Count("pk")))
    words = wordings([room.name_id for room in rooms], language)
    return [RoomView(room.pk, words[room.name_id], room.capacity, counts.get(room.pk, 0)) for room in rooms]


def find_registration(actor: Actor, dialogue: Dialogue, pk: UUID) -> Registration:
    """That registration of this dialogue, for those who hold it.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    Http404
        Where it is another dialogue's, or none.
    """
    require_organiser(actor, dialogue.series)
    found = Registration.objects.filter(dialogue=dialogue, pk=pk).select_related("account").first()
    if found is None:
        raise Http404
    return found


def require_person(actor: Actor) -> Account:
    """The account of whoever registers.

    Raises
    ------
    PermissionDenied
        Without one.
    """
    if isinstance(actor, Account) and actor.is_active:
        return actor
    raise PermissionDenied(_("Sign in to register."))


def _counts(dialogue: Dialogue) -> RegistrationCounts:
    counts = Registration.objects.filter(dialogue=dialogue).aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in State},
        attended=Count("pk", filter=Q(state=State.CONFIRMED, has_attended=True)),
    )
    return RegistrationCounts(**counts)


def _free_count(dialogue: Dialogue, counts: RegistrationCounts) -> int | None:
    """How many may still come; none where others wait already."""
    if dialogue.capacity is None:
        return None
    return 0 if counts.waiting else max(0, dialogue.capacity - counts.confirmed)


def _before(registration: Registration) -> QuerySet[Registration]:
    waiting = Registration.objects.filter(dialogue=registration.dialogue_id, state=State.WAITING)
    moment = registration.registered_at
    return waiting.filter(Q(registered_at__lt=moment) | Q(registered_at=moment, pk__lt=registration.pk))


def _waiting_places(waiting: Sequence[Registration]) -> dict[UUID, int]:
    """The places on their waiting lists; one query, however many the dialogues."""
    rows = Registration.objects.filter(
        dialogue__in={each.dialogue_id for each in waiting}, state=State.WAITING
    ).order_by("registered_at", "pk")
    n_seen: dict[UUID, int] = {}
    places = {}
    for pk, dialogue_id in rows.values_list("pk", "dialogue_id"):
        n_seen[dialogue_id] = n_seen.get(dialogue_id, 0) + 1
        places[pk] = n_seen[dialogue_id]
    return places


def _is_invited(actor: Actor, dialogue: Dialogue) -> bool:
    """Whether a message with a link lies in the person's mail."""
    return (
        isinstance(actor, Account)
        and dialogue.admission == Dialogue.Admission.INVITED
        and DialogueInvitation.objects.filter(
            dialogue=dialogue, email=actor.email.lower(), accepted_at=None, revoked_at=None
        ).exists()
    )


def _link(dialogue: Dialogue, state: str) -> str:
    """Where it is held online, for those who have a place, until it is over."""
    is_coming = dialogue.state in (Dialogue.State.ANNOUNCED, Dialogue.State.LIVE)
    return dialogue.link if is_coming and state == State.CONFIRMED else ""


def _own_dialogue(
    registration: Registration, words: Mapping[UUID, Wording], place: int | None
) -> OwnDialogue:
    dialogue = registration.dialogue
    is_taking = is_taking_registrations(dialogue)
    is_cancelled = registration.state == State.CANCELLED
    return OwnDialogue(
        reference=dialogue.reference,
        title=words[dialogue.title_id],
        place=words.get(dialogue.place_id) if dialogue.place_id else None,
        starts_at=dialogue.starts_at,
        ends_at=dialogue.ends_at,
        when=when(dialogue),
        dialogue_state=dialogue.state,
        state=registration.state,
        state_label=registration.get_state_display(),
        waiting_place=place if is_taking else None,
        link=_link(dialogue, registration.state),
        room=words[registration.room.name_id] if registration.room else None,
        is_page_seen=dialogue.house_rule != HouseRule.CLOSED or registration.state == State.CONFIRMED,
        may_cancel=is_taking and not is_cancelled,
    )

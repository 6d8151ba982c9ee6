"""Dialogues: what is said of one, announcing it, and what happens when it cannot be held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.live.ending import close_dialogue
from placet.stages.dialogues.models import LEAST_GROUP_COUNT, Dialogue, HouseRule, Series, Theme
from placet.stages.dialogues.permissions import require_organiser
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.registering.actions import give_free_places
from placet.stages.dialogues.registering.letters import (
    tell_registered_of_cancellation,
    tell_registered_of_change,
)
from placet.stages.dialogues.setting_up.wording import Bodies, check_written, revised, written
from placet.stages.dialogues.states import check_house_rule, mark_for_calendars, move
from placet.stages.mandates import references
from placet.stages.mandates.models import Priority
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.time_zones import known_time_zones
from placet.stages.people.models import Account
from placet.stages.texts.actions import revise_text
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.queries import all_wordings_of

LONGEST = timedelta(days=7)
LEAST_GROUP_FLOOR = 3
CAPACITY_LIMIT = 100_000
# What a change of these means for whoever has the dialogue in a calendar.
_IN_CALENDARS = ("starts_at", "ends_at", "precision", "time_zone", "link", "house_rule")
_SETTLED_BY_THEN = ("starts_at", "ends_at", "precision", "time_zone", "admission", "least_group_count")


@dataclass(frozen=True, slots=True)
class DialogueFrame:
    """What is said of a dialogue."""

    title: Bodies
    house_rule: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    description: Bodies | None = None
    place: Bodies | None = None
    link: str = ""
    source: Bodies | None = None
    priority: Priority | None = None
    languages: tuple[str, ...] = ()
    themes: Sequence[Bodies] = ()
    admission: str = Dialogue.Admission.NONE
    capacity: int | None = None
    least_group_count: int = LEAST_GROUP_COUNT
    precision: str = Dialogue.Precision.TIME
    date_note: Bodies | None = None


_PLAIN = (
    "house_rule", "starts_at", "ends_at", "time_zone", "link", "priority", "admission", "capacity",
    "least_group_count", "precision",
)  # fmt: skip


@transaction.atomic
def create_dialogue(actor: Actor, series: Series, frame: DialogueFrame) -> Dialogue:
    """Set up a dialogue as a draft, after the others of its series.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        Where the frame contradicts itself; each refusal says what to do.
    """
    account = require_organiser(actor, series)
    reflection = series.reflection
    _check_frame(series, frame)
    Series.objects.select_for_update(of=("self",)).get(pk=series.pk)  # two organisers, one next number
    last = Dialogue.objects.filter(series=series).aggregate(last=models.Max("number"))["last"]
    dialogue = Dialogue(
        series=series,
        reference=next(references.take_references(reflection, references.DIALOGUE)),
        number=(last or 0) + 1,
        title=written(reflection, account, frame.title),
        is_simulated=series.is_simulated,
    )
    _take_over(dialogue, frame, account)
    dialogue.save()
    _write_themes(dialogue, frame, account)
    record_deed("create_dialogue", dialogue, account)
    return dialogue


@transaction.atomic
def change_dialogue(actor: Actor, dialogue: Dialogue, frame: DialogueFrame) -> bool:
    """Change what is said of a dialogue; those who come are told, and get the places that it adds.

    Once it has begun, its date, its house rule and who was let in stay; a cancelled one stays as it was. Once
    it is announced, its house rule and how many of a constituency must be present only become stricter.

    Returns
    -------
    bool
        Whether those who have it in a calendar need to know: date, place, link, title or house rule changed
        after it was announced.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        As with :func:`create_dialogue`, and where something is settled by now.
    """
    account = require_organiser(actor, dialogue.series)
    _check_frame(dialogue.series, frame)
    current = (
        Dialogue.objects.select_for_update(of=("self",))
        .select_related("series__reflection")
        .get(pk=dialogue.pk)
    )
    _check_settled(current, frame)
    before = _for_calendars(current)
    revise_text(current.title, frame.title, author_id=account.id)
    _take_over(current, frame, account)
    needs_telling = current.state == Dialogue.State.ANNOUNCED and _for_calendars(current) != before
    if needs_telling:
        mark_for_calendars(current)
    current.save()
    _write_themes(current, frame, account)
    if needs_telling:
        tell_registered_of_change(current)
    give_free_places(current)
    dialogue.refresh_from_db()
    record_deed("change_dialogue", current, account, is_told=needs_telling)
    return needs_telling


@transaction.atomic
def announce_dialogue(actor: Actor, dialogue: Dialogue) -> bool:
    """Show a draft to everybody, and take registrations where it asks for them; whether it is new."""
    return move(dialogue, Dialogue.State.ANNOUNCED, require_organiser(actor, dialogue.series))


@transaction.atomic
def cancel_dialogue(actor: Actor, dialogue: Dialogue) -> bool:
    """Say that an announced dialogue is not held, and tell those who come; whether this is new."""
    is_new = move(dialogue, Dialogue.State.CANCELLED, require_organiser(actor, dialogue.series))
    if is_new:
        tell_registered_of_cancellation(dialogue)
    return is_new


@transaction.atomic
def mark_as_held(actor: Actor, dialogue: Dialogue) -> bool:
    """Say that a dialogue took place without its live room; whether this is new.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        Before it begins, and where it was not announced.
    """
    account = require_organiser(actor, dialogue.series)
    if dialogue.starts_at > timezone.now():
        raise ValidationError(_("It has not begun yet."))
    return close_dialogue(dialogue, account)


@transaction.atomic
def delete_draft(actor: Actor, dialogue: Dialogue) -> None:
    """Delete a draft that is not wanted: it was never announced. The audit record keeps that it was there.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        Where it was announced: then it is cancelled instead.
    """
    account = require_organiser(actor, dialogue.series)
    current = Dialogue.objects.select_for_update(of=("self",)).filter(pk=dialogue.pk).first()
    if current is None:
        return
    if current.state != Dialogue.State.DRAFT:
        raise ValidationError(_("Only a draft is deleted. What was announced can be cancelled."))
    record_deed("delete_draft", dialogue, account)
    current.delete()


def _check_frame(series: Series, frame: DialogueFrame) -> None:
    check_written(series.reflection, frame.title, "title")
    if frame.house_rule not in HouseRule.values:
        raise ValidationError({"house_rule": _("Choose a house rule.")})
    if frame.house_rule == HouseRule.UNKNOWN and frame.starts_at > timezone.now():
        raise ValidationError({"house_rule": _("Only of a dialogue of the past may it be unknown.")})
    if frame.admission not in Dialogue.Admission.values:
        raise ValidationError({"admission": _("Choose who may register.")})
    if frame.house_rule == HouseRule.CLOSED and frame.admission == Dialogue.Admission.OPEN:
        raise ValidationError(
            {"admission": _("Nobody registers for a closed dialogue: invite those who come.")}
        )
    if frame.time_zone not in known_time_zones():
        raise ValidationError({"time_zone": _("Choose a time zone of the list.")})
    if frame.ends_at <= frame.starts_at:
        raise ValidationError({"ends_at": _("It must end after it starts.")})
    if frame.precision not in Dialogue.Precision.values:
        raise ValidationError({"precision": _("Choose what is known of the date.")})
    if frame.precision == Dialogue.Precision.TIME and frame.ends_at - frame.starts_at > LONGEST:
        raise ValidationError({"ends_at": _("A dialogue lasts seven days at most: set up several.")})
    if frame.link:
        _check_link(frame.link)
    if frame.priority is not None and frame.priority.reflection_id != series.reflection_id:
        raise ValidationError({"priority": _("Choose a priority of this reflection.")})
    if set(frame.languages) - set(CONTENT_LANGUAGES):
        raise ValidationError({"languages": _("Choose languages of the list.")})
    if frame.capacity is not None and not 1 <= frame.capacity <= CAPACITY_LIMIT:
        raise ValidationError({"capacity": _("Give how many can come, or leave it empty.")})
    if not LEAST_GROUP_FLOOR <= frame.least_group_count <= 1_000:
        raise ValidationError({"least_group_count": _("At least three: two people know of each other.")})
    for theme in frame.themes:
        check_written(series.reflection, theme, "themes")


def _check_link(link: str) -> None:
    try:
        URLValidator(schemes=["https"])(link)
    except ValidationError:
        raise ValidationError({"link": _("Give an address that begins with https://.")}) from None


def _check_settled(dialogue: Dialogue, frame: DialogueFrame) -> None:
    """Refuse what cannot change any more in the state that a locked dialogue is in."""
    if dialogue.state == Dialogue.State.DRAFT:
        return
    if dialogue.state == Dialogue.State.CANCELLED:
        raise ValidationError(_("A cancelled dialogue stays as it was: set up a new one."))
    check_house_rule(dialogue, frame.house_rule)
    if dialogue.state == Dialogue.State.ANNOUNCED:
        if frame.least_group_count < dialogue.least_group_count:
            raise ValidationError(
                {"least_group_count": _("Once a dialogue is announced, this number may only become larger.")}
            )
        return
    for name in _SETTLED_BY_THEN:
        if getattr(frame, name) != getattr(dialogue, name):
            raise ValidationError({name: _("This cannot change once a dialogue has begun.")})


def _take_over(dialogue: Dialogue, frame: DialogueFrame, account: Account) -> None:
    """Bring a row to what its frame says, without saving it."""
    reflection = dialogue.series.reflection
    for name in _PLAIN:
        setattr(dialogue, name, getattr(frame, name))
    dialogue.languages = list(frame.languages)
    for name in ("description", "place", "source", "date_note"):
        setattr(dialogue, name, revised(reflection, account, getattr(dialogue, name), getattr(frame, name)))


def _for_calendars(dialogue: Dialogue) -> tuple[object, ...]:
    """What whoever has the dialogue in a calendar should know of."""
    words = all_wordings_of([dialogue.title_id, dialogue.place_id]).values()
    said = {(each.text_id, each.language, each.body) for found in words for each in found}
    return said, *(getattr(dialogue, name) for name in _IN_CALENDARS)


def _write_themes(dialogue: Dialogue, frame: DialogueFrame, account: Account) -> None:
    """Bring the themes, in their order, to what the frame says."""
    reflection = dialogue.series.reflection
    kept = list(dialogue.themes.select_related("name"))
    for theme, bodies in zip(kept, frame.themes, strict=False):
        revise_text(theme.name, bodies, author_id=account.id)
    for theme in kept[len(frame.themes) :]:
        theme.delete()
    Theme.objects.bulk_create(
        Theme(dialogue=dialogue, position=position, name=written(reflection, account, bodies))
        for position, bodies in enumerate(frame.themes[len(kept) :], start=len(kept) + 1)
    )

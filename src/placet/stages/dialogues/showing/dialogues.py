"""Dialogues as pages show them: all of one that may be read, the day alone of one that is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, HouseRule
from placet.stages.dialogues.permissions import OVER, readable_dialogues
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, wordings

_MOMENT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DialogueView:
    """What a page says of a dialogue; where it may not be read, its series, number, day and state alone."""

    id: UUID
    reference: str
    series_id: UUID
    number: int
    is_readable: bool
    title: Wording | None
    description: Wording | None
    priority_title: Wording | None
    house_rule: str
    house_rule_label: str
    starts_at: datetime
    ends_at: datetime
    precision: str
    date_note: Wording | None
    time_zone: str
    place: Wording | None
    is_online: bool
    languages: tuple[str, ...]
    capacity: int | None
    admission: str
    admission_label: str
    source: Wording | None
    state: str
    state_label: str
    is_simulated: bool

    @property
    def first_day(self) -> date:
        return timezone.localtime(self.starts_at, ZoneInfo(self.time_zone)).date()

    @property
    def last_day(self) -> date:
        """The day on which it ends; midnight belongs to the day before."""
        return timezone.localtime(self.ends_at - _MOMENT, ZoneInfo(self.time_zone)).date()

    @property
    def is_one_day(self) -> bool:
        return self.first_day == self.last_day

    @property
    def zone_label(self) -> str:
        return self.time_zone.replace("_", " ")

    @property
    def is_coming(self) -> bool:
        """Whether it is still to be held, or being held."""
        return self.state not in (*OVER, Dialogue.State.CANCELLED) and self.ends_at > timezone.now()

    @property
    def house_rule_sentence(self) -> str:
        return house_rule_sentence(self.house_rule)


def house_rule_sentence(house_rule: str) -> str:
    """What a house rule means for whoever comes, in a sentence."""
    return {
        HouseRule.ON_RECORD: _("What is said may be quoted, with the name of whoever said it."),
        HouseRule.CHATHAM_HOUSE: _(
            "What is said may be used; who said it, and who else was there, may not be told."
        ),
        HouseRule.UNKNOWN: _("Which rule held is not on record: nothing is attributed to anybody."),
        HouseRule.CLOSED: _("Nothing is made public but that it took place, and on which day."),
    }[HouseRule(house_rule)]


def dialogue_views(dialogues: Sequence[Dialogue], actor: Actor, language: str) -> list[DialogueView]:
    """Dialogues that the actor may see, in their order; a constant number of queries for one reflection.

    Parameters
    ----------
    dialogues : sequence of Dialogue
        As ``permissions.visible_dialogues`` or ``find_dialogue`` give them, with their series.
    """
    readable = _readable(dialogues, actor)
    names = ("title_id", "description_id", "place_id", "source_id", "date_note_id")
    shown = [each for each in dialogues if each.pk in readable]
    text_ids = [getattr(each, name) for each in shown for name in names]
    text_ids += [each.priority.title_id for each in shown if each.priority]
    words = wordings(text_ids, language)
    return [_view(each, words) if each.pk in readable else _closed_view(each) for each in dialogues]


def dialogue_view(dialogue: Dialogue, actor: Actor, language: str) -> DialogueView:
    """One dialogue as its page shows it."""
    return dialogue_views([dialogue], actor, language)[0]


def coming_first(views: Sequence[DialogueView]) -> list[DialogueView]:
    """What is still to come, the next one first; then what is over, the latest first."""
    coming = sorted((view for view in views if view.is_coming), key=lambda view: view.starts_at)
    over = sorted((view for view in views if not view.is_coming), key=lambda view: view.starts_at)
    return [*coming, *reversed(over)]


def _readable(dialogues: Sequence[Dialogue], actor: Actor) -> set[UUID]:
    readable = {each.pk for each in dialogues if each.house_rule != HouseRule.CLOSED}
    closed = [each for each in dialogues if each.house_rule == HouseRule.CLOSED]
    for reflection in {each.series.reflection for each in closed}:
        found = readable_dialogues(actor, reflection).filter(pk__in=[each.pk for each in closed])
        readable.update(found.values_list("pk", flat=True))
    return readable


def _view(dialogue: Dialogue, words: dict[UUID, Wording]) -> DialogueView:
    return DialogueView(
        id=dialogue.pk,
        reference=dialogue.reference,
        series_id=dialogue.series_id,
        number=dialogue.number,
        is_readable=True,
        title=words[dialogue.title_id],
        description=_optional(words, dialogue.description_id),
        priority_title=words[dialogue.priority.title_id] if dialogue.priority else None,
        house_rule=dialogue.house_rule,
        house_rule_label=dialogue.get_house_rule_display(),
        starts_at=dialogue.starts_at,
        ends_at=dialogue.ends_at,
        precision=dialogue.precision,
        date_note=_optional(words, dialogue.date_note_id),
        time_zone=dialogue.time_zone,
        place=_optional(words, dialogue.place_id),
        is_online=bool(dialogue.link),
        languages=tuple(dialogue.languages),
        capacity=dialogue.capacity,
        admission=dialogue.admission,
        admission_label=dialogue.get_admission_display(),
        source=_optional(words, dialogue.source_id),
        state=dialogue.state,
        state_label=dialogue.get_state_display(),
        is_simulated=dialogue.is_simulated,
    )


def _optional(words: Mapping[UUID, Wording], text_id: UUID | None) -> Wording | None:
    return words.get(text_id) if text_id else None


def _closed_view(dialogue: Dialogue) -> DialogueView:
    """That it took place. Its own time zone would tell where: the day is told in that of the reflection."""
    zone = dialogue.series.reflection.time_zone
    day = timezone.localtime(dialogue.starts_at, ZoneInfo(dialogue.time_zone)).date()
    midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(zone))
    next_midnight = datetime.combine(day + _DAY, datetime.min.time(), ZoneInfo(zone))
    return DialogueView(
        id=dialogue.pk,
        reference=dialogue.reference,
        series_id=dialogue.series_id,
        number=dialogue.number,
        is_readable=False,
        title=None,
        description=None,
        priority_title=None,
        house_rule=dialogue.house_rule,
        house_rule_label=dialogue.get_house_rule_display(),
        starts_at=midnight,
        ends_at=next_midnight,
        precision=Dialogue.Precision.DAY,
        date_note=None,
        time_zone=zone,
        place=None,
        is_online=False,
        languages=(),
        capacity=None,
        admission="",
        admission_label="",
        source=None,
        state=dialogue.state,
        state_label=dialogue.get_state_display(),
        is_simulated=dialogue.is_simulated,
    )

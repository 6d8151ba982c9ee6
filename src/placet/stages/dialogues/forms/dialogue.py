"""The form of a dialogue: times as clocks show them where it is held."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from placet.stages.dialogues.forms.choosing import COLUMNS, language_choices, offer, priority_choices
from placet.stages.dialogues.models import LEAST_GROUP_COUNT, Dialogue, HouseRule
from placet.stages.dialogues.setting_up.local_times import day_bounds, local_time, moment_of
from placet.stages.dialogues.setting_up.meetings import CAPACITY_LIMIT, LEAST_GROUP_FLOOR, DialogueFrame
from placet.stages.dialogues.showing.dialogues import house_rule_sentence
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words
from placet.stages.mandates.models import Priority, Reflection
from placet.stages.mandates.time_zones import time_zone_choices
from placet.stages.texts.models import Text
from placet.stages.texts.queries import all_wordings_of

THEMES_AT_MOST = 12
THEME_MAX_LENGTH = 80
LEAD_TIME = timedelta(days=28)
_MOMENT = timedelta(microseconds=1)


class LocalDateTimeField(forms.DateTimeField):
    """Day and hour as a clock on the wall shows them; in which time zone, another field says."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(UTC):
            read = super().to_python(value)
        return read.replace(tzinfo=None) if read else None


def _house_rules() -> list[tuple[str, str]]:
    return [(rule.value, f"{capfirst(rule.label)}. {house_rule_sentence(rule)}") for rule in HouseRule]


class DialogueForm(MultilingualForm):
    """What a dialogue is about, when and where it is held, who may come and what may be told."""

    words: ClassVar = {
        "title": Words(_("Title")),
        "description": Words(_("Description"), rows=5, max_length=4000, is_required=False),
        "themes": Words(
            _("Themes"),
            _("One a line, a few words each. In other languages in the same order; a line may stay empty."),
            rows=4,
            max_length=1200,
            is_required=False,
        ),
        "date_note": Words(
            _("Remark on the date"), _("For example, why the day is not known."), is_required=False
        ),
        "place": Words(
            pgettext_lazy("of a dialogue", "Place"),
            _("Town and building; for everybody to read."),
            is_required=False,
        ),
        "source": Words(_("Source"), _("Where this is on record."), is_required=False),
    }
    priority = forms.TypedChoiceField(label=_("Priority"), coerce=int, required=False, empty_value=None)
    spoken = forms.MultipleChoiceField(
        label=_("Languages spoken"), required=False, widget=forms.CheckboxSelectMultiple(COLUMNS)
    )
    starts_at = LocalDateTimeField(label=_("Starts"), help_text=_("As clocks show it where it is held."))
    ends_at = LocalDateTimeField(label=_("Ends"))
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    precision = forms.ChoiceField(
        label=_("What is known of the date"),
        choices=Dialogue.Precision.choices,
        initial=Dialogue.Precision.TIME,
        help_text=_("For dialogues of the past of which the hour, or the day, is not on record."),
    )
    link = forms.URLField(
        label=_("Link for those who take part online"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_("It begins with https:// and is shown to those alone who have a place."),
    )
    house_rule = forms.ChoiceField(
        label=_("House rule"),
        choices=lazy(_house_rules, list),
        widget=forms.RadioSelect,
        help_text=_(
            "Once the dialogue is announced it may only become stricter, and once it begins it stays."
        ),
    )
    least_group_count = forms.IntegerField(
        label=_("Smallest group that is told apart"),
        min_value=LEAST_GROUP_FLOOR,
        max_value=1000,
        initial=LEAST_GROUP_COUNT,
        help_text=_(
            "The rapporteur sees the constituency of a point only where at least so many of it were in the "
            "room."
        ),
    )
    admission = forms.ChoiceField(
        label=_("Who may register"),
        choices=Dialogue.Admission.choices,
        initial=Dialogue.Admission.NONE,
        widget=forms.RadioSelect,
    )
    capacity = forms.IntegerField(
        label=_("Places"),
        required=False,
        min_value=1,
        max_value=CAPACITY_LIMIT,
        help_text=_("Left empty: as many as wish. Whoever comes when all are taken waits for one."),
    )
    order: ClassVar = (
        "title", "description", "themes", "priority", "spoken", "source", "starts_at", "ends_at", "time_zone",
        "precision", "date_note", "place", "link", "house_rule", "least_group_count", "admission", "capacity",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        reflection: Reflection,
        language: str,
        dialogue: Dialogue | None = None,
        **kwargs: Any,
    ) -> None:
        self.reflection = reflection
        texts: dict[str, Text | None] = {}
        initial = _default_times(reflection.time_zone)
        if dialogue:
            texts = {name: getattr(dialogue, name) for name in self.words if name != "themes"}
            initial = _initial(dialogue) | _initial_themes(dialogue)
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)
        for code in self.languages:
            self.fields[f"themes_{code}"].strip = False  # type: ignore[attr-defined]
        offer(
            self,
            priority=priority_choices(reflection, language),
            spoken=language_choices(list(reflection.languages)),
        )

    def sections(self) -> list[tuple[str, list[BoundField]]]:
        """The fields under their headings, as the page shows them."""
        headings = {
            "title": gettext("What it is about"),
            "starts_at": gettext("When and where"),
            "house_rule": gettext("Who comes, and what may be told"),
        }
        sections: list[tuple[str, list[BoundField]]] = []
        for field in self.visible_fields():
            name = field.name.removesuffix(f"_{self.languages[0]}")
            if name in headings:
                sections.append((headings.pop(name), []))
            sections[-1][1].append(field)
        return sections

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["themes"] = self._themes()
        zone = data.get("time_zone")
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if not zone or not starts or not ends:
            return data
        if data.get("precision") == Dialogue.Precision.TIME:
            data["moments"] = (self._moment("starts_at", zone), self._moment("ends_at", zone))
        else:
            data["moments"] = day_bounds(starts, ends, zone)
        if all(data["moments"]) and data["moments"][1] <= data["moments"][0]:
            self.add_error("ends_at", gettext("It must end after it starts."))
        return data

    def frame(self) -> DialogueFrame:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        starts_at, ends_at = data["moments"]
        number = data["priority"]
        return DialogueFrame(
            title=self.bodies("title"),
            description=self.bodies("description"),
            themes=data["themes"],
            date_note=self.bodies("date_note"),
            place=self.bodies("place"),
            source=self.bodies("source"),
            priority=Priority.objects.get(reflection=self.reflection, number=number) if number else None,
            languages=tuple(data["spoken"]),
            starts_at=starts_at,
            ends_at=ends_at,
            **{
                name: data[name]
                for name in (
                    "time_zone", "precision", "link", "house_rule", "least_group_count", "admission",
                    "capacity",
                )
            },
        )  # fmt: skip

    def _moment(self, name: str, zone: str) -> datetime | None:
        try:
            return moment_of(self.cleaned_data[name], zone)
        except ValidationError as refusal:
            self.add_error(name, refusal)
            return None

    def _themes(self) -> list[dict[str, str]]:
        """The themes by line: those of the working language, and what stands on the same line in others."""
        lines = {code: _lines(self.cleaned_data.get(f"themes_{code}", "")) for code in self.languages}
        first = f"themes_{self.languages[0]}"
        originals = lines[self.languages[0]]
        if len(originals) > THEMES_AT_MOST:
            self.add_error(first, gettext("At most %(limit)d themes.") % {"limit": THEMES_AT_MOST})
        for code in self.languages:
            if any(len(line) > THEME_MAX_LENGTH for line in lines[code]):
                self.add_error(
                    f"themes_{code}",
                    gettext("A theme has at most %(limit)d characters.") % {"limit": THEME_MAX_LENGTH},
                )
            if len(lines[code]) > len(originals) or "" in originals:
                self.add_error(f"themes_{code}", gettext("Each line needs one in the working language."))
        return [
            {code: lines[code][place] for code in self.languages if place < len(lines[code])}
            for place in range(len(originals))
        ]


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _default_times(zone: str) -> dict[str, Any]:
    """In four weeks, from nine o’clock to noon."""
    day = timezone.localdate(timezone=ZoneInfo(zone)) + LEAD_TIME
    return {
        "starts_at": datetime.combine(day, time(9)),
        "ends_at": datetime.combine(day, time(12)),
        "time_zone": zone,
    }


def _initial(dialogue: Dialogue) -> dict[str, Any]:
    names = (
        "time_zone", "precision", "link", "house_rule", "least_group_count", "admission", "capacity",
        "languages",
    )  # fmt: skip
    ends_at = dialogue.ends_at - (_MOMENT if dialogue.precision != Dialogue.Precision.TIME else timedelta(0))
    return {
        **{name: getattr(dialogue, name) for name in names},
        "priority": dialogue.priority.number if dialogue.priority else "",
        "starts_at": local_time(dialogue.starts_at, dialogue.time_zone),
        "ends_at": local_time(ends_at, dialogue.time_zone),
    }


def _initial_themes(dialogue: Dialogue) -> dict[str, str]:
    text_ids: Sequence[Any] = list(dialogue.themes.values_list("name_id", flat=True))
    found = all_wordings_of(text_ids)
    by_language: dict[str, list[str]] = {}
    for place, text_id in enumerate(text_ids):
        for wording in found[text_id]:
            by_language.setdefault(wording.language, [""] * len(text_ids))[place] = wording.body
    return {f"themes_{language}": "\n".join(lines) for language, lines in by_language.items()}

"""Forms of meetings: what is said of one, what is put on its agenda, and the rules."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from placet.stages.decisions.forms.deadlines import read_moment
from placet.stages.decisions.meetings.actions import (
    LONGEST_ALLOWANCE_MINUTES,
    LONGEST_LEAST_HOURS,
    NewMeeting,
    NewRules,
)
from placet.stages.decisions.models import DecisionRules, Meeting
from placet.stages.dialogues.forms.dialogue import LocalDateTimeField
from placet.stages.dialogues.setting_up.local_times import local_time
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.time_zones import time_zone_choices
from placet.stages.texts.models import Text

LEAD_TIME = timedelta(days=28)


class MeetingForm(MultilingualForm):
    """What is said of a meeting; its time as clocks show it where it is held."""

    words: ClassVar = {
        "title": Words(_("Title")),
        "place": Words(pgettext_lazy("of a meeting", "Place"), is_required=False),
    }
    starts_at = LocalDateTimeField(
        label=_("Starts"), help_text=_("As clocks show it where the meeting is held.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    order: ClassVar = ("title", "starts_at", "time_zone", "place")

    def __init__(
        self, *args: Any, reflection: Reflection, meeting: Meeting | None = None, **kwargs: Any
    ) -> None:
        texts: dict[str, Text | None] = {}
        if meeting:
            texts = {"title": meeting.title, "place": meeting.place}
            initial = {
                "starts_at": local_time(meeting.starts_at, meeting.time_zone),
                "time_zone": meeting.time_zone,
            }
        else:
            day = timezone.localdate(timezone=ZoneInfo(reflection.time_zone)) + LEAD_TIME
            initial = {"starts_at": datetime.combine(day, time(9)), "time_zone": reflection.time_zone}
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("time_zone"):
            data["moment"] = read_moment(self, "starts_at", data["time_zone"])
        return data

    def frame(self) -> NewMeeting:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        return NewMeeting(
            title=self.bodies("title"),
            starts_at=data["moment"],
            time_zone=data["time_zone"],
            place=self.bodies("place"),
        )


class AgendaForm(OnceForm):
    """Which proposal is put on the agenda."""

    proposal = forms.ChoiceField(
        label=_("Proposal"),
        help_text=_(
            "Its text is frozen with its digest, as it stands now. Those are offered that are published or "
            "open to amendments."
        ),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proposal"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class RulesForm(OnceForm):
    """The rules that a reflection decides by; none of them allows a majority."""

    needs_second_delegate = forms.BooleanField(
        label=_("Four eyes: a second delegate of the member confirms each position"),
        required=False,
        help_text=_(
            "Until then the position does not count. Breaking a silence needs one signature in any case."
        ),
    )
    outage_allowance_minutes = forms.IntegerField(
        label=_("Longest outage that changes nothing, in minutes"),
        min_value=0,
        max_value=LONGEST_ALLOWANCE_MINUTES,
        help_text=_("A longer one extends the silence procedures that run by its length."),
    )
    least_silence_hours = forms.IntegerField(
        label=_("Shortest silence procedure, in hours"),
        min_value=1,
        max_value=LONGEST_LEAST_HOURS,
        help_text=_("From its opening to its deadline."),
    )

    def __init__(self, *args: Any, rules: DecisionRules, **kwargs: Any) -> None:
        initial = {name: getattr(rules, name) for name in self.base_fields if name != "form_key"}
        super().__init__(*args, **{"initial": initial, **kwargs})

    def frame(self) -> NewRules:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        return NewRules(
            data["needs_second_delegate"], data["outage_allowance_minutes"], data["least_silence_hours"]
        )

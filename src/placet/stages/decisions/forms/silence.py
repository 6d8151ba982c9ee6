"""Forms of silence procedures: opening one, changing its course, and objecting."""

import re
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.decisions.forms.deadlines import read_moment
from placet.stages.decisions.models import DecisionRules, SilenceProcedure
from placet.stages.decisions.silence.actions import REMINDERS_AT_MOST, NewSilence
from placet.stages.dialogues.forms.dialogue import LocalDateTimeField
from placet.stages.dialogues.setting_up.local_times import local_time
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.time_zones import time_zone_choices

REASON_MAX_LENGTH = 4_000
USUAL_REMINDERS = "24"
_SEPARATORS = re.compile(r"[\s,;]+")


class SilenceForm(OnceForm):
    """Which proposal is put to the members, until when, and when they are reminded."""

    proposal = forms.ChoiceField(
        label=_("Proposal"), help_text=_("Its text is frozen with its digest, as it stands now.")
    )
    deadline = LocalDateTimeField(
        label=_("Deadline"), help_text=_("As clocks show it in the time zone that you name.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)
    reminders = forms.CharField(
        label=_("Reminders, in hours before the deadline"),
        required=False,
        max_length=60,
        initial=USUAL_REMINDERS,
        help_text=_("Numbers with commas, five at most. Left empty: none."),
    )

    def __init__(
        self,
        *args: Any,
        reflection: Reflection,
        rules: DecisionRules,
        choices: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        day = timezone.localdate(timezone=ZoneInfo(reflection.time_zone)) + timedelta(
            hours=rules.least_silence_hours, days=2
        )
        initial = {"deadline": datetime.combine(day, time(17)), "time_zone": reflection.time_zone}
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.fields["proposal"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean_reminders(self) -> tuple[int, ...]:
        words = [word for word in _SEPARATORS.split(self.cleaned_data["reminders"]) if word]
        if len(words) > REMINDERS_AT_MOST or not all(word.isascii() and word.isdigit() for word in words):
            raise forms.ValidationError(gettext("Write whole numbers of hours, five at most: 48, 24, 2."))
        return tuple(int(word) for word in words)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("time_zone"):
            data["moment"] = read_moment(self, "deadline", data["time_zone"])
        return data

    def frame(self) -> NewSilence:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        return NewSilence(data["moment"], data["time_zone"], data["reminders"])


class ReasonForm(MultilingualForm):
    """A reason that goes on record: in the writer's own language first, where the reflection has it."""

    words: ClassVar = {
        "reason": Words(
            _("Reason"),
            _("It goes on record, for everybody to read."),
            rows=5,
            max_length=REASON_MAX_LENGTH,
        )
    }

    def __init__(self, *args: Any, reflection: Reflection, language: str, **kwargs: Any) -> None:
        super().__init__(*args, languages=own_language_first(reflection, language), **kwargs)


class BreakForm(ReasonForm):
    """Why a member objects."""

    words: ClassVar = {
        "reason": Words(
            _("Reason"),
            _("The other delegations and the secretariat read it. It goes on record and is not changed."),
            rows=6,
            max_length=REASON_MAX_LENGTH,
        )
    }


class ExtendForm(ReasonForm):
    """A later deadline, in the time zone in which the first one was stated."""

    deadline = LocalDateTimeField(label=_("New deadline"))
    order: ClassVar = ("deadline", "reason")

    def __init__(self, *args: Any, procedure: SilenceProcedure, language: str, **kwargs: Any) -> None:
        self.zone = procedure.time_zone
        initial = {"deadline": local_time(procedure.deadline_at, self.zone)}
        super().__init__(*args, reflection=procedure.reflection, language=language, initial=initial, **kwargs)
        self.fields["deadline"].help_text = gettext("As clocks show it here: %(zone)s.") % {
            "zone": self.zone.replace("_", " ")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["moment"] = read_moment(self, "deadline", self.zone)
        return data


class WrittenObjectionForm(ReasonForm):
    """An objection that reached the secretariat by other means: from whom, when, and why."""

    words: ClassVar = {
        "reason": Words(
            _("Reason"),
            _("The delegations and the secretariat read it beside what happened."),
            rows=6,
            max_length=REASON_MAX_LENGTH,
        )
    }
    member = forms.ChoiceField(label=_("Member"))
    received = LocalDateTimeField(label=_("Received"))
    order: ClassVar = ("member", "received", "reason")

    def __init__(
        self,
        *args: Any,
        procedure: SilenceProcedure,
        language: str,
        choices: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        self.zone = procedure.time_zone
        initial = {"received": local_time(timezone.now(), self.zone)}
        super().__init__(*args, reflection=procedure.reflection, language=language, initial=initial, **kwargs)
        self.fields["member"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["received"].help_text = gettext("As clocks show it here: %(zone)s.") % {
            "zone": self.zone.replace("_", " ")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["moment"] = read_moment(self, "received", self.zone)
        return data


def own_language_first(reflection: Reflection, language: str) -> list[str]:
    """The languages of a reflection, the reader's own before the others."""
    return sorted(reflection.languages, key=lambda each: each != language)

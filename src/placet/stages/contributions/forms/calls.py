"""Forms of calls: set up, the jury, scores, verdicts, the result."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from placet.stages.consultations.forms import ZonedDateTimeField
from placet.stages.contributions.calls.deciding import VerdictFrame
from placet.stages.contributions.calls.judging import HIGHEST_SCORE, REASON_MAX_LENGTH
from placet.stages.contributions.calls.queries import CriterionView
from placet.stages.contributions.calls.setup import (
    CRITERIA_AT_MOST,
    TITLE_MAX_LENGTH,
    WHOLE,
    CallFrame,
    CriterionFrame,
)
from placet.stages.contributions.models import Call, Verdict
from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.mandates.models import Priority, Reflection
from placet.stages.mandates.queries import priority_views
from placet.stages.texts.models import Text

OPEN_FOR = timedelta(days=28)
JUDGED_FOR = timedelta(days=14)
NUMBERS = range(1, CRITERIA_AT_MOST + 1)


class CallForm(MultilingualForm):
    """What is asked, until when, and by which criteria the entries are judged."""

    words: ClassVar = {
        "title": Words(_("Title"), max_length=TITLE_MAX_LENGTH),
        "description": Words(
            _("What is asked"),
            _("What entries should answer, who may enter, and what becomes of those that are chosen."),
            rows=8,
            max_length=6000,
        ),
        **{
            f"criterion_{number}": Words(
                format_lazy("{} {}", _("Criterion"), number),
                _("What the jury looks at, in a few words.") if number == 1 else "",
                max_length=120,
                is_required=number == 1,
            )
            for number in NUMBERS
        },
    }
    priority = forms.ModelChoiceField(Priority.objects.none(), label=_("Priority"), required=False)
    has_audience_vote = forms.BooleanField(
        label=_("The audience votes too"),
        required=False,
        help_text=_("One vote for everybody with an account, once the entries are with the jury."),
    )
    order: ClassVar = (
        "priority",
        "title",
        "description",
        "opens_at",
        "closes_at",
        "has_audience_vote",
        "audience_closes_at",
        *(name for number in NUMBERS for name in (f"criterion_{number}", f"weight_{number}")),
    )

    def __init__(self, *args: Any, reflection: Reflection, call: Call | None = None, **kwargs: Any) -> None:
        zone = reflection.time_zone
        texts: dict[str, Text | None] = {}
        initial: dict[str, Any] = _default_times(ZoneInfo(zone))
        if call:
            texts = {"title": call.title, "description": call.description}
            names = ("priority", "opens_at", "closes_at", "has_audience_vote", "audience_closes_at")
            initial = {name: getattr(call, name) for name in names}
            for criterion in call.criteria.select_related("name"):
                texts[f"criterion_{criterion.position}"] = criterion.name
                initial[f"weight_{criterion.position}"] = criterion.weight
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)
        self._add_moments(zone)
        for number in NUMBERS:
            self.fields[f"weight_{number}"] = forms.IntegerField(
                label=gettext("Weight of criterion %(number)s, per cent") % {"number": number},
                required=number == 1,
                min_value=1,
                max_value=WHOLE,
                help_text=gettext("The weights add up to 100.") if number == 1 else "",
            )
        priority: Any = self.fields["priority"]
        priority.queryset = Priority.objects.filter(reflection=reflection)
        views = priority_views(reflection, get_language() or "en")
        priority.choices = [
            ("", pgettext("a priority", "none")),
            *((view.id, f"{view.number}. {view.title.body}") for view in views),
        ]
        self.order_fields(self._expanded())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("has_audience_vote") and not data.get("audience_closes_at"):
            self.add_error("audience_closes_at", gettext("Say until when the audience votes."))
        original = self.languages[0]
        for number in NUMBERS:
            name, weight = data.get(f"criterion_{number}_{original}"), data.get(f"weight_{number}")
            if weight and not name:
                self.add_error(
                    f"criterion_{number}_{original}", gettext("Name the criterion or leave out its weight.")
                )
            if name and not weight and f"weight_{number}" not in self.errors:
                self.add_error(f"weight_{number}", gettext("Say what the criterion weighs."))
        weights = [data.get(f"weight_{number}") or 0 for number in NUMBERS]
        if not self.errors and sum(weights) != WHOLE:
            message = gettext("The weights must add up to 100; these add up to %(sum)s.") % {
                "sum": sum(weights)
            }
            self.add_error("weight_1", message)
        return data

    def frame(self, *, is_simulated: bool = False) -> CallFrame:
        """What the actions take, once the form is valid."""
        data = self.cleaned_data
        return CallFrame(
            title=self.bodies("title"),
            description=self.bodies("description"),
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
            criteria=[
                CriterionFrame(self.bodies(f"criterion_{number}"), data[f"weight_{number}"])
                for number in NUMBERS
                if data[f"weight_{number}"]
            ],
            priority=data["priority"],
            audience_closes_at=data["audience_closes_at"] if data["has_audience_vote"] else None,
            is_simulated=is_simulated,
        )

    def _add_moments(self, zone: str) -> None:
        in_zone = gettext("Time in %(zone)s.") % {"zone": zone.replace("_", " ")}
        labels = {
            "opens_at": gettext("Entries from"),
            "closes_at": gettext("Entries until"),
            "audience_closes_at": gettext("The audience votes until"),
        }
        for name, label in labels.items():
            self.fields[name] = ZonedDateTimeField(
                zone=zone, label=label, help_text=in_zone, required=name != "audience_closes_at"
            )

    def _expanded(self) -> list[str]:
        return [
            field
            for name in self.order
            for field in (
                [f"{name}_{language}" for language in self.languages] if name in self.words else [name]
            )
        ]


class JurorForm(OnceForm):
    """A seat in the jury."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Of an account. The jury’s pages open to it alone; nobody else sees the address."),
    )
    public_name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As everybody reads it."))
    public_title = forms.CharField(label=_("Title or office"), max_length=120, required=False)


class ScoreForm(OnceForm):
    """A score from 0 to 10 for every criterion."""

    def __init__(self, *args: Any, criteria: Sequence[CriterionView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        choices = [(value, str(value)) for value in range(HIGHEST_SCORE + 1)]
        for criterion in criteria:
            self.fields[f"score_{criterion.id}"] = forms.TypedChoiceField(
                label=gettext("%(criterion)s (%(weight)s %%)")
                % {"criterion": criterion.name.body, "weight": criterion.weight},
                choices=choices,
                coerce=int,
                widget=forms.RadioSelect({"class": "choices--scores"}),
                error_messages={"required": gettext("Choose a score from 0 to 10.")},
            )

    def scores(self) -> dict[int, int]:
        """By criterion, once the form is valid."""
        return {criterion.id: self.cleaned_data[f"score_{criterion.id}"] for criterion in self.criteria}


class InterestForm(OnceForm):
    """Why a juror does not judge an entry."""

    reason = forms.CharField(
        label=_("What the interest is"),
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea({"rows": 3}),
        help_text=_(
            "The secretariat reads it; the public reads only how many jurors did not judge the entry."
        ),
    )


class VerdictForm(MultilingualForm):
    """What is decided about an entry, and why."""

    words: ClassVar = {
        "prize": Words(_("Prize"), _("Left empty, the entry has none."), max_length=160, is_required=False),
        "reason": Words(
            _("Reason"),
            _("Everybody reads it with the result. Needed for a prize and for the shortlist."),
            rows=4,
            max_length=2000,
            is_required=False,
        ),
    }
    is_shortlisted = forms.BooleanField(label=_("On the shortlist"), required=False)
    order: ClassVar = ("is_shortlisted", "prize", "reason")

    def __init__(
        self, *args: Any, reflection: Reflection, verdict: Verdict | None = None, **kwargs: Any
    ) -> None:
        texts = {"prize": verdict.prize, "reason": verdict.reason} if verdict else {}
        initial = {"is_shortlisted": verdict.is_shortlisted} if verdict else {}
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)

    def frame(self) -> VerdictFrame:
        """What the action takes, once the form is valid."""
        return VerdictFrame(self.cleaned_data["is_shortlisted"], self.bodies("prize"), self.bodies("reason"))


class ResultForm(MultilingualForm):
    """What was decided, in the words that everybody reads first."""

    words: ClassVar = {
        "result": Words(
            _("Result"),
            _("What was decided and how: who sat together when, and what happens next with the entries."),
            rows=6,
            max_length=4000,
        ),
    }

    def __init__(self, *args: Any, reflection: Reflection, **kwargs: Any) -> None:
        super().__init__(*args, languages=reflection.languages, **kwargs)


def _default_times(zone: ZoneInfo) -> dict[str, Any]:
    """From nine o’clock tomorrow, for four weeks, until six in the evening."""
    tomorrow = timezone.localdate(timezone=zone) + timedelta(days=1)
    closes_on = tomorrow + OPEN_FOR
    return {
        "opens_at": datetime.combine(tomorrow, time(9), tzinfo=zone),
        "closes_at": datetime.combine(closes_on, time(18), tzinfo=zone),
        "audience_closes_at": datetime.combine(closes_on + JUDGED_FOR, time(18), tzinfo=zone),
    }

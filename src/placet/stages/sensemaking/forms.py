"""Forms of the analysis pages. Actions check again: a form is a convenience."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from placet.stages.sensemaking.models import AnalysisSchedule
from placet.stages.sensemaking.releases import GREATEST_K, LEAST_K

Choices = Sequence[tuple[str, str | Promise]]

NEVER = "never"
RUN_INTERVALS: Choices = (
    (NEVER, _("on request only")),
    ("10", _("every 10 minutes")),
    ("60", _("every hour")),
    ("360", _("every 6 hours")),
    ("1440", _("every day")),
    ("10080", _("every week")),
)
RELEASE_INTERVALS: Choices = (
    (NEVER, _("no releases")),
    ("1", _("every day")),
    ("7", _("every week")),
    ("14", _("every two weeks")),
    ("30", _("every 30 days")),
)


def interval(value: str) -> int | None:
    """The number of minutes or days, or None."""
    return None if value == NEVER else int(value)


class ScheduleForm(forms.Form):
    """How often a consultation is analysed."""

    every_minutes = forms.TypedChoiceField(label=_("Analyse"), coerce=interval)

    def __init__(self, sent: QueryDict | None = None, *, schedule: AnalysisSchedule) -> None:
        present = schedule.run_every_minutes
        super().__init__(sent, initial={"every_minutes": str(present or NEVER)})
        choices = with_present(RUN_INTERVALS, present, _("every %(n)d minutes"))
        self.fields["every_minutes"].choices = choices  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    """How often figures by member and constituency are published, and the least count behind one."""

    every_days = forms.TypedChoiceField(label=_("Publish"), coerce=interval)
    k = forms.IntegerField(
        label=_("Fewest participants behind a figure"),
        min_value=LEAST_K,
        max_value=GREATEST_K,
        help_text=_("10 or more. Whatever rests on fewer people is not published, nor can it be derived."),
    )

    def __init__(self, sent: QueryDict | None = None, *, schedule: AnalysisSchedule) -> None:
        present = schedule.release_every_days
        initial = {"every_days": str(present or NEVER), "k": schedule.least_cell_count}
        super().__init__(sent, initial=initial)
        choices = with_present(RELEASE_INTERVALS, present, _("every %(n)d days"))
        self.fields["every_days"].choices = choices  # type: ignore[attr-defined]


def with_present(choices: Choices, present: int | None, label: str | Promise) -> Choices:
    """The choices, and the present interval where it is none of them: an action may set any."""
    if present is None or str(present) in dict(choices):
        return choices
    return [*choices, (str(present), str(label) % {"n": present})]

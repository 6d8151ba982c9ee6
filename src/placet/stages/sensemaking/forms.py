"""Forms of the analysis pages. Actions check again: a form is a convenience."""

from django import forms
from django.utils.translation import gettext_lazy as _

from placet.stages.sensemaking.models import AnalysisSchedule
from placet.stages.sensemaking.releases import GREATEST_K, LEAST_K

RUN_INTERVALS = (
    ("", _("on request only")),
    ("15", _("every 15 minutes")),
    ("60", _("every hour")),
    ("360", _("every 6 hours")),
    ("1440", _("every day")),
    ("10080", _("every week")),
)
RELEASE_INTERVALS = (
    ("", _("no releases")),
    ("1", _("every day")),
    ("7", _("every week")),
    ("14", _("every two weeks")),
    ("30", _("every 30 days")),
)


class ScheduleForm(forms.Form):
    """How often a consultation is analysed."""

    every_minutes = forms.TypedChoiceField(
        label=_("Analyse"), choices=RUN_INTERVALS, required=False, coerce=int, empty_value=None
    )

    @classmethod
    def initial_of(cls, schedule: AnalysisSchedule) -> dict[str, object]:
        return {"every_minutes": schedule.run_every_minutes or ""}


class ReleaseForm(forms.Form):
    """How often figures by member and constituency are published, and the least count behind one."""

    every_days = forms.TypedChoiceField(
        label=_("Publish"), choices=RELEASE_INTERVALS, required=False, coerce=int, empty_value=None
    )
    k = forms.IntegerField(
        label=_("Fewest participants behind a figure"),
        min_value=LEAST_K,
        max_value=GREATEST_K,
        help_text=_("10 or more. Whatever rests on fewer people is not published, nor can it be derived."),
    )

    @classmethod
    def initial_of(cls, schedule: AnalysisSchedule) -> dict[str, object]:
        return {"every_days": schedule.release_every_days or "", "k": schedule.least_cell_count}

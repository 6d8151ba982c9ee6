"""The form of a report on a commitment."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.followup.details import plain, standing_indicators
from placet.stages.followup.models import Commitment, Indicator, ProgressReport
from placet.stages.followup.permissions import reflection_of
from placet.stages.followup.reporting import kinds_open_to
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words, date_input
from placet.stages.texts.queries import wordings

N_EVIDENCE = 3


class ReportForm(MultilingualForm):
    """What was done, as of which day, where it can be checked, and at what each indicator stands."""

    words: ClassVar = {
        "text": Words(
            _("What was done"), _("In one language at least."), rows=5, max_length=4000, is_required=False
        )
    }
    kind = forms.ChoiceField(label=_("What this reports"))
    of_date = forms.DateField(
        label=_("As of"), widget=date_input(), help_text=_("The day that the report speaks of.")
    )
    order: ClassVar = ("kind", "of_date", "text")

    def __init__(self, *args: Any, commitment: Commitment, language: str, **kwargs: Any) -> None:
        reflection = reflection_of(commitment)
        super().__init__(*args, languages=reflection.languages, **kwargs)
        labels = dict(ProgressReport.Kind.choices)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, labels[kind]) for kind in kinds_open_to(commitment)
        ]
        self.indicators = {f"value_{each.pk}": each for each in standing_indicators(commitment)}
        words = wordings([each.name_id for each in self.indicators.values()], language)
        for name, indicator in self.indicators.items():
            self.fields[name] = _value_field(indicator, words[indicator.name_id].body)
        for number in range(1, N_EVIDENCE + 1):
            said = {"number": number}
            self.fields[f"evidence_title_{number}"] = forms.CharField(
                label=gettext("Evidence %(number)s: title") % said, required=False, max_length=200
            )
            self.fields[f"evidence_url_{number}"] = forms.URLField(
                label=gettext("Evidence %(number)s: address") % said, required=False, assume_scheme="https"
            )

    def evidence(self) -> list[tuple[str, str]]:
        """Titles and addresses that were filled in, one of the two at least."""
        data = self.cleaned_data
        pairs = [
            (data[f"evidence_title_{number}"], data[f"evidence_url_{number}"])
            for number in range(1, N_EVIDENCE + 1)
        ]
        return [(title, url) for title, url in pairs if title or url]

    def values(self) -> dict[Indicator, Decimal]:
        """At what each indicator stands, where that was filled in."""
        said = {indicator: self.cleaned_data[name] for name, indicator in self.indicators.items()}
        return {indicator: value for indicator, value in said.items() if value is not None}


def _value_field(indicator: Indicator, name: str) -> forms.DecimalField:
    said = {"name": name, "unit": indicator.unit}
    label = gettext("%(name)s, in %(unit)s") % said if indicator.unit else name
    help_text = ""
    if indicator.target is not None:
        help_text = gettext("Target: %(value)s") % {"value": plain(indicator.target)}
    return forms.DecimalField(
        label=label, help_text=help_text, required=False, max_digits=18, decimal_places=4
    )

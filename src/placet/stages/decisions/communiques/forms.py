"""The form of a communiqué: title, preamble, date, and each adopted text with its place in it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from placet.stages.decisions.communiques.queries import DecisionRow
from placet.stages.decisions.models import Communique, Decision
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words, date_input
from placet.stages.mandates.models import Reflection
from placet.stages.texts.models import Text


class CommuniqueForm(MultilingualForm):
    """A number says where a text stands; without one, it is left out."""

    words: ClassVar = {
        "title": Words(gettext_lazy("Title")),
        "preamble": Words(
            gettext_lazy("Preamble"),
            gettext_lazy("What stands before the first text. A line is a paragraph."),
            rows=5,
            max_length=6000,
            is_required=False,
        ),
    }
    issued_date = forms.DateField(
        label=gettext_lazy("Date of the communiqué"),
        help_text=gettext_lazy("No earlier than the last text in it was adopted."),
        widget=date_input(),
    )

    def __init__(
        self,
        *args: Any,
        reflection: Reflection,
        rows: Sequence[DecisionRow],
        communique: Communique | None = None,
        **kwargs: Any,
    ) -> None:
        self.reflection, self.rows = reflection, list(rows)
        texts: dict[str, Text | None] = {}
        initial: dict[str, Any] = {}
        if communique:
            texts = {"title": communique.title, "preamble": communique.preamble}
            initial["issued_date"] = communique.issued_date
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)
        for row in self.rows:
            self.fields[_place_of(row)] = forms.IntegerField(
                label=_("Place of %(reference)s – %(title)s")
                % {"reference": row.reference, "title": row.title},
                min_value=1,
                max_value=999,
                required=False,
                initial=row.place,
            )

    def clean(self) -> dict[str, Any]:
        """No two texts in one place."""
        cleaned = super().clean() or self.cleaned_data
        taken: dict[int, str] = {}
        for row in self.rows:
            place = cleaned.get(_place_of(row))
            if place is None:
                continue
            if place in taken:
                self.add_error(
                    _place_of(row),
                    ValidationError(
                        _("%(reference)s has this place already. Give each text a place of its own.")
                        % {"reference": taken[place]}
                    ),
                )
            taken.setdefault(place, row.reference)
        return cleaned

    def decisions(self) -> list[Decision]:
        """The chosen decisions in their order; one query."""
        places = {
            row.id: self.cleaned_data[_place_of(row)]
            for row in self.rows
            if self.cleaned_data.get(_place_of(row)) is not None
        }
        found = Decision.objects.filter(pk__in=places).select_related("text__proposal__priority")
        return sorted(found, key=lambda decision: places[decision.pk])

    def values(self) -> dict[str, Any]:
        """What the actions take, once the form is valid."""
        return {
            "title": self.bodies("title"),
            "preamble": self.bodies("preamble") or None,
            "issued_date": self.cleaned_data["issued_date"],
            "decisions": self.decisions(),
        }

    def _add_refusal(self, refusal: ValidationError) -> None:
        """What is wrong with the decisions as a whole stands above the form."""
        if hasattr(refusal, "error_dict") and "decisions" in refusal.error_dict:
            refusal = ValidationError(refusal.error_dict["decisions"])
        super()._add_refusal(refusal)


def _place_of(row: DecisionRow) -> str:
    return f"place_{row.id.hex}"

"""The form of a position: join, join with a reservation, or object."""

from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.decisions.forms.silence import REASON_MAX_LENGTH, own_language_first
from placet.stages.decisions.models import Position
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words
from placet.stages.mandates.models import Reflection

Kind = Position.Kind


class PositionForm(MultilingualForm):
    """Where the member stands on a frozen text, and why."""

    words: ClassVar = {
        "explanation": Words(
            _("Explanation"),
            _(
                "Needed for a reservation and for an objection. A reservation is published with the adopted "
                "text; an objection is read by the delegations and the secretariat."
            ),
            rows=5,
            max_length=REASON_MAX_LENGTH,
            is_required=False,
        )
    }
    kind = forms.ChoiceField(label=_("Position of your member"), widget=forms.RadioSelect)
    is_sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
    order: ClassVar = ("kind", "explanation", "is_sure")

    def __init__(self, *args: Any, reflection: Reflection, language: str, **kwargs: Any) -> None:
        super().__init__(*args, languages=own_language_first(reflection, language), **kwargs)
        self.fields["kind"].choices = _choices()  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") in (Kind.RESERVES, Kind.OBJECTS) and not self.bodies("explanation"):
            self.add_error(
                f"explanation_{self.languages[0]}", gettext("Explain it, in at least one language.")
            )
        return data


def _choices() -> list[tuple[str, str]]:
    sentences = {
        Kind.JOINS: gettext("Your member agrees to the text as it stands."),
        Kind.RESERVES: gettext("Your member does not stand in the way; its explanation is published."),
        Kind.OBJECTS: gettext("Your member stands in the way: the text is not adopted as it is."),
    }
    return [(kind.value, f"{capfirst(kind.label)}. {sentences[kind]}") for kind in Kind]

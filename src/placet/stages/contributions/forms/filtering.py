"""What a list of contributions is narrowed to, as a reader chose it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from placet.stages.contributions.models import Call, Collection, Contribution
from placet.stages.contributions.queries import Choice, Filters, Order
from placet.stages.mandates.models import Constituency, Member, Organisation, Priority
from placet.stages.texts.languages import CONTENT_LANGUAGES

WORDS_MAX_LENGTH = 100
MODELS: Mapping[str, tuple[Any, Any]] = {
    "priority": (Priority, _("Priority")),
    "member": (Member, _("Nation")),
    "constituency": (Constituency, _("Constituency")),
    "organisation": (Organisation, _("Organisation")),
    "call": (Call, _("Call")),
    "collection": (Collection, pgettext_lazy("of recommendations", "Report")),
}


class FilterForm(forms.Form):
    """The filters of a list. What an address says wrongly is left out: a list is never refused."""

    q = forms.CharField(
        label=_("Words in the title"),
        required=False,
        max_length=WORDS_MAX_LENGTH,
        widget=forms.TextInput({"type": "search", "maxlength": WORDS_MAX_LENGTH}),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *Contribution.Kind.choices]
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("All languages")), *CONTENT_LANGUAGES.items()]
    )
    order = forms.ChoiceField(label=_("Order"), required=False, choices=Order.choices)

    def __init__(self, data: Any, *, choices: Mapping[str, Sequence[Choice]]) -> None:
        super().__init__(data)
        for name, (_model, label) in MODELS.items():
            if choices[name]:
                entries = [
                    ("", pgettext("filter", "All")),
                    *((str(each.pk), each.label) for each in choices[name]),
                ]
                self.fields[name] = forms.ChoiceField(label=label, required=False, choices=entries)
        self.order_fields(["q", "kind", *MODELS, "language", "order"])

    def filters(self) -> Filters:
        """What was chosen, as far as it makes sense."""
        self.is_valid()
        said = self.cleaned_data
        chosen: dict[str, Any] = {
            name: model(pk=_key(model, said[name]))
            for name, (model, _label) in MODELS.items()
            if said.get(name)
        }
        return Filters(
            kind=said.get("kind", ""),
            language=said.get("language", ""),
            words=said.get("q", "").strip(),
            order=said.get("order") or Order.NEWEST,
            **chosen,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order was chosen."""
        return any(value for name, value in self.cleaned_data.items() if name != "order")


def _key(model: Any, value: str) -> object:
    return UUID(value) if model in (Organisation, Call, Collection) else int(value)

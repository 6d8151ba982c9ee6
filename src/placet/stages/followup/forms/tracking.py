"""What the tracker is narrowed to, as a reader chose it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from placet.stages.followup.status import Status
from placet.stages.followup.tracker import Choices, TrackerFilter

WORDS_MAX_LENGTH = 100
NAMES = {"q": "words", "status": "status", "member": "member", "priority": "priority", "lead": "lead"}


def filter_of(asked: Any) -> TrackerFilter:
    """What an address asks for; what names nothing finds nothing, and is never refused."""
    said = {field: str(asked.get(name, ""))[:WORDS_MAX_LENGTH].strip() for name, field in NAMES.items()}
    return TrackerFilter(**said)


class TrackerForm(forms.Form):
    """The filters of the tracker, with what stands in it to choose from."""

    q = forms.CharField(
        label=_("Words or reference"),
        required=False,
        max_length=WORDS_MAX_LENGTH,
        widget=forms.TextInput({"type": "search", "maxlength": WORDS_MAX_LENGTH}),
    )
    status = forms.ChoiceField(label=_("Status"), required=False)
    member = forms.ChoiceField(label=_("Member"), required=False)
    priority = forms.ChoiceField(label=_("Priority"), required=False)
    lead = forms.ChoiceField(label=_("Led by"), required=False)

    def __init__(self, data: Any, *, choices: Choices) -> None:
        super().__init__(data)
        every = ("", pgettext("filter", "All"))
        offered: dict[str, list[tuple[str, str]]] = {
            "status": [(status.value, str(status.label)) for status in Status],
            "member": [(each.code, each.name.body) for each in choices.members],
            "priority": [(str(number), f"{number}. {title.body}") for number, title in choices.priorities],
            "lead": [(f"{each.kind}:{each.key}", each.name.body) for each in choices.leads],
        }
        for name, entries in offered.items():
            self.fields[name].choices = [every, *entries]  # type: ignore[attr-defined]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was chosen."""
        return any(str(self.data.get(name, "")).strip() for name in NAMES)

"""Forms of the pages on which the secretariat writes findings. Actions check again."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.dialogues.forms.reporting import SeenFormMixin
from placet.stages.mandates.forms.multilingual import MultilingualForm, Words
from placet.stages.mandates.models import Priority
from placet.stages.sensemaking.finding_models import FINDING_MAX_LENGTH, Stance
from placet.stages.sensemaking.findings.checking import REASON_MAX_LENGTH, TITLE_MAX_LENGTH
from placet.stages.sensemaking.findings.evidence import ItemView
from placet.stages.sensemaking.findings.writing import NewFinding


class FindingForm(SeenFormMixin, MultilingualForm):
    """A finding in each language of the reflection, its priority, and what it starts from."""

    words: ClassVar = {
        "title": Words(_("Title"), max_length=TITLE_MAX_LENGTH),
        "text": Words(
            _("Text"),
            _("Figures are references, never typed: {agree N30-S-0142}. Below stands how they are written."),
            rows=8,
            max_length=FINDING_MAX_LENGTH,
        ),
    }
    priority = forms.ChoiceField(label=_("Priority"), required=False)
    evidence = forms.MultipleChoiceField(
        label=_("Cite as evidence"), required=False, widget=forms.CheckboxSelectMultiple
    )
    order: ClassVar = ("title", "text", "priority", "evidence")

    def __init__(
        self,
        *args: Any,
        priorities: Sequence[tuple[Priority, str]],
        proposed: Sequence[ItemView] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._priorities = {str(priority.number): priority for priority, _title in priorities}
        self.fields["priority"].choices = [  # type: ignore[attr-defined]
            ("", gettext("none in particular")),
            *((str(priority.number), f"{priority.number}. {title}") for priority, title in priorities),
        ]
        if proposed:
            self.fields["evidence"].choices = [(each.reference, _choice(each)) for each in proposed]  # type: ignore[attr-defined]
            self.fields["evidence"].initial = [each.reference for each in proposed]
        else:
            del self.fields["evidence"]

    def new(self, *, is_simulated: bool = False) -> NewFinding:
        """What the actions take, once the form is valid."""
        return NewFinding(
            title=self.bodies("title"),
            text={language: _tidied(body) for language, body in self.bodies("text").items()},
            priority=self._priorities.get(self.cleaned_data["priority"]),
            is_simulated=is_simulated,
        )


class CitationForm(forms.Form):
    """One thing to cite, and for what."""

    reference = forms.CharField(label=_("Reference"), max_length=20)
    stance = forms.ChoiceField(choices=Stance.choices, initial=Stance.SUPPORTS)

    def stance_chosen(self) -> Stance:
        return Stance(self.cleaned_data["stance"])


class WithdrawalForm(MultilingualForm):
    """Why a finding no longer holds."""

    words: ClassVar = {
        "reason": Words(
            _("Reason"),
            _("Everybody reads it beside the finding, which stays readable."),
            rows=4,
            max_length=REASON_MAX_LENGTH,
        )
    }


def _choice(item: ItemView) -> str:
    words = item.wording.body if item.wording else item.terms
    return f"{item.reference} – {words}" if words else item.reference


def _tidied(body: str) -> str:
    return body.replace("\r\n", "\n")

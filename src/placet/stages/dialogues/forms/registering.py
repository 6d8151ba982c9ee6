"""Registering for a dialogue, and inviting to one."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from placet.stages.dialogues.models import Dialogue
from placet.stages.dialogues.registering.actions import RegistrationFrame
from placet.stages.mandates.forms.multilingual import OnceForm
from placet.stages.mandates.forms.people import addresses_by_line
from placet.stages.mandates.models import Constituency
from placet.stages.mandates.queries import constituency_views


class RegistrationForm(OnceForm):
    """What somebody says of herself to those who hold a dialogue."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    organisation = forms.CharField(
        label=_("Organisation"),
        required=False,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    constituency = forms.ModelChoiceField(
        Constituency.objects.none(),
        label=_("Constituency"),
        required=False,
        help_text=_("As part of which group of contributors you come."),
    )

    def __init__(self, *args: Any, dialogue: Dialogue, name: str, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = name
        reflection = dialogue.series.reflection
        views = constituency_views(reflection, language)
        field: Any = self.fields["constituency"]
        field.queryset = Constituency.objects.filter(reflection=reflection)
        field.choices = [
            ("", pgettext("a member or constituency", "none")),
            *((view.id, view.name.body) for view in views),
        ]
        if not views:
            del self.fields["constituency"]

    def frame(self) -> RegistrationFrame:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        return RegistrationFrame(data["name"], data["organisation"], data.get("constituency"))


class DialogueInvitationForm(OnceForm):
    """Invite one address or many to register."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        max_length=60_000,
        widget=forms.Textarea({"rows": 10, "spellcheck": "false", "autocapitalize": "none"}),
        help_text=_("One a line, at most 500. Either all of them are invited, or none."),
    )
    message_language = forms.ChoiceField(
        label=_("Language of the message"),
        choices=settings.LANGUAGES,
        help_text=_("Whoever has an account already is written to in the language of the account."),
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["message_language"].initial = language

    def clean_addresses(self) -> list[str]:
        return addresses_by_line(self.cleaned_data["addresses"])

"""Forms of organisations, and of who acts for them."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from placet.stages.mandates.forms.multilingual import MultilingualForm, OnceForm, Words
from placet.stages.mandates.models import Member, Organisation, Reflection
from placet.stages.mandates.organisations import OrganisationFrame
from placet.stages.mandates.queries import member_views
from placet.stages.texts.models import Text


class OrganisationForm(MultilingualForm):
    """What is said of an organisation."""

    words: ClassVar = {
        "name": Words(
            _("Name"),
            _("As it names itself. In other languages only where it has a name of its own in them."),
            max_length=160,
        )
    }
    member = forms.TypedChoiceField(
        label=_("Member"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("Where it is at home."),
    )
    website = forms.URLField(label=_("Website"), required=False, max_length=200, assume_scheme="https")
    is_partner = forms.BooleanField(
        label=_("It is a partner"),
        required=False,
        help_text=_("Whoever acts for it sets up dialogues of its own."),
    )
    order: ClassVar = ("name", "member", "website", "is_partner")

    def __init__(
        self,
        *args: Any,
        reflection: Reflection,
        language: str,
        organisation: Organisation | None = None,
        **kwargs: Any,
    ) -> None:
        self.reflection = reflection
        texts: dict[str, Text | None] = {}
        initial: dict[str, Any] = {}
        if organisation:
            texts = {"name": organisation.name}
            initial = {
                "member": organisation.member_id or "",
                "website": organisation.website,
                "is_partner": organisation.is_partner,
            }
        super().__init__(*args, languages=reflection.languages, texts=texts, initial=initial, **kwargs)
        none = ("", pgettext("a member or constituency", "none"))
        members = [(view.id, view.name.body) for view in member_views(reflection, language)]
        self.fields["member"].choices = [none, *members]  # type: ignore[attr-defined]

    def frame(self) -> OrganisationFrame:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        member = Member.objects.filter(reflection=self.reflection, pk=data["member"]).first()
        return OrganisationFrame(
            name=self.bodies("name"),
            member=member if data["member"] else None,
            website=data["website"],
            is_partner=data["is_partner"],
            is_simulated=self.reflection.is_simulated,
        )


class RepresentativeForm(OnceForm):
    """Who is to act for an organisation."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    message_language = forms.ChoiceField(
        label=_("Language of the message"),
        choices=settings.LANGUAGES,
        help_text=_("Whoever has an account already is written to in the language of the account."),
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["message_language"].initial = language

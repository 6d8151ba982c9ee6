"""Inviting people."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from placet.stages.mandates.forms.multilingual import OnceForm
from placet.stages.mandates.models import Constituency, Member, Reflection, Role
from placet.stages.mandates.participation import INVITATIONS_AT_ONCE, InvitedAs
from placet.stages.mandates.queries import constituency_views, member_views

if TYPE_CHECKING:
    pass


class InvitationForm(OnceForm):
    """Invite one address or many."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        max_length=60_000,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "autocapitalize": "none"}),
        help_text=_("One a line, at most 500. Either all of them are invited, or none."),
    )
    role = forms.ChoiceField(
        label=_("Invited as"),
        required=False,
        help_text=_("Who takes part votes and writes under a pseudonym."),
    )
    member = forms.ModelChoiceField(
        Member.objects.none(),
        label=_("Member"),
        required=False,
        help_text=_(
            "Required for a delegate, who speaks for it. For a participant: as part of which member."
        ),
    )
    constituency = forms.ModelChoiceField(
        Constituency.objects.none(), label=_("Constituency"), required=False, help_text=_("For participants.")
    )
    message_language = forms.ChoiceField(
        label=_("Language of the message"),
        choices=settings.LANGUAGES,
        help_text=_("Whoever has an account already is written to in the language of the account."),
    )

    def __init__(self, *args: Any, reflection: Reflection, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", gettext("participant")), *Role.choices]  # type: ignore[attr-defined]
        self.fields["message_language"].initial = language
        for name, model, views in (
            ("member", Member, member_views(reflection, language)),
            ("constituency", Constituency, constituency_views(reflection, language)),
        ):
            field: Any = self.fields[name]
            field.queryset = model.objects.filter(reflection=reflection)
            field.choices = [
                ("", pgettext("a member or constituency", "none")),
                *((view.id, view.name.body) for view in views),
            ]

    def clean_addresses(self) -> list[str]:
        return addresses_by_line(self.cleaned_data["addresses"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        role, member = data.get("role"), data.get("member")
        if role == Role.DELEGATE and "member" in data and not member:
            self.add_error("member", gettext("A delegate speaks for a member: name it."))
        if role and role != Role.DELEGATE and member:
            self.add_error("member", gettext("Only a delegate speaks for a member."))
        if role and data.get("constituency"):
            self.add_error("constituency", gettext("Only participants belong to a constituency."))
        return data

    def invited_as(self) -> InvitedAs:
        """What the action takes, once the form is valid."""
        data = self.cleaned_data
        role = Role(data["role"]) if data["role"] else None
        return InvitedAs(role, data["member"], data["constituency"])


def addresses_by_line(text: str) -> list[str]:
    """The e-mail addresses of a text, one a line, in their order.

    Raises
    ------
    ValidationError
        With a sentence for each line that is wrong, and where there are too many.
    """
    errors: list[ValidationError] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        address = line.strip().lower()
        if not address:
            continue
        try:
            validate_email(address)
        except ValidationError:
            message = gettext("Line %(number)s: “%(line)s” is not an e-mail address.")
            errors.append(ValidationError(message, params={"number": number, "line": line.strip()[:80]}))
            continue
        if len(address) > 254:
            message = gettext("Line %(number)s: this address is too long.")
            errors.append(ValidationError(message, params={"number": number}))
        elif address in seen:
            message = gettext("Line %(number)s: the same address stands on line %(first)s.")
            errors.append(ValidationError(message, params={"number": number, "first": seen[address]}))
        seen.setdefault(address, number)
    if len(seen) > INVITATIONS_AT_ONCE:
        message = gettext("At most %(limit)s addresses at once; these are %(count)s.")
        errors.insert(0, ValidationError(message, params={"limit": INVITATIONS_AT_ONCE, "count": len(seen)}))
    if errors:
        raise ValidationError(errors[:20])
    return list(seen)

"""Forms of accounts and passkeys."""

import struct
from typing import Any

from allauth.account.fields import EmailField
from allauth.account.forms import (
    AddEmailForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    RequestLoginCodeForm,
    SignupForm,
)
from allauth.account.internal.flows.manage_email import sync_email_address
from allauth.mfa.adapter import get_adapter as get_passkey_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from placet.stages.people import actions
from placet.stages.people.models import Account

EMAIL_LENGTH = 254
PASSKEY_NAME_LENGTH = 60
LONGEST_CREDENTIAL = 50_000
# What a decoder of hostile bytes may raise; all of it means that the answer is no passkey's.
NOT_A_PASSKEY = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, struct.error)


def email_field() -> EmailField:
    """An address, as browsers and password managers know it."""
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return EmailField(label=_("E-mail address"), max_length=EMAIL_LENGTH, widget=widget)


def name_field() -> forms.CharField:
    """How somebody wishes to be called."""
    return forms.CharField(
        label=_("Name"),
        help_text=_("Shown to those who run a reflection with you; never beside a vote or a statement."),
        required=False,
        max_length=actions.NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


def code_field() -> forms.CharField:
    """A code as it is typed on a telephone: no small letters, no corrections."""
    attrs = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
    return forms.CharField(label=_("Code"), max_length=40, widget=forms.TextInput(attrs=attrs))


class SignInCodeForm(ConfirmLoginCodeForm):
    code = code_field()


class AddressCodeForm(ConfirmEmailVerificationCodeForm):
    code = code_field()


class SignInForm(RequestLoginCodeForm):
    """Asks for the address that a code is sent to."""

    email = email_field()

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if isinstance(self._user, Account):
            # An account made elsewhere may lack allauth's row of its address.
            sync_email_address(self._user, self._user.email)
        return email


class SignUpForm(SignupForm):
    """Asks for an address and, for those who wish, a name."""

    email = email_field()
    name = name_field()
    field_order = ("email", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def clean_name(self) -> str:
        return actions.clean_name(self.cleaned_data["name"])

    def try_save(self, request: HttpRequest) -> tuple[Account | None, HttpResponse | None]:
        try:
            with transaction.atomic():
                saved: tuple[Account | None, HttpResponse | None] = super().try_save(request)
                return saved
        except IntegrityError:  # the same address, signed up at the same moment
            self.account_already_exists = True
            return super().try_save(request)  # type: ignore[no-any-return]


class ChangeAddressForm(AddEmailForm):
    email = email_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")


class ProfileForm(forms.Form):
    """What an account says of its owner."""

    name = name_field()
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Of the pages after you sign in, and of our messages to you.")
    )
    idea_news = forms.ChoiceField(
        label=_("E-mail about what became of your ideas"),
        help_text=_(
            "When a finding or a clause rests on them, when it is adopted, and when it is carried out."
        ),
        choices=Account.IdeaNews.choices,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]

    def clean_name(self) -> str:
        return actions.clean_name(self.cleaned_data["name"])


class EraseForm(forms.Form):
    """Asks once more."""

    is_sure = forms.BooleanField(label=_("Yes, delete my account for good"))


class CredentialField(forms.JSONField):
    """What the browser answers for a passkey. Some hundred bytes, but anybody may send anything."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_CREDENTIAL:
            raise get_passkey_adapter().validation_error("incorrect_code")
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise get_passkey_adapter().validation_error("incorrect_code") from error

    def bound_data(self, data: Any, initial: Any) -> None:
        """An answer is good for one question: it is never written back into the form."""


class AddPasskeyForm(AddWebAuthnForm):
    """A new key, always one that can sign in by itself."""

    credential = CredentialField()
    passwordless = None  # type: ignore[assignment]
    name = forms.CharField(
        label=_("Name of this passkey"),
        help_text=_("So that you know it again: “my phone”, “office laptop”."),
        required=False,
        max_length=PASSKEY_NAME_LENGTH,
    )

    def clean_name(self) -> str:
        return actions.clean_name(super().clean_name())

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        try:
            cleaned: dict[str, Any] = super().clean()
        except NOT_A_PASSKEY as error:
            raise get_passkey_adapter().validation_error("incorrect_code") from error
        return cleaned


class RenamePasskeyForm(EditWebAuthnForm):
    name = forms.CharField(label=_("Name of this passkey"), max_length=PASSKEY_NAME_LENGTH)

    def clean_name(self) -> str:
        return actions.clean_name(self.cleaned_data["name"])


class SignInByPasskeyForm(LoginWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except NOT_A_PASSKEY as error:
            raise get_passkey_adapter().validation_error("incorrect_code") from error


class ConfirmByPasskeyForm(ReauthenticateWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except NOT_A_PASSKEY as error:
            raise get_passkey_adapter().validation_error("incorrect_code") from error

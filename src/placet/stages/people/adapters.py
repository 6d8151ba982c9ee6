"""How allauth makes accounts, sends mail, remembers sign-ins and names passkeys here."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from placet.stages.people import actions, queries
from placet.stages.people.models import Account
from placet.stages.record.actions import record


def sign_in_is_recent(request: HttpRequest) -> bool:
    """Whether this session was signed in to (by code or passkey) a short while ago."""
    if not isinstance(request.user, Account):
        return False
    records = get_authentication_records(request, request.user)
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(record["at"] > since for record in records)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts without user names or passwords."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("This is not the code that we sent last. Check it, or ask for a new one."),
        "too_many_login_attempts": _("Too many attempts. Wait a minute, then ask for a new code."),
        "rate_limited": _("Too many attempts. Wait a minute, then try again."),
        "email_taken": _("This address cannot be used. Choose another one."),
        "duplicate_email": _("This is your address already."),
    }

    def new_user(self, request: HttpRequest) -> Account:
        return Account(language=actions.clean_language(get_language() or settings.LANGUAGE_CODE))

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        assert isinstance(user, Account)  # noqa: S101 - for the type checker: ``new_user`` made it
        user.email = form.cleaned_data["email"].lower()
        user.name = actions.clean_name(form.cleaned_data.get("name", ""))
        user.set_unusable_password()
        with transaction.atomic():
            user.save()
            record("people.sign_up", target=str(user.id), actor_id=user.id)
        return user

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        with transaction.atomic():
            is_confirmed: bool = super().confirm_email(request, email_address)
            if is_confirmed:
                user_id = email_address.user_id
                record("people.confirm_address", target=str(user_id), actor_id=user_id)
        return is_confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox, in the language of the account; of the page where there is none."""
        actions.send_message(
            f"people.account:{uuid4()}",
            queries.account_of(email) or email,
            template_prefix,
            {name: value for name, value in context.items() if name not in {"request", "user"}},
            language=get_language() or "",
            expires_at=timezone.now() + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
            if "code" in context
            else None,
        )

    def send_account_already_exists_mail(self, email: str) -> None:
        login_url = settings.PUBLIC_URL + reverse("account_login")
        self.send_mail("account/email/account_already_exists", email, {"login_url": login_url})

    def get_login_stages(self) -> list[str]:
        """A passkey is another way in, not a second lock: who loses it still gets in by code."""
        return [
            stage for stage in super().get_login_stages() if stage != "allauth.mfa.stages.AuthenticateStage"
        ]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not sign_in_is_recent(allauth_context.request)

    def is_safe_url(self, url: str) -> bool:
        """Only pages of this very site: other hosts that we answer to are not a target."""
        request = allauth_context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        assert isinstance(request.user, Account)  # noqa: S101 - for the type checker
        with override(request.user.language):
            return resolve_url(settings.LOGIN_REDIRECT_URL)

    get_signup_redirect_url = get_login_redirect_url


class PasskeyAdapter(DefaultMFAAdapter):
    """Passkeys, in words that people know."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This passkey could not be checked. Please try again."),
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        assert isinstance(user, Account)  # noqa: S101 - for the type checker
        return gettext("Passkey %(number)s") % {"number": queries.passkey_count(user) + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": allauth_context.request.get_host().partition(":")[0], "name": "Placet"}

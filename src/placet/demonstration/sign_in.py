"""Signing in with one click, in one of the demonstration's roles."""

from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.logout import logout
from django.conf import settings
from django.core.signing import Signer
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import override

from placet.stages.people.models import Account

ROLES: Final = ("secretariat", "moderator", "partner", "delegate", "participant")
MAIL_DOMAIN: Final = "demonstration.example"


def role_email(role: str) -> str:
    """The address of a role's account, as the loader makes it."""
    return f"{role}@{MAIL_DOMAIN}"


def role_token(role: str) -> str:
    """What a sign-in link must carry: nobody makes one without this installation's secret key."""
    return Signer(salt="placet.demonstration.sign_in").signature(role)


def sign_in_url(role: str) -> str:
    """The link that signs in as a role, as the terminal prints it."""
    with override(settings.LANGUAGE_CODE):
        return settings.PUBLIC_URL + reverse("demonstration:sign-in", args=(role, role_token(role)))


def is_sign_in_link(role: str, token: str) -> bool:
    """Whether role and token belong together."""
    return role in ROLES and constant_time_compare(token, role_token(role))


def sign_in_as(request: HttpRequest, role: str) -> Account | None:
    """Sign this session in to a role's account; None where the role or its account is missing."""
    if not settings.DEMONSTRATION or role not in ROLES:
        return None
    account = Account.objects.filter(email=role_email(role), is_active=True).first()
    if account is not None:
        logout(request, show_message=False)
        get_adapter().login(request, account)
        record_authentication(request, account, method="demonstration")
    return account

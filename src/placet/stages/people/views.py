"""Pages of accounts. Signing in and up is allauth's; what differs here is said in each class."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.logout import logout
from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from allauth.account.views import EmailView, RequestLoginCodeView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from placet.stages.people import actions, queries
from placet.stages.people.adapters import sign_in_is_recent
from placet.stages.people.forms import EraseForm, ProfileForm, SignInForm
from placet.stages.people.models import Account

View = Callable[..., HttpResponseBase]


def recent_sign_in_required(view: View) -> View:
    """For what an unattended screen must not allow: first confirm that it is you."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not sign_in_is_recent(request):
            wanted = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{wanted}")
        return view(request, *args, **kwargs)

    return login_required(guarded)


class SignInView(RequestLoginCodeView):
    """One page: an address, to which a code is sent, or a passkey."""

    template_name = "account/login.html"


@method_decorator(recent_sign_in_required, name="dispatch")
class AddressView(EmailView):
    """The address of the account, and changing it."""


@method_decorator(recent_sign_in_required, name="dispatch")
class AddPasskeyView(AddWebAuthnView):
    """A new passkey: always one that signs in by itself."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": webauthn.begin_registration(_account(self.request), True)}
        return context

    def get_success_url(self) -> str:
        return reverse("mfa_list_webauthn")


@method_decorator(recent_sign_in_required, name="dispatch")
class RenamePasskeyView(EditWebAuthnView):
    """Another name for a passkey."""


@method_decorator(recent_sign_in_required, name="dispatch")
class RemovePasskeyView(RemoveWebAuthnView):
    """Remove a passkey; asks once more."""


class ConfirmByPasskeyView(ReauthenticateWebAuthnView):
    """Takes what a passkey answered on the page ``account_reauthenticate``."""

    http_method_names = ("post",)

    def form_invalid(self, form: Any) -> HttpResponse:
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return redirect(
            passthrough_next_redirect_url(self.request, reverse("account_reauthenticate"), "next")
        )


@login_required
@require_http_methods(["GET", "POST"])
def confirm_identity(request: HttpRequest) -> HttpResponse:
    """Confirm that it is you, by passkey or by a new code; then go on to where you were going."""
    account = _account(request)
    if request.method == "POST":
        form = SignInForm({"email": account.email})
        if form.is_valid():
            destination = passthrough_next_redirect_url(
                request, reverse("account_confirm_login_code"), "next"
            )
            logout(request, show_message=False)
            LoginCodeVerificationProcess.initiate(request=request, user=account, email=account.email)
            return HttpResponseRedirect(destination)
        messages.error(request, str(form.errors["email"][0]))
    context: dict[str, Any] = {"next": get_next_redirect_url(request) or ""}
    if queries.passkey_count(account):
        context["js_data"] = {"request_options": webauthn.begin_authentication(account)}
    return render(request, "account/reauthenticate.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and language, and the way to everything else about the account."""
    account = _account(request)
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial={"name": account.name, "language": account.language, "idea_news": account.idea_news},
    )
    if request.method == "POST" and form.is_valid():
        actions.update_profile(account, **form.cleaned_data)
        with override(account.language):
            messages.success(request, _("Saved."))
            return redirect("people:profile")
    context = {"form": form, "passkey_count": queries.passkey_count(account)}
    return render(request, "people/profile.html", context, status=400 if form.errors else 200)


@recent_sign_in_required
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Delete one's own account; says first what goes and what stays."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.erase_account(_account(request))
        logout(request, show_message=False)
        request.session.flush()
        messages.success(request, _("Your account is deleted."))
        return redirect("portal:home")
    return render(request, "people/erase.html", {"form": form}, status=400 if form.errors else 200)


def _account(request: HttpRequest) -> Account:
    account = request.user
    if not isinstance(account, Account):  # every caller asked for a sign-in
        raise TypeError(account)
    return account

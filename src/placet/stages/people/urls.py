"""Addresses of accounts.

allauth finds its pages under names without a namespace; ours stand in ``people``. Only what is listed
here exists: no page about passwords, telephones, other factors or other sites' accounts.
"""

from allauth.account import views as account
from allauth.mfa.webauthn import views as passkeys
from django.urls import URLPattern, URLResolver, include, path

from placet.stages.people import views

sign_in = views.SignInView.as_view()

ALLAUTH: tuple[URLPattern, ...] = (
    path("login/", sign_in, name="account_login"),
    path("login/", sign_in, name="account_request_login_code"),
    path("login/code/", account.confirm_login_code, name="account_confirm_login_code"),
    path("signup/", account.signup, name="account_signup"),
    path("signup/code/", account.email_verification_sent, name="account_email_verification_sent"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", views.confirm_identity, name="account_reauthenticate"),
    path("address/", views.AddressView.as_view(), name="account_email"),
    path("passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/", passkeys.list_webauthn, name="mfa_index"),
    path("passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("passkeys/confirm/", views.ConfirmByPasskeyView.as_view(), name="mfa_reauthenticate_webauthn"),
    path("passkeys/add/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/name/", views.RenamePasskeyView.as_view(), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", views.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
)
OURS: list[URLPattern] = [
    path("", views.profile, name="profile"),
    path("delete/", views.erase, name="delete"),
]

urlpatterns: list[URLPattern | URLResolver] = [*ALLAUTH, path("", include((OURS, "people")))]

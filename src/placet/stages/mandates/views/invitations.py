"""Accepting an invitation: by its link, with the account of the address that was invited."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from placet.stages.mandates import participation, queries
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Invitation, Role
from placet.stages.mandates.permissions import may_see
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording, wordings


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the invitation is for, and a button to accept it.

    Whatever is wrong with a link (unknown, revoked, out of date, used by somebody) looks the same.
    """
    account = request.user if isinstance(request.user, Account) else None
    if account and request.method == "POST":
        try:
            accepted = participation.accept_invitation(account, token)
        except PermissionDenied:
            return _refusal(request, token)
        messages.success(request, _("You have accepted the invitation."))
        return _onwards(account, accepted)
    found = participation.find_invitation(token)
    if found is None:
        return _refusal(request, token)
    language = reader_language()
    constituencies = queries.constituency_views(found.reflection, language) if found.constituency_id else []
    members = queries.member_views(found.reflection, language) if found.member_id else []
    context = {
        "invitation": found,
        "reflection": queries.reflection_view(found.reflection, language),
        "member": next((view.name for view in members if view.id == found.member_id), None),
        "constituency": next(
            (view.name for view in constituencies if view.id == found.constituency_id), None
        ),
        "organisation": _organisation_name(found, language),
        "is_for_this_account": account is not None and account.email.lower() == found.email,
        "path": request.get_full_path(),
    }
    is_other = account is not None and not context["is_for_this_account"]
    return render(request, "mandates/invitation.html", context, status=403 if is_other else 200)


def _refusal(request: HttpRequest, token: str) -> HttpResponse:
    """The link does not work, or (its page says so) for somebody else only."""
    if participation.find_invitation(token) is not None:
        return redirect("mandates:invitation", token)
    return render(request, "mandates/invitation_gone.html", status=404)


def _organisation_name(found: Invitation, language: str) -> Wording | None:
    if found.organisation is None:
        return None
    return wordings([found.organisation.name_id], language)[found.organisation.name_id]


def _onwards(account: Account, accepted: Invitation) -> HttpResponse:
    if accepted.role in {Role.SECRETARIAT, Role.MODERATOR, Role.ANALYST}:
        return redirect("mandates:manage-reflection", accepted.reflection.slug)
    if accepted.role == Role.PARTNER:
        return redirect("mandates:manage")
    if may_see(account, accepted.reflection):
        return redirect("portal:reflection", accepted.reflection.slug)
    return redirect("portal:home")

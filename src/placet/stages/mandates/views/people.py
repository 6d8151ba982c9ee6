"""Who holds which role, who is invited, and inviting."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.mandates import participation, queries
from placet.stages.mandates.forms.people import InvitationForm
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
)

INVITATIONS_PER_PAGE = 50


@login_required
@require_GET
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Roles and open invitations."""
    _account, reflection = managed_reflection(request, slug)
    open_invitations = queries.open_invitations(reflection)
    page = Paginator(open_invitations, INVITATIONS_PER_PAGE).get_page(request.GET.get("page"))
    names = {view.id: view.name for view in queries.constituency_views(reflection, reader_language())}
    grants = Paginator(queries.role_grants(reflection), INVITATIONS_PER_PAGE).get_page(
        request.GET.get("roles")
    )
    context = {
        "grants": grants,
        "page": page,
        "invitations": [(each, names.get(each.constituency_id or 0)) for each in page],
        "now": timezone.now(),
    }
    return manage_page(request, reflection, "mandates/people.html", context, section="people")


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite one address or many: all of them, or none."""
    account, reflection = managed_reflection(request, slug)
    form = InvitationForm(sent_data(request), reflection=reflection, language=reader_language())
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: participation.invite_many(
                account,
                reflection,
                form.cleaned_data["addresses"],
                form.invited_as(),
                message_language=form.cleaned_data["message_language"],
            )
        )
    ):
        count = len(form.cleaned_data["addresses"])
        messages.success(
            request,
            ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", count)
            % {"count": count},
        )
        return redirect("mandates:people", slug)
    context = {
        "form": form,
        "title": _("Invite people"),
        "lede": _("Each address gets a message with a link that is good for 30 days, for that address only."),
        "submit": _("Send the invitations"),
        "back": reverse("mandates:people", args=[slug]),
    }
    return form_page(request, reflection, context, section="people")


@login_required
@require_POST
def revoke_invitation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take an invitation back: its link dies."""
    account, reflection = managed_reflection(request, slug)
    participation.revoke_invitation(account, queries.find_invitation_of(reflection, pk))
    messages.success(request, _("The invitation is revoked: its link no longer works."))
    return redirect("mandates:people", slug)


@login_required
@require_POST
def revoke_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a role back; the last secretariat stays."""
    account, reflection = managed_reflection(request, slug)
    grant = queries.find_role_grant(reflection, pk)
    try:
        participation.revoke_role(account, grant)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The role is revoked."))
    if grant.account_id == account.id:
        return redirect("mandates:manage")
    return redirect("mandates:people", slug)

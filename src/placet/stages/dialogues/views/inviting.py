"""Inviting people to a dialogue: for those who hold it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.dialogues.forms.registering import DialogueInvitationForm
from placet.stages.dialogues.registering import invitations as inviting
from placet.stages.dialogues.views.setup_frames import SECTION, dialogue_page, held_dialogue
from placet.stages.mandates.manage_pages import form_page, reader_language, sent_data

INVITATIONS_PER_PAGE = 50


@login_required
@require_GET
def invitations(request: HttpRequest, reference: str) -> HttpResponse:
    """Who was invited and has not answered."""
    account, dialogue = held_dialogue(request, reference)
    found = inviting.invitations_of(account, dialogue)
    context = {
        "page": Paginator(found, INVITATIONS_PER_PAGE).get_page(request.GET.get("page")),
        "may_invite": inviting.may_invite(dialogue),
    }
    return dialogue_page(request, dialogue, "invitations", context)


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Invite one address or many: all of them, or none."""
    account, dialogue = held_dialogue(request, reference)
    form = DialogueInvitationForm(sent_data(request), language=reader_language())
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: inviting.invite(
                account,
                dialogue,
                form.cleaned_data["addresses"],
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
        return redirect("dialogues:invitations", reference)
    context = {
        "form": form,
        "title": _("Invite people"),
        "lede": _(
            "Each address gets a message with a link that is good for that address only, once, until the "
            "dialogue begins."
        ),
        "submit": _("Send the invitations"),
        "back": reverse("dialogues:invitations", args=[reference]),
    }
    return form_page(request, dialogue.series.reflection, context, section=SECTION)


@login_required
@require_POST
def revoke_invitation(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take an invitation back: its link dies."""
    account, dialogue = held_dialogue(request, reference)
    inviting.revoke_invitation(account, inviting.find_invitation_of(account, dialogue, pk))
    messages.success(request, _("The invitation is revoked: its link no longer works."))
    return redirect("dialogues:invitations", reference)

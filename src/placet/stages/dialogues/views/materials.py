"""Files beside a dialogue: downloaded by whoever may see it, put there by those who hold it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.contributions.attachments.serving import download_response
from placet.stages.dialogues import materials as files
from placet.stages.dialogues.forms.materials import MaterialForm
from placet.stages.dialogues.models import HouseRule
from placet.stages.dialogues.permissions import find_dialogue
from placet.stages.dialogues.views.setup_frames import SECTION, confirm_page, dialogue_page, held_dialogue
from placet.stages.mandates.manage_pages import form_page, reader_language


@require_GET
def material(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """A file, as a download and nothing else."""
    found = files.find_material(find_dialogue(reference, request.user), pk)
    return download_response(found.file, found.file_name)


@login_required
@require_GET
def materials(request: HttpRequest, reference: str) -> HttpResponse:
    """The files of a dialogue, to add and to remove."""
    _account, dialogue = held_dialogue(request, reference)
    context = {
        "materials": files.material_views(dialogue, reader_language()),
        "is_closed": dialogue.house_rule == HouseRule.CLOSED,
    }
    return dialogue_page(request, dialogue, "materials", context)


@login_required
@require_http_methods(["GET", "POST"])
def add_material(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a file, which is looked at before it is kept."""
    account, dialogue = held_dialogue(request, reference)
    is_sent = request.method == "POST"
    form = MaterialForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        languages=dialogue.series.reflection.languages,
    )
    if (
        is_sent
        and form.is_valid()
        and form.carry_out(lambda: files.add_material(account, dialogue, form.bodies("title"), form.checked))
    ):
        messages.success(request, _("The file is added."))
        return redirect("dialogues:materials", reference)
    context = {
        "form": form,
        "title": _("Add a file"),
        "lede": _("Whoever may see the dialogue can download it."),
        "submit": _("Add the file"),
        "back": reverse("dialogues:materials", args=[reference]),
    }
    return form_page(request, dialogue.series.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def remove_material(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Ask once more, then take a file away."""
    account, dialogue = held_dialogue(request, reference)
    found = files.find_material(dialogue, pk)
    back = reverse("dialogues:materials", args=[reference])
    context = {
        "title": _("Remove “%(name)s”?") % {"name": found.file_name},
        "text": _("Nobody can download it any more. It cannot be undone."),
        "submit": _("Remove"),
        "is_danger": True,
        "back": back,
    }
    return confirm_page(
        request,
        dialogue.series.reflection,
        context,
        lambda: files.remove_material(account, found),
        done=_("The file is removed."),
        onwards=back,
    )

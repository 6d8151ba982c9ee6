"""The programme of a dialogue: its items in their order, its breakout rooms and its speakers."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.dialogues.forms.programme import ItemForm, PartForm, RoomForm, SpeakerForm
from placet.stages.dialogues.models import Dialogue, ProgrammeItem, Room, Speaker
from placet.stages.dialogues.setting_up import programme as actions
from placet.stages.dialogues.showing.programme import programme_view
from placet.stages.dialogues.views.setup_frames import (
    SECTION,
    dialogue_page,
    held_dialogue,
    programme_url,
)
from placet.stages.mandates.manage_pages import form_page, reader_language, sent_data


@login_required
@require_GET
def programme(request: HttpRequest, reference: str) -> HttpResponse:
    """All of it, with its clock times."""
    _account, found = held_dialogue(request, reference)
    view = programme_view(found, reader_language())
    is_too_long = view.ends_at is not None and view.ends_at > found.ends_at
    return dialogue_page(request, found, "programme", {"programme": view, "is_too_long": is_too_long})


@login_required
@require_http_methods(["GET", "POST"])
def add_item(request: HttpRequest, reference: str) -> HttpResponse:
    """A new item, after the others."""
    account, found = held_dialogue(request, reference)
    form = ItemForm(sent_data(request), dialogue=found, language=reader_language())
    words = {"title": _("Add an item"), "submit": _("Add the item")}
    return _part_page(request, found, form, lambda: actions.add_item(account, found, form.frame()), words)


@login_required
@require_http_methods(["GET", "POST"])
def change_item(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Change an item."""
    account, found = held_dialogue(request, reference)
    item = actions.find_part(ProgrammeItem, found, pk)
    form = ItemForm(sent_data(request), dialogue=found, language=reader_language(), item=item)
    words = {"title": _("Change an item of the programme"), "submit": _("Save")}
    return _part_page(request, found, form, lambda: actions.change_item(account, item, form.frame()), words)


@login_required
@require_POST
def move_item(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Let an item change places with its neighbour."""
    account, found = held_dialogue(request, reference)
    item = actions.find_part(ProgrammeItem, found, pk)
    way = request.POST.get("way", "")
    if way not in ("up", "down"):
        raise BadRequest
    return _done(request, found, lambda: actions.move_item(account, item, up=way == "up"), _("Saved."))


@login_required
@require_POST
def remove_item(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take an item out of the programme."""
    return _remove(request, reference, ProgrammeItem, pk)


@login_required
@require_http_methods(["GET", "POST"])
def add_room(request: HttpRequest, reference: str) -> HttpResponse:
    """A new breakout room."""
    account, found = held_dialogue(request, reference)
    form = RoomForm(sent_data(request), dialogue=found)
    words = {"title": _("Add a breakout room"), "submit": _("Add the room")}
    return _part_page(request, found, form, lambda: actions.add_room(account, found, form.frame()), words)


@login_required
@require_http_methods(["GET", "POST"])
def change_room(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Change a breakout room."""
    account, found = held_dialogue(request, reference)
    room = actions.find_part(Room, found, pk)
    form = RoomForm(sent_data(request), dialogue=found, room=room)
    words = {"title": _("Change a breakout room"), "submit": _("Save")}
    return _part_page(request, found, form, lambda: actions.change_room(account, room, form.frame()), words)


@login_required
@require_POST
def remove_room(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a breakout room away; its items go back to the main room."""
    return _remove(request, reference, Room, pk)


@login_required
@require_http_methods(["GET", "POST"])
def add_speaker(request: HttpRequest, reference: str) -> HttpResponse:
    """A new speaker."""
    account, found = held_dialogue(request, reference)
    form = SpeakerForm(sent_data(request), dialogue=found, language=reader_language())
    words = {"title": _("Add a speaker"), "submit": _("Add the speaker")}
    return _part_page(request, found, form, lambda: actions.add_speaker(account, found, form.frame()), words)


@login_required
@require_http_methods(["GET", "POST"])
def change_speaker(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Change what is said of a speaker."""
    account, found = held_dialogue(request, reference)
    speaker = actions.find_part(Speaker, found, pk)
    form = SpeakerForm(sent_data(request), dialogue=found, language=reader_language(), speaker=speaker)
    words = {"title": _("Change a speaker"), "submit": _("Save")}
    return _part_page(
        request, found, form, lambda: actions.change_speaker(account, speaker, form.frame()), words
    )


@login_required
@require_POST
def remove_speaker(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a speaker off the programme."""
    return _remove(request, reference, Speaker, pk)


def _part_page(
    request: HttpRequest,
    found: Dialogue,
    form: PartForm,
    deed: Callable[[], object],
    words: Mapping[str, str],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and form.carry_out(deed):
        messages.success(request, _("Saved."))
        return redirect(programme_url(found.reference))
    context = {"form": form, "back": programme_url(found.reference), **words}
    return form_page(request, found.series.reflection, context, section=SECTION)


def _remove(
    request: HttpRequest, reference: str, model: type[ProgrammeItem | Room | Speaker], pk: int
) -> HttpResponse:
    account, found = held_dialogue(request, reference)
    part = actions.find_part(model, found, pk)
    return _done(request, found, lambda: actions.remove_part(account, part), _("Removed."))


def _done(request: HttpRequest, found: Dialogue, deed: Callable[[], object], done: str) -> HttpResponse:
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return redirect(programme_url(found.reference))

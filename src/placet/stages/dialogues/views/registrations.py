"""Who comes to a dialogue, who was there, and who sits in which room: for those who hold it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.dialogues.models import Registration
from placet.stages.dialogues.registering import actions, attendance, queries
from placet.stages.dialogues.views.setup_frames import confirm_page, dialogue_page, held_dialogue
from placet.stages.mandates.manage_pages import reader_language

# A form has at most 500 fields (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS).
ROWS_PER_PAGE = 200
State = Registration.State


@login_required
@require_http_methods(["GET", "POST"])
def registrations(request: HttpRequest, reference: str) -> HttpResponse:
    """Who comes, who waits, who gave up; and ticking who is there."""
    account, dialogue = held_dialogue(request, reference)
    if request.method == "POST":
        listed = _uuids(request.POST.get("listed", "").split())
        present = _uuids(request.POST.getlist("present"))
        _try(
            request,
            lambda: attendance.record_attendance(account, dialogue, listed=listed, present=present),
            _("Attendance is saved."),
        )
        return redirect(request.get_full_path())
    state = request.GET.get("state", "")
    state = state if state in State else State.CONFIRMED
    words = request.GET.get("q", "").strip()[:100]
    found = queries.registrations(account, dialogue, state=state, words=words)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = queries.registration_views(list(page), reader_language())
    context = {
        "rows": rows,
        "page": page,
        "state": state,
        "words": words,
        "counts": queries.registration_counts(account, dialogue),
        "may_tick": state == State.CONFIRMED and attendance.may_tick_attendance(dialogue),
        "may_remove": state != State.CANCELLED and queries.is_taking_registrations(dialogue),
        "listed": " ".join(str(row.id) for row in rows),
    }
    return dialogue_page(request, dialogue, "registrations", context)


@login_required
@require_GET
def export_registrations(request: HttpRequest, reference: str) -> HttpResponse:
    """All registrations as a CSV file."""
    account, dialogue = held_dialogue(request, reference)
    table = attendance.registrations_table(account, dialogue, reader_language())
    response = HttpResponse("\ufeff" + table, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{dialogue.reference}-registrations.csv"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def remove_registration(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Ask once more, then take somebody off the list."""
    account, dialogue = held_dialogue(request, reference)
    registration = queries.find_registration(account, dialogue, pk)
    back = reverse("dialogues:registrations", args=[reference])
    context = {
        "title": _("Cancel the registration of %(name)s?") % {"name": registration.name},
        "text": _("A message says so to the person. The place goes to whoever waits longest."),
        "submit": _("Cancel the registration"),
        "is_danger": True,
        "back": back,
    }
    return confirm_page(
        request,
        dialogue.series.reflection,
        context,
        lambda: actions.remove_registration(account, registration),
        done=_("The registration is cancelled, and the person is told."),
        onwards=back,
    )


@login_required
@require_http_methods(["GET", "POST"])
def rooms(request: HttpRequest, reference: str) -> HttpResponse:
    """Put people into breakout rooms by hand."""
    account, dialogue = held_dialogue(request, reference)
    if request.method == "POST":
        _try(
            request,
            lambda: attendance.assign_rooms(account, dialogue, _chosen_rooms(request)),
            _("The breakout rooms are saved."),
        )
        return redirect(request.get_full_path())
    page = Paginator(queries.registrations(account, dialogue), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "rows": queries.registration_views(list(page), reader_language()),
        "page": page,
        "rooms": queries.room_views(account, dialogue, reader_language()),
        "counts": queries.registration_counts(account, dialogue),
    }
    return dialogue_page(request, dialogue, "rooms", context)


@login_required
@require_POST
def spread_over_rooms(request: HttpRequest, reference: str) -> HttpResponse:
    """Put all who have no room yet where the fewest are."""
    account, dialogue = held_dialogue(request, reference)
    try:
        count = attendance.spread_over_rooms(account, dialogue)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(
            request,
            ngettext("%(count)d person got a room.", "%(count)d people got a room.", count)
            % {"count": count},
        )
    return redirect("dialogues:assign-rooms", reference)


@login_required
@require_POST
def empty_rooms(request: HttpRequest, reference: str) -> HttpResponse:
    """Take everybody out of the rooms, to begin anew."""
    account, dialogue = held_dialogue(request, reference)
    attendance.empty_rooms(account, dialogue)
    messages.success(request, _("The breakout rooms are empty."))
    return redirect("dialogues:assign-rooms", reference)


def _try(request: HttpRequest, deed: Callable[[], object], success: str) -> None:
    """Do it, and say on the next page that it is done or why not."""
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, success)


def _uuids(values: list[str]) -> set[UUID]:
    try:
        return {UUID(value) for value in values}
    except ValueError:
        raise BadRequest from None


def _chosen_rooms(request: HttpRequest) -> dict[UUID, int | None]:
    """Which room was chosen for whom: the fields ``room-<registration>``."""
    try:
        return {
            UUID(name.removeprefix("room-")): int(str(value)) if value else None
            for name, value in request.POST.items()
            if name.startswith("room-")
        }
    except ValueError:
        raise BadRequest from None

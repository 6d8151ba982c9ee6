"""The screen of whoever leads a dialogue, large enough for the wall, and its controls."""

from collections.abc import Callable
from uuid import UUID, uuid4

import qrcode  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]

from placet.stages.dialogues.forms.live import QuestionForm, StepForm
from placet.stages.dialogues.live import queries
from placet.stages.dialogues.live.ending import end_dialogue
from placet.stages.dialogues.live.facilitating import change_time, go_to_item, start_dialogue
from placet.stages.dialogues.live.points import hide_point as hide
from placet.stages.dialogues.live.questions import (
    close_question,
    open_question,
    remove_question,
)
from placet.stages.dialogues.live.questions import write_question as write
from placet.stages.dialogues.models import Dialogue, Staff
from placet.stages.dialogues.permissions import find_dialogue, require_staff
from placet.stages.mandates.manage_pages import form_page, manage_page, reader_language, sent_data, signed_in
from placet.stages.people.models import Account
from placet.stages.texts.queries import wordings

SECTION = "dialogues"
POINTS_ON_THE_WALL = 12


@login_required
@require_GET
def screen(request: HttpRequest, reference: str) -> HttpResponse:
    """The screen: before it begins, while it lasts with all controls, and at its end."""
    _account, found = _led(request, reference)
    return render(request, "dialogues/live/screen.html", _screen(found))


@login_required
@require_GET
def now(request: HttpRequest, reference: str) -> HttpResponse:
    """What moves on the screen; 204 where the page shows it already."""
    _account, found = _led(request, reference)
    if request.GET.get("version") == str(found.room_version):
        return HttpResponse(status=204)
    return render(request, "dialogues/live/_screen.html", _screen(found))


@login_required
@require_POST
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin: the room opens."""
    account, found = _led(request, reference)
    return _pressed(request, found, lambda: start_dialogue(account, found))


@login_required
@require_POST
def step(request: HttpRequest, reference: str) -> HttpResponse:
    """Go to an item of the programme, or give the current one more time or less."""
    account, found = _led(request, reference)
    form = StepForm(request.POST)
    if not form.is_valid():
        raise BadRequest("not a step")

    def deed() -> None:
        item, minutes = form.cleaned_data["item"], form.cleaned_data["minutes"]
        if item:
            go_to_item(account, found, queries.find_item(found, item))
        elif minutes:
            change_time(account, found, is_longer=minutes > 0)

    if not form.carry_out(deed):
        messages.error(request, " ".join(str(each) for each in form.non_field_errors()))
    return _back(request, found)


@login_required
@require_http_methods(["GET", "POST"])
def write_question(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a question to everybody in the room, before the dialogue or now."""
    account, found = _led(request, reference)
    reflection = found.series.reflection
    form = QuestionForm(sent_data(request), languages=reflection.languages)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: write(account, found, body=form.bodies("body"), options=form.options()))
    ):
        return _back(request, found)
    context = {
        "form": form,
        "title": _("A question to the room"),
        "lede": _("It waits until you open it. Everybody present answers once, and all see the result."),
        "submit": _("Keep the question"),
        "back": _address(found),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_POST
def change_question(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Open a question, close it, or take back one that was never opened."""
    account, found = _led(request, reference)
    question = queries.find_question(found, pk)
    deeds = {"open": open_question, "close": close_question, "remove": remove_question}
    deed = deeds.get(request.POST.get("deed", ""))
    if deed is None:
        raise BadRequest("open, close or remove")
    return _pressed(request, found, lambda: deed(account, found, question))


@login_required
@require_POST
def hide_point(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Take a point off all screens, or put it back."""
    account, found = _led(request, reference)
    point = queries.find_point(found, pk)
    is_hidden = request.POST.get("is_hidden") != "0"
    return _pressed(request, found, lambda: hide(account, found, point, is_hidden=is_hidden))


@login_required
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then end the dialogue."""
    account, found = _led(request, reference)
    if request.method == "POST":
        return _pressed(request, found, lambda: end_dialogue(account, found))
    context = {
        "title": _("End the dialogue?"),
        "wording": wordings([found.title_id], reader_language())[found.title_id],
        "text": _(
            "The room closes for good. Who was present, what each device supported and how it answered are "
            "deleted; points, counts and results stay."
        ),
        "submit": _("End the dialogue"),
        "back": _address(found),
    }
    return manage_page(request, found.series.reflection, "mandates/confirm.html", context, section=SECTION)


def _led(request: HttpRequest, reference: str) -> tuple[Account, Dialogue]:
    """The account and the dialogue that it leads, as one who holds it or as its facilitator."""
    account = signed_in(request)
    found = find_dialogue(reference, account)
    return require_staff(account, found, Staff.Duty.FACILITATOR), found


def _pressed(request: HttpRequest, found: Dialogue, deed: Callable[[], None]) -> HttpResponse:
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return _back(request, found)


def _back(request: HttpRequest, found: Dialogue) -> HttpResponse:
    """The screen as it is now: its moving part where HTMX asked, else the page."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(_address(found))
    return render(request, "dialogues/live/_screen.html", _screen(found) | {"with_messages": True})


def _screen(found: Dialogue) -> dict[str, object]:
    view = queries.room_view(found, reader_language(), with_hidden=True)
    path = reverse("dialogues:room", args=[view.code]) if view.code else ""
    shown = [point for point in view.points if not point.is_hidden]
    return {
        "dialogue": found,
        "state": Dialogue.State(found.state),
        "room": view,
        "wall_points": shown[:POINTS_ON_THE_WALL],
        "n_shown": view.n_points - sum(point.is_hidden for point in view.points),
        "questions": queries.question_views(found, reader_language()),
        "form_key": uuid4(),
        "spoken_code": f"{view.code[:4]}-{view.code[4:]}",
        "enter_address": f"{settings.PUBLIC_URL}{reverse('dialogues:enter-room')}".split("://", 1)[1],
        "qr_code": _qr_code(f"{settings.PUBLIC_URL}{path}") if path else "",
        "now_ms": round(timezone.now().timestamp() * 1000),
    }


def _qr_code(address: str) -> SafeString:
    """The address as an image; nothing of it but squares reaches the page."""
    image = qrcode.make(address, image_factory=SvgPathImage, border=2)
    drawn: str = image.to_string(encoding="unicode")
    return mark_safe(drawn)  # noqa: S308 - squares, drawn by the library


def _address(found: Dialogue) -> str:
    return reverse("dialogues:facilitate", args=[found.reference])

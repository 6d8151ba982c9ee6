"""The room as those present see it: join, say a point, support others', answer; on a phone, for hours.

These pages never look at a session or an account. A device is known by a cookie of its own, whose value the
server keeps as a digest until the dialogue ends.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.consultations.arrivals import CrowdError, source_of
from placet.stages.dialogues.forms.live import AnswerForm, CodeForm, JoinRoomForm, PointForm, SupportForm
from placet.stages.dialogues.live import queries
from placet.stages.dialogues.live.points import MOST_POINTS_EACH, say_point, support_point
from placet.stages.dialogues.live.presence import join_room
from placet.stages.dialogues.live.questions import answer_question
from placet.stages.dialogues.live.renderings import Rendering, Renderings
from placet.stages.dialogues.models import Dialogue
from placet.stages.mandates.manage_pages import reader_language, sent_data
from placet.stages.texts.queries import wordings

COOKIE_AGE = 60 * 60 * 24
SECRET_MAX_LENGTH = 100
STOP_POLLING = 286  # to HTMX: take this, and ask no more

renderings = Renderings()


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code that stands on the screen."""
    form = CodeForm(sent_data(request))
    if request.method == "POST" and form.is_valid():
        code = queries.plain_code(form.cleaned_data["code"])
        if code and queries.room_version(code):
            return redirect("dialogues:room", code)
        form.add_error("code", _("No dialogue is under way under this code. Compare it with the screen."))
    status = 422 if form.errors else 200
    return render(request, "dialogues/live/enter.html", {"form": form}, status=status)


@require_GET
def room(request: HttpRequest, code: str) -> HttpResponse:
    """The room, for a device that joined; for another one, the way to join."""
    try:
        found = queries.find_room(code)
    except Http404:
        return _closed(request, code)
    if not queries.is_present(found, _secret(request, found.room_code)):
        return _join_page(request, found, JoinRoomForm(dialogue=found))
    return _room_page(request, found, _point_form(None, found))


@require_POST
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Join the room: the device gets its cookie."""
    found = queries.find_room(code)
    form = JoinRoomForm(request.POST, dialogue=found)
    secret = _secret(request, found.room_code)
    if queries.is_present(found, secret):
        return redirect("dialogues:room", found.room_code)
    if not form.is_valid():
        return _join_page(request, found, form)
    try:
        secret = join_room(found, **form.cleaned_data, source=source_of(request), now=timezone.now())
    except CrowdError as crowd:
        form.add_error(None, _("Many people are joining at this moment. Press the button again in a moment."))
        page = _join_page(request, found, form)
        page.status_code = 429
        page["Retry-After"] = str(crowd.seconds)
        return page
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _join_page(request, found, form)
    answer = redirect("dialogues:room", found.room_code)
    answer.set_cookie(
        _cookie_name(found.room_code),
        secret,
        max_age=COOKIE_AGE,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return answer


@require_GET
def now(request: HttpRequest, code: str) -> HttpResponse:
    """What moves, as a fragment that is the same for everybody; 204 where the page shows it already.

    Neither cookie nor session is looked at. One query, unless something is drawn.
    """
    found = queries.room_version(code)
    if found is None:
        answer = render(request, "dialogues/live/_over.html", status=STOP_POLLING)
        answer.delete_cookie(_cookie_name(queries.plain_code(code)))
        return answer
    pk, version = found
    seen = request.GET.get("version", "")
    seen_version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 12 else -1
    if seen_version >= version:
        return HttpResponse(status=204)
    drawn = _rendering(pk, version, _order(request))
    return HttpResponse(drawn.html) if drawn.version > seen_version else HttpResponse(status=204)


@require_POST
def say(request: HttpRequest, code: str) -> HttpResponse:
    """Say a point, and get its receipt."""
    found = _room_of_deed(request, code)
    if isinstance(found, HttpResponse):
        return found
    form = _point_form(request, found)
    if form.is_valid():
        try:
            receipt = say_point(found, _secret(request, found.room_code), **form.cleaned_data)
        except ValidationError as refusal:
            if _is_absence(refusal):
                return _join_first(request, found, refusal)
            form.add_error(None, refusal)
        else:
            if _wants_json(request):
                return JsonResponse({"receipt": receipt})
            context = {"receipt": receipt, "body": form.cleaned_data["body"], "code": found.room_code}
            return render(request, "dialogues/live/receipt.html", _frame(found) | context)
    if _wants_json(request):
        return _refused([str(error) for errors in form.errors.values() for error in errors])
    return _room_page(request, found, form, status=422)


@require_POST
def support(request: HttpRequest, code: str) -> HttpResponse:
    """Support a point, or support it no longer."""
    form = SupportForm(request.POST)
    return _deed(
        request,
        code,
        form,
        lambda dialogue, secret: support_point(
            dialogue,
            secret,
            form.cleaned_data["point"],
            is_supported=form.cleaned_data["is_supported"],
        ),
    )


@require_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Answer the question that is open."""
    form = AnswerForm(request.POST)
    return _deed(
        request,
        code,
        form,
        lambda dialogue, secret: answer_question(dialogue, secret, form.cleaned_data["option"]),
    )


def _deed(
    request: HttpRequest,
    code: str,
    form: SupportForm | AnswerForm,
    deed: Callable[[Dialogue, str], None],
) -> HttpResponse:
    """One press of a button in the room: done and back to the room, or refused in a sentence."""
    found = _room_of_deed(request, code)
    if isinstance(found, HttpResponse):
        return found
    try:
        if not form.is_valid():
            raise ValidationError(_("That cannot be read. Load the page again."))
        deed(found, _secret(request, found.room_code))
    except ValidationError as refusal:
        if _is_absence(refusal):
            return _join_first(request, found, refusal)
        if _wants_json(request):
            return _refused(refusal.messages)
        messages.error(request, " ".join(refusal.messages))
    if _wants_json(request):
        return JsonResponse({})
    return redirect(f"{reverse('dialogues:room', args=[found.room_code])}?order={_order(request)}")


def _is_absence(refusal: ValidationError) -> bool:
    """Whether it was refused because the device is not, or no longer, in the room."""
    return getattr(refusal, "code", None) == "absent"


def _room_of_deed(request: HttpRequest, code: str) -> Dialogue | HttpResponse:
    """The dialogue; where none is under way any more, the answer that says so."""
    try:
        return queries.find_room(code)
    except Http404:
        if _wants_json(request):
            return _refused([_("The dialogue is over: nothing more is taken in this room.")], status=404)
        return _closed(request, code)


def _rendering(dialogue_id: UUID, version: int, order: str) -> Rendering:
    return renderings.latest(
        (dialogue_id, reader_language(), order), version, partial(_draw, dialogue_id, order)
    )


def _draw(dialogue_id: UUID, order: str) -> tuple[int, str]:
    dialogue = Dialogue.objects.get(pk=dialogue_id)
    view = queries.room_view(dialogue, reader_language(), order=order)
    return view.version, render_to_string("dialogues/live/_now.html", {"room": view, "order": order})


def _room_page(request: HttpRequest, found: Dialogue, form: PointForm, *, status: int = 200) -> HttpResponse:
    """The whole page, with what this device did marked."""
    order = _order(request)
    view = queries.room_view(found, reader_language(), order=order)
    own = queries.own_marks(found, _secret(request, found.room_code))
    context = {
        "room": view,
        "order": order,
        "own": own,
        "form": form,
        "now_ms": round(timezone.now().timestamp() * 1000),
        "most_points": MOST_POINTS_EACH,
    }
    return render(request, "dialogues/live/room.html", context, status=status)


def _join_page(request: HttpRequest, found: Dialogue, form: JoinRoomForm) -> HttpResponse:
    context = _frame(found) | {"form": form, "code": found.room_code, "dialogue": found}
    return render(request, "dialogues/live/join.html", context, status=422 if form.errors else 200)


def _join_first(request: HttpRequest, found: Dialogue, refusal: ValidationError) -> HttpResponse:
    if _wants_json(request):
        return _refused(refusal.messages, status=409)
    messages.warning(request, " ".join(refusal.messages))
    return redirect("dialogues:room", found.room_code)


def _closed(request: HttpRequest, code: str) -> HttpResponse:
    """No dialogue is under way here; a cookie of one that was serves nothing any more."""
    page = render(request, "dialogues/live/closed.html", status=404)
    if plain := queries.plain_code(code):
        page.delete_cookie(_cookie_name(plain))
    return page


def _frame(found: Dialogue) -> dict[str, object]:
    return {"title": wordings([found.title_id], reader_language())[found.title_id]}


def _point_form(request: HttpRequest | None, found: Dialogue) -> PointForm:
    return PointForm(request.POST if request else None, spoken=found.languages)


def _order(request: HttpRequest) -> str:
    asked = request.POST.get("order") or request.GET.get("order", "")
    return asked if asked in queries.ORDERS else queries.BY_SUPPORT


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _refused(sentences: list[str], *, status: int = 422) -> HttpResponse:
    return JsonResponse({"detail": " ".join(sentences)}, status=status)


def _cookie_name(code: str) -> str:
    return f"placet_room_{code}"


def _secret(request: HttpRequest, code: str) -> str:
    return request.COOKIES.get(_cookie_name(code), "")[:SECRET_MAX_LENGTH]

"""What is there already: shown to who writes a statement, and to who moderates one."""

import math
import time
from collections import OrderedDict
from threading import Lock

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.consultations.arrivals import source_of
from placet.stages.consultations.models import STATEMENT_MAX_LENGTH, Consultation
from placet.stages.consultations.moderation_help import other_language
from placet.stages.consultations.queries import (
    MODERATING_ROLES,
    consultation_view,
    find_consultation,
    find_managed_statement,
    statement_views,
)
from placet.stages.mandates.manage_pages import manage_page, reader_language, signed_in
from placet.stages.mandates.permissions import require_role
from placet.stages.mandates.queries import reflection_view
from placet.stages.sensemaking.similar import (
    ask_for_reading,
    encoder_state,
    prepare,
    similar_to,
    similar_to_statement,
)
from placet.stages.texts.languages import CONTENT_LANGUAGES, UNDETERMINED

BURST = 120  # a hall of people who write at once, from one address
SECONDS_EACH = 0.2
SOURCES_KEPT = 10_000


class Pace:
    """How fast one address may ask, in this process: what is asked is neither stored nor logged."""

    def __init__(self) -> None:
        self._filled_until: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def take(self, source: str, now: float) -> bool:
        """Whether one more question passes; if so, it is counted."""
        with self._lock:
            start = max(self._filled_until.pop(source, -math.inf), now)
            passes = start <= now + (BURST - 1) * SECONDS_EACH
            self._filled_until[source] = start + SECONDS_EACH if passes else start
            while len(self._filled_until) > SOURCES_KEPT:
                self._filled_until.popitem(last=False)
        return passes


pace = Pace()


class SendOn(HttpResponseRedirectBase):
    """To another address with the same method and the same content (RFC 9110, section 15.4.8)."""

    status_code = 307


@require_POST
def similar(request: HttpRequest, reference: str) -> HttpResponse:
    """Is yours already here? A fragment while somebody writes; without scripts a page before it is sent.

    The page asks without a text when it is opened, so that the model is at hand. What is like nothing, and
    what was compared while it was written, is sent on to where statements are taken, as it is.
    """
    found = find_consultation(reference, request.user)
    body = request.POST.get("body", "").strip()
    is_fragment = bool(request.htmx)  # type: ignore[attr-defined]
    is_asked = 0 < len(body) <= STATEMENT_MAX_LENGTH and (is_fragment or "was_compared" not in request.POST)
    passes = pace.take(source_of(request), time.monotonic())
    if is_fragment and not body and passes:
        prepare(found)
    if not is_asked or not passes:
        return render(request, "sensemaking/_similar.html") if is_fragment else _send_on(reference)
    chosen = _language_of(request)
    hint = other_language(body, chosen)
    near = similar_to(found, body, hint or chosen, _reader_language())
    context = {"consultation": consultation_view(found, _reader_language()), "similar": near, "hint": hint}
    if is_fragment:
        return render(request, "sensemaking/_similar.html", context | {"was_compared": True})
    if not any(each.is_likely for each in near):
        return _send_on(reference)
    sent = {"body": body, "language": chosen, "client_key": request.POST.get("client_key", "")}
    reflection = reflection_view(found.priority.reflection, _reader_language())
    frame = {"reflection": reflection, "section": "consultations"}
    return render(request, "sensemaking/similar.html", {**frame, **context, "sent": sent})


@login_required
@require_GET
def duplicates(request: HttpRequest, reference: str) -> HttpResponse:
    """Statements that may say the same as one that is moderated: a fragment beside it, or a page."""
    found = find_managed_statement(reference, request.user)
    origin = "moderation" if request.GET.get("origin") == "moderation" else "statement"
    context = {
        "reference": reference,
        "similar": similar_to_statement(request.user, found, reader_language()),
        "wording": statement_views([found], reader_language())[0].wording,
        "origin": origin,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "sensemaking/_duplicates.html", context)
    return _manage(request, found.consultation, "duplicates", context)


@login_required
@require_http_methods(["GET", "POST"])
def encoder(request: HttpRequest, reference: str) -> HttpResponse:
    """What texts are compared by and what is missing for it; a POST has everything read in the background."""
    found = find_consultation(reference, request.user)
    require_role(signed_in(request), found.priority.reflection, *MODERATING_ROLES)
    if request.method == "POST":
        ask_for_reading(found)
        messages.success(request, _("The statements are being read in the background."))
        return redirect("consultations:moderation", reference)
    context = {"state": encoder_state(request.user, found), "reference": reference}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "sensemaking/_encoder.html", context)
    return _manage(request, found, "encoder", context)


def _send_on(reference: str) -> HttpResponse:
    return SendOn(reverse("consultations:add-statement", args=[reference]))


def _language_of(request: HttpRequest) -> str:
    """What the author says that the text is written in; nothing else is believed."""
    chosen = request.POST.get("language", "")
    return chosen if chosen in CONTENT_LANGUAGES else UNDETERMINED


def _manage(request: HttpRequest, found: Consultation, name: str, context: dict[str, object]) -> HttpResponse:
    view = consultation_view(found, reader_language())
    return manage_page(
        request,
        found.priority.reflection,
        f"sensemaking/{name}.html",
        {"consultation": view, **context},
        section="consultations",
    )


def _reader_language() -> str:
    return get_language() or "en"

"""The pages of delegates: what waits for their member, positions, and breaking a silence."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.decisions.forms.positions import PositionForm
from placet.stages.decisions.forms.silence import BreakForm
from placet.stages.decisions.meetings.queries import meeting_views
from placet.stages.decisions.models import SilenceEvent
from placet.stages.decisions.permissions import (
    find_item,
    find_meeting,
    find_own_position,
    find_silence,
    is_to_be_decided,
    rules_of,
)
from placet.stages.decisions.positions.actions import confirm_position, take_position
from placet.stages.decisions.positions.desk import desk_of
from placet.stages.decisions.positions.queries import own_entries
from placet.stages.decisions.showing import frozen_text_view
from placet.stages.decisions.silence.actions import break_silence
from placet.stages.decisions.silence.queries import silence_views
from placet.stages.decisions.views.frames import public_page
from placet.stages.mandates.manage_pages import reader_language, sent_data, signed_in
from placet.stages.mandates.queries import find_reflection
from placet.stages.proposals.permissions import require_delegate
from placet.stages.texts.queries import wordings


@login_required
@require_GET
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """What waits for the member that one speaks for, and what it has said."""
    account = signed_in(request)
    reflection = find_reflection(slug, account)
    context = {"desk": desk_of(account, reflection, reader_language())}
    return public_page(request, reflection, "delegation/desk", context)


@login_required
@require_http_methods(["GET", "POST"])
def position(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The frozen text, and a form to join it, to reserve or to object; a second page asks once more."""
    account = signed_in(request)
    meeting = find_meeting(account, reference)
    reflection = meeting.reflection
    _account, member = require_delegate(account, reflection)
    item = find_item(account, meeting, pk)
    if request.method == "GET" and not is_to_be_decided(item):
        return redirect("decisions:meeting", reference)
    language = reader_language()
    form = PositionForm(sent_data(request), reflection=reflection, language=language)
    is_asking = False
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        data = form.cleaned_data
        is_asking = not data["is_sure"]
        if data["is_sure"] and form.carry_out(
            lambda: take_position(account, item.text, data["kind"], explanation=form.bodies("explanation"))
        ):
            messages.success(request, _("The position of your member is recorded."))
            return redirect("decisions:delegation", reflection.slug)
    context = {
        "form": form,
        "is_asking": is_asking,
        "kind_label": dict(form.fields["kind"].choices).get(form["kind"].value()),  # type: ignore[attr-defined]
        "explanations": [(code, form.cleaned_data.get(f"explanation_{code}")) for code in form.languages]
        if is_asking
        else [],
        "item_id": pk,
        "meeting": meeting_views([meeting], language)[0],
        "text": frozen_text_view(item.text, language),
        "member_name": wordings([member.name_id], language)[member.name_id],
        "entries": own_entries(member, [item.text_id], language),
        "needs_second": rules_of(reflection).needs_second_delegate,
    }
    return public_page(
        request, reflection, "delegation/position", context, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a position that another delegate of one's member has given, and confirm it."""
    account = signed_in(request)
    reflection = find_reflection(slug, account)
    found = find_own_position(account, reflection, pk)
    language = reader_language()
    error = ""
    if request.method == "POST":
        try:
            confirm_position(account, found)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("Confirmed: the position of your member counts now."))
            return redirect("decisions:delegation", slug)
    context = {
        "entry": next(each for each in own_entries(found.member, [found.text_id], language) if each.id == pk),
        "text": frozen_text_view(found.text, language),
        "error": error,
    }
    return public_page(request, reflection, "delegation/confirm", context, status=422 if error else 200)


@login_required
@require_http_methods(["GET", "POST"])
def break_the_silence(request: HttpRequest, reference: str) -> HttpResponse:
    """Object for one's member, with a reason: before the deadline, one signature is enough."""
    account = signed_in(request)
    procedure = find_silence(account, reference)
    _account, member = require_delegate(account, procedure.reflection)
    language = reader_language()
    form = BreakForm(sent_data(request), reflection=procedure.reflection, language=language)
    made: list[SilenceEvent] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: made.append(break_silence(account, procedure, form.bodies("reason"))))
    ):
        _say_what_became_of_it(request, made)
        return redirect("decisions:silence", reference)
    view = silence_views([procedure], language)[0]
    if not view.is_under_way and request.method == "GET":
        return redirect("decisions:silence", reference)
    context = {
        "form": form,
        "silence": view,
        "member_name": wordings([member.name_id], language)[member.name_id],
        "back": reverse("decisions:silence", args=[reference]),
    }
    return public_page(
        request,
        procedure.reflection,
        "delegation/break",
        context,
        status=422 if form.errors else 200,
    )


def _say_what_became_of_it(request: HttpRequest, made: list[SilenceEvent]) -> None:
    if made and made[0].kind == SilenceEvent.Kind.TOO_LATE:
        messages.warning(
            request,
            _(
                "Your objection came after the deadline: the text had been adopted by then. It is on record "
                "that your member objected too late."
            ),
        )
    else:
        messages.success(request, _("The silence is broken: the text is not adopted by this procedure."))

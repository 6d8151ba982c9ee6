"""The secretariat's pages of meetings: planned, changed, opened, closed; their agenda; and the rules."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.decisions.forms.meetings import AgendaForm, MeetingForm, RulesForm
from placet.stages.decisions.meetings import actions
from placet.stages.decisions.meetings.queries import agenda, meeting_views, meetings_of
from placet.stages.decisions.models import Meeting
from placet.stages.decisions.permissions import find_item, members_without_delegate, rules_of
from placet.stages.decisions.positions.actions import adopt_text
from placet.stages.decisions.showing import frozen_text_view
from placet.stages.decisions.silence.queries import silence_views, silences_of
from placet.stages.decisions.views.frames import SECTION, confirm_page, proposal_choices, run_meeting
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
)
from placet.stages.proposals.queries import find_proposal


@login_required
@require_GET
def manage_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Meetings, silence procedures and the rules, for the secretariat."""
    _account, reflection = managed_reflection(request, slug)
    language = reader_language()
    context = {
        "meetings": meeting_views(meetings_of(reflection), language),
        "silences": silence_views(list(silences_of(reflection)), language),
        "rules": rules_of(reflection),
        "without_delegate": members_without_delegate(reflection),
    }
    return manage_page(request, reflection, "decisions/manage/list.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules that the reflection decides by."""
    account, reflection = managed_reflection(request, slug)
    form = RulesForm(sent_data(request), rules=rules_of(reflection))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.set_rules(account, reflection, form.frame()))
    ):
        messages.success(request, _("Saved."))
        return redirect("decisions:manage-list", slug)
    context = {
        "form": form,
        "title": _("Rules of deciding"),
        "lede": _("Members decide by consensus: no rule allows a majority to outvote a member."),
        "submit": _("Save"),
        "back": reverse("decisions:manage-list", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan a meeting."""
    account, reflection = managed_reflection(request, slug)
    form = MeetingForm(sent_data(request), reflection=reflection)
    if request.method == "POST" and form.is_valid():
        made: list[Meeting] = []
        if form.carry_out(lambda: made.append(actions.plan_meeting(account, reflection, form.frame()))):
            if not made:
                return redirect("decisions:manage-list", slug)
            messages.success(request, _("The meeting is planned. Put proposals on its agenda."))
            return redirect("decisions:manage-meeting", made[0].reference)
    context = {
        "form": form,
        "title": _("Plan a meeting"),
        "lede": _("A summit, a ministerial, a council: the members decide there on the texts of its agenda."),
        "submit": _("Plan the meeting"),
        "back": reverse("decisions:manage-list", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_GET
def meeting(request: HttpRequest, reference: str) -> HttpResponse:
    """One meeting: its agenda, where members stand, and what can be adopted."""
    account, found = run_meeting(request, reference)
    language = reader_language()
    context = {
        "meeting": meeting_views([found], language)[0],
        "items": agenda(found, account, language),
        "rules": rules_of(found.reflection),
        "without_delegate": members_without_delegate(found.reflection),
    }
    return manage_page(request, found.reflection, "decisions/manage/meeting.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change what is said of a meeting."""
    account, found = run_meeting(request, reference)
    form = MeetingForm(sent_data(request), reflection=found.reflection, meeting=found)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.change_meeting(account, found, form.frame()))
    ):
        messages.success(request, _("Saved."))
        return redirect("decisions:manage-meeting", reference)
    context = {
        "form": form,
        "title": _("Change the meeting"),
        "submit": _("Save"),
        "back": meeting_url(reference),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def put_on_agenda(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose a proposal; its text is frozen and put on the agenda."""
    account, found = run_meeting(request, reference)
    choices = proposal_choices(account, found.reflection, reader_language())
    form = AgendaForm(sent_data(request), choices=choices)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.put_on_agenda(
                account, found, find_proposal(account, form.cleaned_data["proposal"])
            )
        )
    ):
        messages.success(request, _("The text is frozen and stands on the agenda."))
        return redirect("decisions:manage-meeting", reference)
    context = {
        "form": form,
        "title": _("Put a proposal on the agenda"),
        "lede": _("Delegates can take a position from now on; the text does not change any more."),
        "submit": _("Freeze it and put it on the agenda"),
        "back": meeting_url(reference),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def take_off(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask once more, then take a text off the agenda."""
    account, found = run_meeting(request, reference)
    item = find_item(account, found, pk)
    context = {
        "title": _("Take this text off the agenda?"),
        "wording": frozen_text_view(item.text, reader_language()).title,
        "text": _(
            "The proposal is open to amendments again. The frozen text and the positions on it stay on "
            "record; put to the members again, it is a new text without positions."
        ),
        "submit": _("Take it off the agenda"),
        "is_danger": True,
        "back": meeting_url(reference),
    }
    return confirm_page(
        request,
        found.reflection,
        context,
        lambda: actions.take_off_agenda(account, item),
        done=_("The text is off the agenda."),
        onwards=meeting_url(reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def adopt(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask once more, then write down that every member joins and the text is adopted."""
    account, found = run_meeting(request, reference)
    item = find_item(account, found, pk)
    context = {
        "title": _("Is this text adopted?"),
        "wording": frozen_text_view(item.text, reader_language()).title,
        "text": _(
            "The decision is written down for good, with where each member stands. Reservations are "
            "published with their explanation."
        ),
        "submit": _("It is adopted"),
        "back": meeting_url(reference),
    }
    return confirm_page(
        request,
        found.reflection,
        context,
        lambda: adopt_text(account, item),
        done=_("The text is adopted."),
        onwards=meeting_url(reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def open_it(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then open the meeting."""
    account, found = run_meeting(request, reference)
    context = {
        "title": _("Open this meeting?"),
        "wording": meeting_views([found], reader_language())[0].title,
        "text": _("From then on texts can be adopted, each once every member has joined."),
        "submit": _("Open the meeting"),
        "back": meeting_url(reference),
    }
    return confirm_page(
        request,
        found.reflection,
        context,
        lambda: actions.open_meeting(account, found),
        done=_("The meeting is open."),
        onwards=meeting_url(reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def close_it(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then close the meeting."""
    account, found = run_meeting(request, reference)
    context = {
        "title": _("Close this meeting?"),
        "wording": meeting_views([found], reader_language())[0].title,
        "text": _("What was not adopted is open to amendments again. A closed meeting stays as it was."),
        "submit": _("Close the meeting"),
        "is_danger": True,
        "back": meeting_url(reference),
    }
    return confirm_page(
        request,
        found.reflection,
        context,
        lambda: actions.close_meeting(account, found),
        done=_("The meeting is closed."),
        onwards=meeting_url(reference),
    )


def meeting_url(reference: str) -> str:
    """The secretariat's page of a meeting."""
    return reverse("decisions:manage-meeting", args=[reference])

"""Running a dialogue: setting it up, changing, announcing, cancelling it, and who works on it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.dialogues.forms.dialogue import DialogueForm
from placet.stages.dialogues.forms.programme import StaffForm
from placet.stages.dialogues.models import Dialogue, Staff
from placet.stages.dialogues.permissions import find_dialogue, may_manage, require_staff
from placet.stages.dialogues.setting_up import meetings as actions
from placet.stages.dialogues.setting_up.staff import end_duty, name_staff, staff_of
from placet.stages.dialogues.showing.dialogues import dialogue_view
from placet.stages.dialogues.showing.programme import programme_view
from placet.stages.dialogues.showing.series import next_step, series_view
from placet.stages.dialogues.views.setup_frames import (
    SECTION,
    confirm_page,
    dialogue_page,
    dialogue_url,
    held_dialogue,
    held_series,
    series_url,
)
from placet.stages.mandates.manage_pages import form_page, reader_language, sent_data, signed_in

FORM = "dialogues/manage/dialogue_form.html"


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, reference: str) -> HttpResponse:
    """Set up a dialogue as a draft, after the others of its series."""
    account, series = held_series(request, reference)
    form = DialogueForm(sent_data(request), reflection=series.reflection, language=reader_language())
    if request.method == "POST" and form.is_valid():
        made: list[Dialogue] = []
        if form.carry_out(lambda: made.append(actions.create_dialogue(account, series, form.frame()))):
            if not made:
                return redirect(series_url(reference))
            messages.success(
                request, _("The dialogue is set up as a draft. Write its programme, then announce it.")
            )
            return redirect(dialogue_url(made[0].reference))
    context = {
        "form": form,
        "title": _("Set up a dialogue"),
        "lede": _("It begins as a draft, seen by those alone who hold the series."),
        "submit": _("Set up the dialogue"),
        "back": series_url(reference),
    }
    return form_page(request, series.reflection, context, section=SECTION, template=FORM)


@login_required
@require_GET
def dialogue(request: HttpRequest, reference: str) -> HttpResponse:
    """One dialogue for those who hold it and those who work on it: its state, and what comes next."""
    account = signed_in(request)
    found = find_dialogue(reference, account)
    require_staff(account, found, *Staff.Duty)
    is_organiser = may_manage(account, found.series)
    programme = programme_view(found, reader_language())
    series = series_view(found.series, account, reader_language())
    view = dialogue_view(found, account, reader_language())
    context = {
        "series": series,
        "programme": programme,
        "is_too_long": programme.ends_at is not None and programme.ends_at > found.ends_at,
        "link": found.link,
        "least_group_count": found.least_group_count,
        "duties": Staff.objects.filter(dialogue=found, account=account).values_list("duty", flat=True),
        "staff": staff_of(account, found) if is_organiser else [],
        "next_step": next_step(
            view, is_series_published=series.state == "published", n_items=len(programme.items)
        ),
        "may_mark_as_held": view.state == "announced" and found.starts_at <= timezone.now(),
    }
    return dialogue_page(request, found, "dialogue", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change what is said of a dialogue; those who come are told."""
    account, found = held_dialogue(request, reference)
    form = DialogueForm(
        sent_data(request), reflection=found.series.reflection, language=reader_language(), dialogue=found
    )
    told: list[bool] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: told.append(actions.change_dialogue(account, found, form.frame())))
    ):
        messages.success(request, _("Saved; those who come are told.") if any(told) else _("Saved."))
        return redirect(dialogue_url(reference))
    context = {
        "form": form,
        "title": _("Change the dialogue"),
        "lede": _("Where it was announced, a new date, place, link or title is sent to those who come."),
        "submit": _("Save"),
        "back": dialogue_url(reference),
    }
    return form_page(request, found.series.reflection, context, section=SECTION, template=FORM)


@login_required
@require_http_methods(["GET", "POST"])
def announce(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then show the dialogue to everybody."""
    account, found = held_dialogue(request, reference)
    text = _("Everybody sees it then. Its house rule may only become stricter from then on.")
    if found.house_rule == "closed":
        text = _("It is closed: those whom you invite see it, and the public, once it is over, only its day.")
    context = {
        "title": _("Announce this dialogue?"),
        "wording": dialogue_view(found, account, reader_language()).title,
        "text": text,
        "submit": _("Announce the dialogue"),
        "back": dialogue_url(reference),
    }
    return confirm_page(
        request,
        found.series.reflection,
        context,
        lambda: actions.announce_dialogue(account, found),
        done=_("The dialogue is announced."),
        onwards=dialogue_url(reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then say that the dialogue is not held."""
    account, found = held_dialogue(request, reference)
    context = {
        "title": _("Cancel this dialogue?"),
        "wording": dialogue_view(found, account, reader_language()).title,
        "text": _("Those who registered get a message, and its page says so. It cannot be announced again."),
        "submit": _("Cancel the dialogue"),
        "is_danger": True,
        "back": dialogue_url(reference),
    }
    return confirm_page(
        request,
        found.series.reflection,
        context,
        lambda: actions.cancel_dialogue(account, found),
        done=_("The dialogue is cancelled."),
        onwards=dialogue_url(reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def mark_as_held(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then say that a dialogue took place without its live room."""
    account, found = held_dialogue(request, reference)
    context = {
        "title": _("Did this dialogue take place?"),
        "wording": dialogue_view(found, account, reader_language()).title,
        "text": _("Its live room is not opened any more. The rapporteur can gather points and report."),
        "submit": _("It took place"),
        "back": dialogue_url(reference),
    }
    return confirm_page(
        request,
        found.series.reflection,
        context,
        lambda: actions.mark_as_held(account, found),
        done=_("Saved."),
        onwards=dialogue_url(reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then delete a draft."""
    account, found = held_dialogue(request, reference)
    context = {
        "title": _("Delete this draft?"),
        "wording": dialogue_view(found, account, reader_language()).title,
        "text": _("Its programme goes with it. The record keeps that it was there."),
        "submit": _("Delete the draft"),
        "is_danger": True,
        "back": dialogue_url(reference),
    }
    return confirm_page(
        request,
        found.series.reflection,
        context,
        lambda: actions.delete_draft(account, found),
        done=_("The draft is deleted."),
        onwards=series_url(found.series.reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest, reference: str) -> HttpResponse:
    """Who moderates and who reports, and a form for one more."""
    account, found = held_dialogue(request, reference)
    form = StaffForm(sent_data(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: name_staff(
                account, found, form.cleaned_data["email"], Staff.Duty(form.cleaned_data["duty"])
            )
        )
    ):
        messages.success(request, _("Saved."))
        return redirect("dialogues:staff", reference)
    context = {"form": form, "staff": staff_of(account, found)}
    return dialogue_page(request, found, "staff", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove_staff(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a duty back."""
    account, found = held_dialogue(request, reference)
    duties = Staff.objects.select_related("dialogue__series__reflection")
    end_duty(account, get_object_or_404(duties, dialogue=found, pk=pk))
    messages.success(request, _("The duty is taken back."))
    return redirect(reverse("dialogues:staff", args=[reference]))

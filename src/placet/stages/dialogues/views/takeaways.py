"""Takeaways: the public page of each, and drafting them beside the points they rest on."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.dialogues.forms.reporting import TakeawayForm
from placet.stages.dialogues.models import Dialogue, Takeaway
from placet.stages.dialogues.reporting import queries, takeaways
from placet.stages.dialogues.views.report import public_page, reported_dialogue, reporting_page
from placet.stages.mandates.manage_pages import manage_page, reader_language, sent_data
from placet.stages.texts.queries import all_wordings


@require_GET
def takeaway(request: HttpRequest, reference: str) -> HttpResponse:
    """One published takeaway: its wordings, the points that it rests on, what became of them."""
    found = queries.find_takeaway(reference, request.user)
    page = queries.takeaway_page(found, reader_language())
    return public_page(request, found.report.dialogue, "takeaway", {"takeaway": page})


@login_required
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """Draft a takeaway; ``?group=`` ticks all points of a group."""
    account, dialogue = reported_dialogue(request, reference)
    desk = queries.desk_of(dialogue, reader_language())
    asked = request.GET.get("group", "")
    form = TakeawayForm(
        sent_data(request),
        desk=desk,
        languages=dialogue.series.reflection.languages,
        initial={"groups": [group.id for group in desk.groups if str(group.id) == asked]},
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: takeaways.write_takeaway(account, dialogue, form.frame()))
    ):
        messages.success(request, _("The takeaway is drafted."))
        return redirect("dialogues:report-desk", reference)
    return _form_page(request, dialogue, form, desk, _("Draft a takeaway"))


@login_required
@require_http_methods(["GET", "POST"])
def revise(request: HttpRequest, reference: str, takeaway_reference: str) -> HttpResponse:
    """Change a takeaway; what it said before is kept."""
    account, dialogue = reported_dialogue(request, reference)
    found = queries.find_draft(dialogue, takeaway_reference)
    desk = queries.desk_of(dialogue, reader_language())
    mark = takeaways.takeaway_mark(found)
    form = TakeawayForm(
        sent_data(request),
        desk=desk,
        takeaway=found,
        languages=dialogue.series.reflection.languages,
        initial={
            "seen": mark,
            "points": list(found.points.values_list("pk", flat=True)),
            "is_dissent": found.is_dissent,
            "rests_on_whole": found.rests_on_whole,
        },
    )
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        if form.carry_out(lambda: takeaways.revise_takeaway(account, found, form.frame(), seen=seen)):
            messages.success(request, _("Saved."))
            return redirect("dialogues:report-desk", reference)
    if form.is_overtaken:
        form.look_again(mark)
    return _form_page(request, dialogue, form, desk, _("Change the takeaway"), found)


@login_required
@require_POST
def place(request: HttpRequest, reference: str, takeaway_reference: str) -> HttpResponse:
    """Let a takeaway change places with the one before or after it."""
    account, dialogue = reported_dialogue(request, reference)
    found = queries.find_draft(dialogue, takeaway_reference)
    takeaways.move_takeaway(account, found, up=request.POST.get("to") == "up")
    return redirect("dialogues:report-desk", reference)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, reference: str, takeaway_reference: str) -> HttpResponse:
    """Ask once more, then take a takeaway back."""
    account, dialogue = reported_dialogue(request, reference)
    found = queries.find_draft(dialogue, takeaway_reference)
    error = ""
    if request.method == "POST":
        try:
            takeaways.remove_takeaway(account, found)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The takeaway is taken back."))
            return redirect("dialogues:report-desk", reference)
    context = {
        "title": _("Take this takeaway back?"),
        "wording": all_wordings(found.text_id)[0],
        "text": _("Its page is gone and its reference is not given out again. The points stay."),
        "submit": _("Take it back"),
        "is_danger": True,
        "error": error,
        "back": reverse("dialogues:report-desk", args=[reference]),
    }
    return manage_page(
        request,
        dialogue.series.reflection,
        "mandates/confirm.html",
        context,
        section="dialogues",
        status=422 if error else 200,
    )


def _form_page(
    request: HttpRequest,
    dialogue: Dialogue,
    form: TakeawayForm,
    desk: queries.Desk,
    title: str,
    found: Takeaway | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "desk": desk,
        "title": title,
        "takeaway": found,
        "texts": [form[f"text_{language}"] for language in form.languages],
        "present": all_wordings(found.text_id) if found and form.is_overtaken else [],
    }
    return reporting_page(request, dialogue, "takeaway_form", context, status=422 if form.errors else 200)

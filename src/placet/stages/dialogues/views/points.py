"""What the rapporteur does with points: type them in, correct them, hide them, group them, hand them on."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from placet.stages.consultations.queries import find_consultation
from placet.stages.dialogues.forms.reporting import (
    NEW_GROUP,
    NO_GROUP,
    ArrangeForm,
    GroupForm,
    PointForm,
    StatementForm,
)
from placet.stages.dialogues.models import Dialogue, HouseRule, Point
from placet.stages.dialogues.reporting import gathering, grouping, queries
from placet.stages.dialogues.reporting.statements import make_statement, open_consultations
from placet.stages.dialogues.views.report import (
    desk_page,
    reported_dialogue,
    reporting_page,
    typed_form,
)
from placet.stages.mandates.manage_pages import reader_language, sent_data
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import require_role
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording, originals


@login_required
@require_POST
def type_in(request: HttpRequest, reference: str) -> HttpResponse:
    """Add points from notes, one a line."""
    account, dialogue = reported_dialogue(request, reference)
    form = typed_form(request, dialogue)
    if form.is_valid():
        data = form.cleaned_data
        if form.carry_out(
            lambda: gathering.type_in_points(
                account,
                dialogue,
                form.bodies(),
                language=data["language"],
                attribution=data.get("attribution", ""),
            )
        ):
            count = len(form.bodies())
            messages.success(
                request,
                ngettext("%(count)d point is added.", "%(count)d points are added.", count)
                % {"count": count},
            )
            return redirect("dialogues:report-desk", reference)
    return desk_page(request, dialogue, typed=form)


@login_required
@require_POST
def arrange(request: HttpRequest, reference: str) -> HttpResponse:
    """Put the points that are ticked into a group, a new one, or none."""
    account, dialogue = reported_dialogue(request, reference)
    form = ArrangeForm(request.POST, desk=queries.desk_of(dialogue, reader_language()))
    if form.is_valid() and form.carry_out(lambda: _arrange(account, dialogue, form)):
        count = len(form.cleaned_data["points"])
        messages.success(
            request,
            ngettext("%(count)d point is moved.", "%(count)d points are moved.", count) % {"count": count},
        )
        return redirect("dialogues:report-desk", reference)
    return desk_page(request, dialogue, arrange=form)


@login_required
@require_http_methods(["GET", "POST"])
def point(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Correct the wording of a point, and on the record who said it."""
    account, dialogue = reported_dialogue(request, reference)
    found = queries.find_point(dialogue, pk)
    form = PointForm(
        sent_data(request),
        is_on_record=dialogue.house_rule == HouseRule.ON_RECORD,
        initial={
            "body": _original(found).body,
            "attribution": found.attribution,
            "seen": gathering.point_mark(found),
        },
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if form.carry_out(
            lambda: gathering.correct_point(
                account,
                found,
                body=data["body"],
                seen=data["seen"],
                attribution=data.get("attribution", ""),
            )
        ):
            messages.success(request, _("Saved."))
            return redirect("dialogues:report-desk", reference)
    if form.is_overtaken:
        form.look_again(gathering.point_mark(found))
    context = {
        "form": form,
        "title": _("Correct the point"),
        "lede": _("Its wording before is kept, and shown to nobody.")
        if dialogue.house_rule == HouseRule.ON_RECORD
        else _("Its wording before is deleted for good: a name that slipped in is gone."),
        "submit": _("Save"),
        "present": [_original(found)] if form.is_overtaken else [],
    }
    return reporting_page(request, dialogue, "write", context, status=422 if form.errors else 200)


@login_required
@require_POST
def hide(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Take a point out of the room and the report, or bring it back."""
    account, dialogue = reported_dialogue(request, reference)
    is_hidden = request.POST.get("hidden") != "no"
    try:
        gathering.hide_point(account, queries.find_point(dialogue, pk), is_hidden=is_hidden)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The point is hidden.") if is_hidden else _("The point is shown again."))
    return redirect("dialogues:report-desk", reference)


@login_required
@require_http_methods(["GET", "POST"])
def group(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Rename a group, let it change places with another, or take it apart."""
    account, dialogue = reported_dialogue(request, reference)
    found = queries.find_group(dialogue, pk)
    mark = grouping.group_mark(found)
    deed = request.POST.get("deed", "")
    if deed in ("up", "down", "remove"):
        try:
            if deed == "remove":
                grouping.remove_group(account, found)
            else:
                grouping.move_group(account, found, up=deed == "up")
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        return redirect("dialogues:report-desk", reference)
    form = GroupForm(sent_data(request), initial={"title": found.title, "seen": mark})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if form.carry_out(
            lambda: grouping.rename_group(account, found, title=data["title"], seen=data["seen"])
        ):
            messages.success(request, _("Saved."))
            return redirect("dialogues:report-desk", reference)
    if form.is_overtaken:
        form.look_again(mark)
    context = {"form": form, "title": _("Change the group"), "group": found, "submit": _("Save")}
    return reporting_page(request, dialogue, "group", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Put a point to everybody, as a statement in an open consultation."""
    account, dialogue = reported_dialogue(request, reference)
    reflection = dialogue.series.reflection
    require_role(account, reflection, Role.SECRETARIAT)
    found = queries.find_point(dialogue, pk)
    wording = _original(found)
    language = wording.original_language
    languages = reflection.languages
    if language in languages:
        languages = [language, *(each for each in languages if each != language)]
    consultations = open_consultations(reflection, account, reader_language())
    form = StatementForm(
        sent_data(request),
        languages=languages,
        consultations=consultations,
        wording={languages[0]: wording.body},
    )
    if request.method == "POST" and form.is_valid():
        consultation = find_consultation(form.cleaned_data["consultation"], account)
        if form.carry_out(
            lambda: make_statement(
                account, found, consultation, form.bodies("statement"), original=languages[0]
            )
        ):
            messages.success(request, _("The statement stands in the consultation, open for votes."))
            return redirect("dialogues:report-desk", reference)
    context = {
        "form": form,
        "title": _("Make it a statement"),
        "lede": _("Everybody votes on it in an open consultation; both pages say where it comes from."),
        "submit": _("Add the statement"),
        "wording": wording,
        "is_blocked": not consultations,
    }
    return reporting_page(request, dialogue, "statement", context, status=422 if form.errors else 200)


def _arrange(account: Account, dialogue: Dialogue, form: ArrangeForm) -> None:
    points, to = form.cleaned_data["points"], form.cleaned_data["to"]
    if to == NEW_GROUP:
        grouping.put_together(account, dialogue, points, title=form.cleaned_data["title"])
    elif to == NO_GROUP:
        grouping.put_points(account, dialogue, points, None)
    else:
        grouping.put_points(account, dialogue, points, queries.find_group(dialogue, int(to)))


def _original(found: Point) -> Wording:
    return originals([found.text_id])[found.text_id]

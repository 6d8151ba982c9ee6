"""The report: as everybody reads it, and the rapporteur's desk with its summary and its publishing."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.dialogues.forms.reporting import ArrangeForm, SummaryForm, TypedPointsForm
from placet.stages.dialogues.models import Dialogue, HouseRule, Report
from placet.stages.dialogues.permissions import OVER, find_dialogue, may_manage
from placet.stages.dialogues.reporting import queries
from placet.stages.dialogues.reporting.access import find_reported
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.dialogues.reporting.takeaways import summary_mark, write_summary
from placet.stages.dialogues.showing.dialogues import dialogue_view
from placet.stages.mandates.manage_pages import manage_page, reader_language, sent_data, signed_in
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import roles_of
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account

SECTION = "dialogues"
SOUGHT_MAX_LENGTH = 100


@require_GET
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """The published report of a dialogue, on a page of its own."""
    dialogue = find_dialogue(reference, request.user)
    view = queries.report_view(dialogue, reader_language())
    if view is None:
        raise Http404
    is_secretariat = Role.SECRETARIAT in roles_of(request.user, dialogue.series.reflection)
    return public_page(request, dialogue, "report", {"report": view, "is_secretariat": is_secretariat})


@login_required
@require_GET
def desk(request: HttpRequest, reference: str) -> HttpResponse:
    """All that the rapporteur works on: points, groups, takeaways, what is missing before publishing."""
    _account, dialogue = reported_dialogue(request, reference)
    return desk_page(request, dialogue)


@login_required
@require_http_methods(["GET", "POST"])
def summary(request: HttpRequest, reference: str) -> HttpResponse:
    """Write or change the summary in every language."""
    account, dialogue = reported_dialogue(request, reference)
    row = Report.objects.filter(dialogue=dialogue).select_related("summary").first()
    form = SummaryForm(
        sent_data(request),
        languages=dialogue.series.reflection.languages,
        texts={"summary": row.summary if row else None},
        initial={"seen": summary_mark(row)},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if form.carry_out(
            lambda: write_summary(account, dialogue, form.bodies("summary"), seen=data["seen"])
        ):
            messages.success(request, _("Saved."))
            return redirect("dialogues:report-desk", reference)
    if form.is_overtaken:
        form.look_again(summary_mark(row))
    context = {
        "form": form,
        "title": _("Summary of the report"),
        "lede": _("It stands before the takeaways, in every language of the reflection."),
        "submit": _("Save"),
        "present": queries.desk_of(dialogue, reader_language()).summary if form.is_overtaken else [],
    }
    return reporting_page(request, dialogue, "write", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then publish."""
    account, dialogue = reported_dialogue(request, reference)
    errors: list[str] = []
    if request.method == "POST":
        try:
            publish_report(account, dialogue)
        except ValidationError as refusal:
            errors = refusal.messages
        else:
            messages.success(request, _("The report is published."))
            return redirect("dialogues:report-desk", reference)
    view = queries.desk_of(dialogue, reader_language())
    context = {"desk": view, "errors": errors}
    return reporting_page(request, dialogue, "publish", context, status=422 if errors else 200)


def desk_page(
    request: HttpRequest,
    dialogue: Dialogue,
    *,
    typed: TypedPointsForm | None = None,
    arrange: ArrangeForm | None = None,
) -> HttpResponse:
    """The desk, with a form that was refused where there is one."""
    words = request.GET.get("q", "")[:SOUGHT_MAX_LENGTH].strip()
    view = queries.desk_of(dialogue, reader_language(), words=words)
    context = {
        "desk": view,
        "q": words,
        "typed_form": typed or typed_form(request, dialogue),
        "arrange_form": arrange or ArrangeForm(None, desk=view),
        "languages": dialogue.series.reflection.languages,
    }
    is_refused = typed is not None or arrange is not None
    return reporting_page(request, dialogue, "desk", context, status=422 if is_refused else 200)


def typed_form(request: HttpRequest, dialogue: Dialogue) -> TypedPointsForm:
    """The form in which notes are typed in; its language is that of the page where the reflection has it."""
    languages = dialogue.series.reflection.languages
    language = reader_language()
    return TypedPointsForm(
        sent_data(request),
        languages=languages,
        is_on_record=dialogue.house_rule == HouseRule.ON_RECORD,
        initial={"language": language if language in languages else languages[0]},
    )


def reported_dialogue(request: HttpRequest, reference: str) -> tuple[Account, Dialogue]:
    """The account, and the dialogue that it reports on; refusals are those of ``find_reported``."""
    account = signed_in(request)
    return account, find_reported(reference, account)


def reporting_page(
    request: HttpRequest,
    dialogue: Dialogue,
    name: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of the desk in the frame of the reflection's management."""
    frame = {
        "dialogue": dialogue_view(dialogue, request.user, reader_language()),
        "is_organiser": may_manage(request.user, dialogue.series),
        "is_on_record": dialogue.house_rule == HouseRule.ON_RECORD,
        "is_over": dialogue.state in OVER,
        "back": reverse("dialogues:report-desk", args=[dialogue.reference]),
    }
    return manage_page(
        request,
        dialogue.series.reflection,
        f"dialogues/reporting/{name}.html",
        {**frame, **context},
        section=SECTION,
        status=status,
    )


def public_page(
    request: HttpRequest, dialogue: Dialogue, name: str, context: Mapping[str, object]
) -> HttpResponse:
    """A page about a dialogue for everybody."""
    frame = {
        "reflection": reflection_view(dialogue.series.reflection, reader_language()),
        "section": SECTION,
        "dialogue": dialogue_view(dialogue, request.user, reader_language()),
    }
    return render(request, f"dialogues/reporting/{name}.html", {**frame, **context})

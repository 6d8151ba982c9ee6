"""Running series: those that one holds, setting one up, changing and publishing it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.dialogues.forms.series import SeriesForm
from placet.stages.dialogues.models import Series
from placet.stages.dialogues.permissions import held_for
from placet.stages.dialogues.setting_up import series as actions
from placet.stages.dialogues.showing.series import managed_series_view, managed_series_views
from placet.stages.dialogues.views.setup_frames import (
    SECTION,
    confirm_page,
    held_reflection,
    held_series,
    series_url,
)
from placet.stages.mandates.manage_pages import form_page, manage_page, reader_language, sent_data


@login_required
@require_GET
def series_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The series that one holds, with their dialogues and what is due next."""
    account, reflection = held_reflection(request, slug)
    context = {
        "managed": managed_series_views(account, reflection, reader_language()),
        "has_partners": held_for(account, reflection).exists(),
    }
    return manage_page(request, reflection, "dialogues/manage/list.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Set up a series as a draft."""
    account, reflection = held_reflection(request, slug)
    form = SeriesForm(sent_data(request), reflection=reflection, actor=account, language=reader_language())
    if request.method == "POST" and form.is_valid():
        made: list[Series] = []
        if form.carry_out(lambda: made.append(actions.create_series(account, reflection, form.frame()))):
            if not made:
                return redirect("dialogues:manage-list", slug)
            messages.success(
                request, _("The series is set up as a draft. Add its dialogues, then publish it.")
            )
            return redirect(series_url(made[0].reference))
    context = {
        "form": form,
        "title": _("Set up a series"),
        "lede": _("Dialogues that belong together, around one question. It begins as a draft."),
        "submit": _("Set up the series"),
        "back": reverse("dialogues:manage-list", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_GET
def series(request: HttpRequest, reference: str) -> HttpResponse:
    """One series: its state, its dialogues and what is due next."""
    account, found = held_series(request, reference)
    context = {"each": managed_series_view(found, account, reader_language())}
    return manage_page(request, found.reflection, "dialogues/manage/series.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change what is said of a series, and who holds it."""
    account, found = held_series(request, reference)
    form = SeriesForm(
        sent_data(request),
        reflection=found.reflection,
        actor=account,
        language=reader_language(),
        series=found,
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.change_series(account, found, form.frame()))
    ):
        messages.success(request, _("Saved."))
        return redirect(series_url(reference))
    context = {
        "form": form,
        "title": _("Change the series"),
        "submit": _("Save"),
        "back": series_url(reference),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then show the series to everybody."""
    account, found = held_series(request, reference)
    view = managed_series_view(found, account, reader_language()).view
    context = {
        "title": _("Publish this series?"),
        "wording": view.title,
        "text": _("Everybody sees it then. Its dialogues stay drafts until you announce each of them."),
        "submit": _("Publish the series"),
        "back": series_url(reference),
    }
    return confirm_page(
        request,
        found.reflection,
        context,
        lambda: actions.publish_series(account, found),
        done=_("The series is published."),
        onwards=series_url(reference),
    )

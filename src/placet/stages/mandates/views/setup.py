"""Setting up a reflection: an overview of what is done and what is missing, and a page for each part."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.mandates import actions, queries
from placet.stages.mandates.forms.setup import (
    FoundingForm,
    FrameForm,
    MandateForm,
    MilestoneForm,
    PriorityForm,
)
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
    signed_in,
)
from placet.stages.mandates.models import Mandate, Reflection
from placet.stages.mandates.queries import MANAGING_ROLES
from placet.ui.contrast import DARK_GROUNDS, LIGHT_GROUNDS, AccentPalette, accent_palette, contrast_ratio


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist."""

    label: str
    url: str
    is_done: bool
    note: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class AccentPreview:
    """How an accent is shown in one theme."""

    label: str
    ground: str
    palette: AccentPalette
    contrast: float


@login_required
@require_GET
def manage(request: HttpRequest) -> HttpResponse:
    """The reflections in which one holds a role."""
    account = signed_in(request)
    held = queries.held_reflections(account, reader_language())
    context = {
        "held": held,
        "runs_any": any(each.is_run for each in held),
        "may_found": account.may_found_reflections,
    }
    return render(request, "mandates/manage.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def found(request: HttpRequest) -> HttpResponse:
    """Set up a reflection."""
    account = signed_in(request)
    if not account.may_found_reflections:
        raise PermissionDenied(_("Your account may not set up reflections."))
    form = FoundingForm(sent_data(request), initial={"working_language": reader_language()})
    if request.method == "POST" and form.is_valid():
        made: list[Reflection] = []
        if form.carry_out(lambda: made.append(actions.found_reflection(account, form.frame()))):
            if not made:
                return redirect("mandates:manage")
            messages.success(
                request, _("The reflection is set up as a draft: only those with a role see it.")
            )
            return redirect("mandates:manage-reflection", made[0].slug)
    return render(request, "mandates/found.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_GET
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """What is done and what is missing."""
    _account, reflection = managed_reflection(request, slug, *MANAGING_ROLES)
    progress = queries.setup_progress(reflection)
    context = {"steps": _steps(reflection, progress), "progress": progress}
    return manage_page(request, reflection, "mandates/overview.html", context, section="overview")


@login_required
@require_http_methods(["GET", "POST"])
def frame(request: HttpRequest, slug: str) -> HttpResponse:
    """Name, summary, languages, time zone, colour and emblem."""
    account, reflection = managed_reflection(request, slug)
    languages = list(reflection.languages)
    form = FrameForm(sent_data(request), reflection=reflection)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.change_reflection(account, reflection, form.frame()))
    ):
        messages.success(request, _("Saved."))
        has_new_language = bool(set(reflection.languages) - set(languages))
        return redirect("mandates:frame" if has_new_language else "mandates:manage-reflection", slug)
    context = {
        "form": form,
        "title": _("Name, languages and look"),
        "submit": _("Save"),
        "back": _overview_url(slug),
        "previews": _previews(reflection.accent_colour),
    }
    return form_page(request, reflection, context, section="frame", template="mandates/frame.html")


@login_required
@require_http_methods(["GET", "POST"])
def mandate(request: HttpRequest, slug: str) -> HttpResponse:
    """Who asked, where, for what, and by when."""
    account, reflection = managed_reflection(request, slug)
    current = (
        Mandate.objects.filter(reflection=reflection)
        .select_related("issuer", "meeting", "body", "scope")
        .first()
    )
    form = MandateForm(sent_data(request), reflection=reflection, mandate=current)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.write_mandate(account, reflection, **form.values()))
    ):
        messages.success(request, _("The mandate is saved."))
        return redirect("mandates:manage-reflection", slug)
    context = {
        "form": form,
        "title": _("Mandate"),
        "lede": _("Everything else answers to it. Earlier wordings stay on record."),
        "submit": _("Save the mandate"),
        "back": _overview_url(slug),
    }
    return form_page(request, reflection, context, section="mandate")


@login_required
@require_GET
def priorities(request: HttpRequest, slug: str) -> HttpResponse:
    """The priorities in their order."""
    _account, reflection = managed_reflection(request, slug)
    context = {"priorities": queries.priority_views(reflection, reader_language())}
    return manage_page(request, reflection, "mandates/priorities.html", context, section="priorities")


@login_required
@require_http_methods(["GET", "POST"])
def add_priority(request: HttpRequest, slug: str) -> HttpResponse:
    """A new priority, after the others."""
    account, reflection = managed_reflection(request, slug)
    form = PriorityForm(sent_data(request), reflection=reflection)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.add_priority(
                account, reflection, title=form.bodies("title"), description=form.bodies("description")
            )
        )
    ):
        messages.success(request, _("The priority is added."))
        return redirect("mandates:priorities", slug)
    context = {
        "form": form,
        "title": _("Add a priority"),
        "lede": _("One of the few axes of the reflection: three or four are enough."),
        "submit": _("Add the priority"),
        "back": reverse("mandates:priorities", args=[slug]),
    }
    return form_page(request, reflection, context, section="priorities")


@login_required
@require_http_methods(["GET", "POST"])
def change_priority(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Reword a priority."""
    account, reflection = managed_reflection(request, slug)
    priority = queries.find_priority(reflection, number)
    form = PriorityForm(sent_data(request), reflection=reflection, priority=priority)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.change_priority(
                account, priority, title=form.bodies("title"), description=form.bodies("description")
            )
        )
    ):
        messages.success(request, _("Saved."))
        return redirect("mandates:priorities", slug)
    context = {
        "form": form,
        "title": _("Change priority %(number)s") % {"number": number},
        "lede": _("Earlier wordings stay on record."),
        "submit": _("Save"),
        "back": reverse("mandates:priorities", args=[slug]),
    }
    return form_page(request, reflection, context, section="priorities")


@login_required
@require_GET
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The calendar, earliest first."""
    _account, reflection = managed_reflection(request, slug)
    context = {"milestones": queries.milestone_views(reflection, reader_language())}
    return manage_page(request, reflection, "mandates/manage_calendar.html", context, section="calendar")


@login_required
@require_http_methods(["GET", "POST"])
def add_milestone(request: HttpRequest, slug: str) -> HttpResponse:
    """A new entry of the calendar."""
    account, reflection = managed_reflection(request, slug)
    form = MilestoneForm(sent_data(request), reflection=reflection)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.add_milestones(account, reflection, [form.milestone()]))
    ):
        messages.success(request, _("The entry is added to the calendar."))
        return redirect("mandates:calendar", slug)
    context = {
        "form": form,
        "title": _("Add an entry to the calendar"),
        "submit": _("Add the entry"),
        "back": reverse("mandates:calendar", args=[slug]),
    }
    return form_page(request, reflection, context, section="calendar")


@login_required
@require_http_methods(["GET", "POST"])
def change_milestone(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change an entry of the calendar."""
    account, reflection = managed_reflection(request, slug)
    milestone = queries.find_milestone(reflection, pk)
    form = MilestoneForm(sent_data(request), reflection=reflection, milestone=milestone)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.change_milestone(account, milestone, form.milestone()))
    ):
        messages.success(request, _("Saved."))
        return redirect("mandates:calendar", slug)
    context = {
        "form": form,
        "title": _("Change an entry of the calendar"),
        "submit": _("Save"),
        "back": reverse("mandates:calendar", args=[slug]),
        "remove": reverse("mandates:remove-milestone", args=[slug, pk]),
    }
    return form_page(request, reflection, context, section="calendar")


@login_required
@require_http_methods(["GET", "POST"])
def remove_milestone(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask once more, then take the entry out."""
    account, reflection = managed_reflection(request, slug)
    milestone = queries.find_milestone(reflection, pk)
    if request.method == "POST":
        actions.remove_milestone(account, milestone)
        messages.success(request, _("The entry is removed."))
        return redirect("mandates:calendar", slug)
    views = queries.milestone_views(reflection, reader_language())
    context = {
        "title": _("Remove this entry?"),
        "wording": next(view.title for view in views if view.id == pk),
        "text": _("It disappears from the public calendar. The record keeps that it was there."),
        "submit": _("Remove"),
        "is_danger": True,
        "back": reverse("mandates:change-milestone", args=[slug, pk]),
    }
    return manage_page(request, reflection, "mandates/confirm.html", context, section="calendar")


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what is missing, ask once more, then show the reflection to everybody."""
    account, reflection = managed_reflection(request, slug)
    error = ""
    if request.method == "POST":
        try:
            actions.publish_reflection(account, reflection)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The reflection is published: everybody can read it."))
            return redirect("mandates:manage-reflection", slug)
    progress = queries.setup_progress(reflection)
    context = {"steps": _steps(reflection, progress), "progress": progress, "error": error}
    status = 422 if error else 200
    return manage_page(
        request, reflection, "mandates/publish.html", context, section="overview", status=status
    )


def _steps(reflection: Reflection, progress: queries.SetupProgress) -> list[Step]:
    def url(name: str) -> str:
        return reverse(f"mandates:{name}", args=[reflection.slug])

    def count(number: int) -> str:
        return str(number) if number else _("none yet")

    return [
        Step(_("Name, languages and look"), url("frame"), True, ""),
        Step(
            _("Mandate"),
            url("mandate"),
            progress.has_mandate,
            "" if progress.has_mandate else _("not written yet"),
            is_required=True,
        ),
        Step(
            _("Priorities"),
            url("priorities"),
            progress.n_priorities > 0,
            count(progress.n_priorities),
            is_required=True,
        ),
        Step(_("Members"), url("members"), progress.n_members > 0, count(progress.n_members)),
        Step(
            _("Constituencies"),
            url("constituencies"),
            progress.n_constituencies > 0,
            count(progress.n_constituencies),
        ),
        Step(_("Calendar"), url("calendar"), progress.n_milestones > 0, count(progress.n_milestones)),
    ]


def _previews(accent: str) -> list[AccentPreview]:
    themes = ((_("Light"), LIGHT_GROUNDS), (_("Dark"), DARK_GROUNDS))
    previews = []
    for label, grounds in themes:
        palette = accent_palette(accent, grounds)
        contrast = contrast_ratio(palette.accent_text, grounds[0])
        previews.append(AccentPreview(label, grounds[0], palette, contrast))
    return previews


def _overview_url(slug: str) -> str:
    return reverse("mandates:manage-reflection", args=[slug])

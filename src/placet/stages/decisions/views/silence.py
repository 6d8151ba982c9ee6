"""The secretariat's pages of silence procedures."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.decisions.forms.silence import ExtendForm, ReasonForm, SilenceForm, WrittenObjectionForm
from placet.stages.decisions.models import SilenceEvent, SilenceProcedure
from placet.stages.decisions.permissions import members_without_delegate, rules_of
from placet.stages.decisions.silence import actions
from placet.stages.decisions.silence.queries import silence_views, timeline
from placet.stages.decisions.views.frames import SECTION, proposal_choices, run_silence
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
)
from placet.stages.mandates.queries import find_member, member_views
from placet.stages.proposals.queries import find_proposal


@login_required
@require_http_methods(["GET", "POST"])
def open_it(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a proposal to the members in a silence procedure."""
    account, reflection = managed_reflection(request, slug)
    choices = proposal_choices(account, reflection, reader_language())
    form = SilenceForm(sent_data(request), reflection=reflection, rules=rules_of(reflection), choices=choices)
    if request.method == "POST" and form.is_valid():
        made: list[SilenceProcedure] = []
        proposal = find_proposal(account, form.cleaned_data["proposal"])
        if form.carry_out(lambda: made.append(actions.open_silence(account, proposal, form.frame()))):
            if not made:
                return redirect("decisions:manage-list", slug)
            messages.success(request, _("The silence procedure runs; every delegation is told by e-mail."))
            return redirect("decisions:manage-silence", made[0].reference)
    context = {
        "form": form,
        "title": _("Open a silence procedure"),
        "lede": _("The text is adopted at the deadline unless a member objects before."),
        "submit": _("Freeze the text and open the procedure"),
        "back": reverse("decisions:manage-list", args=[slug]),
        "rules": rules_of(reflection),
        "without_delegate": members_without_delegate(reflection),
    }
    return form_page(
        request, reflection, context, section=SECTION, template="decisions/manage/open_silence.html"
    )


@login_required
@require_GET
def silence(request: HttpRequest, reference: str) -> HttpResponse:
    """One procedure, and what can be done with it."""
    account, found = run_silence(request, reference)
    language = reader_language()
    context = {
        "silence": silence_views([found], language)[0],
        "events": timeline(found, account, language),
    }
    return manage_page(request, found.reflection, "decisions/manage/silence.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def written(request: HttpRequest, reference: str) -> HttpResponse:
    """Record an objection that arrived by letter, by e-mail or by telephone."""
    account, found = run_silence(request, reference)
    language = reader_language()
    members = [(each.code, each.name.body) for each in member_views(found.reflection, language)]
    form = WrittenObjectionForm(sent_data(request), procedure=found, language=language, choices=members)
    made: list[SilenceEvent] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        member = find_member(found.reflection, data["member"])
        if form.carry_out(
            lambda: made.append(
                actions.record_written_objection(
                    account, found, member, form.bodies("reason"), received_at=data["moment"]
                )
            )
        ):
            _say_what_became_of_it(request, made)
            return redirect("decisions:manage-silence", reference)
    context = {
        "form": form,
        "title": _("Record a written objection"),
        "lede": _(
            "One that reached the secretariat before the deadline by other means breaks the silence, as long "
            "as you record it while the procedure runs. Nothing waits for it: once the text is adopted, it "
            "is only put on record."
        ),
        "submit": _("Record it"),
        "back": silence_url(reference),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, reference: str) -> HttpResponse:
    """Set a later deadline."""
    account, found = run_silence(request, reference)
    form = ExtendForm(sent_data(request), procedure=found, language=reader_language())
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.extend_silence(
                account, found, deadline_at=form.cleaned_data["moment"], reason=form.bodies("reason")
            )
        )
    ):
        messages.success(request, _("Extended; every delegation is told by e-mail."))
        return redirect("decisions:manage-silence", reference)
    context = {
        "form": form,
        "title": _("Extend the silence procedure"),
        "lede": _("A deadline only moves to a later moment. Every delegation is told."),
        "submit": _("Extend it"),
        "back": silence_url(reference),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def suspend(request: HttpRequest, reference: str) -> HttpResponse:
    """Let no time run."""
    account, found = run_silence(request, reference)
    context = {
        "title": _("Suspend the silence procedure"),
        "lede": _("No time runs until you resume it; what is left until the deadline stays."),
        "submit": _("Suspend it"),
    }
    return _reason_page(
        request,
        found,
        context,
        lambda form: actions.suspend_silence(account, found, reason=form.bodies("reason")),
        done=_("Suspended; every delegation is told by e-mail."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest, reference: str) -> HttpResponse:
    """Let time run again."""
    account, found = run_silence(request, reference)
    context = {
        "title": _("Resume the silence procedure"),
        "lede": _("Time runs again from now on, as much as was left when it was suspended."),
        "submit": _("Resume it"),
    }
    return _reason_page(
        request,
        found,
        context,
        lambda form: actions.resume_silence(account, found, reason=form.bodies("reason")),
        done=_("Resumed; every delegation is told by e-mail."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """End the procedure without a decision."""
    account, found = run_silence(request, reference)
    context = {
        "title": _("Cancel the silence procedure"),
        "lede": _("It ends without a decision, and the proposal is open to amendments again."),
        "submit": _("End it without a decision"),
    }
    return _reason_page(
        request,
        found,
        context,
        lambda form: actions.cancel_silence(account, found, reason=form.bodies("reason")),
        done=_("Cancelled; every delegation is told by e-mail."),
    )


def silence_url(reference: str) -> str:
    """The secretariat's page of a procedure."""
    return reverse("decisions:manage-silence", args=[reference])


def _reason_page(
    request: HttpRequest,
    procedure: SilenceProcedure,
    context: Mapping[str, object],
    deed: Callable[[ReasonForm], object],
    *,
    done: str,
) -> HttpResponse:
    """Ask for a reason, then do it."""
    form = ReasonForm(sent_data(request), reflection=procedure.reflection, language=reader_language())
    if request.method == "POST" and form.is_valid() and form.carry_out(lambda: deed(form)):
        messages.success(request, done)
        return redirect("decisions:manage-silence", procedure.reference)
    context = {**context, "form": form, "back": silence_url(procedure.reference)}
    return form_page(request, procedure.reflection, context, section=SECTION)


def _say_what_became_of_it(request: HttpRequest, made: list[SilenceEvent]) -> None:
    if made and made[0].kind == SilenceEvent.Kind.TOO_LATE:
        messages.warning(
            request,
            _(
                "The text had been adopted by then: the decision stands. The objection is on record as too "
                "late."
            ),
        )
    else:
        messages.success(request, _("The silence is broken: the text is not adopted by this procedure."))

"""The secretariat's pages: all commitments of a reflection, making them from decisions, their steps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.decisions.permissions import find_decision
from placet.stages.followup import committing
from placet.stages.followup.dates import today_in
from placet.stages.followup.details import commitment_details
from placet.stages.followup.forms.making import CommitmentForm, IndicatorForm, MilestoneForm
from placet.stages.followup.managing import managed_commitments
from placet.stages.followup.models import Commitment, CommitmentMilestone, Indicator
from placet.stages.followup.permissions import reflection_of, require_secretariat
from placet.stages.followup.queries import commitment_view
from placet.stages.followup.views.frames import SECTION, commitment_url, confirm_page, managed_commitment
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
    signed_in,
)


@login_required
@require_GET
def commitments(request: HttpRequest, slug: str) -> HttpResponse:
    """What was decided, and the commitments that follow from each decision."""
    account, reflection = managed_reflection(request, slug)
    context = {
        "decisions": managed_commitments(account, reflection, reader_language(), today=today_in(reflection)),
        "may_found": account.may_found_reflections,
    }
    return manage_page(request, reflection, "followup/manage/list.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, reference: str) -> HttpResponse:
    """Make a commitment from a decision, as a draft."""
    account = signed_in(request)
    decision = find_decision(account, reference)
    require_secretariat(account, decision)
    reflection = reflection_of(decision)
    form = CommitmentForm(
        sent_data(request),
        decision=decision,
        language=reader_language(),
        clause=request.GET.get("clause", ""),
    )
    if request.method == "POST" and form.is_valid():
        made: list[Commitment] = []
        if form.carry_out(lambda: made.append(committing.make_commitment(account, decision, form.new()))):
            if not made:
                return redirect("followup:manage-list", reflection.slug)
            messages.success(
                request, _("The commitment is made as a draft. Add its milestones, then publish it.")
            )
            return redirect(commitment_url(made[0].reference))
    context = {
        "form": form,
        "title": _("Make a commitment"),
        "lede": _("From the decision %(reference)s. It begins as a draft.") % {"reference": reference},
        "submit": _("Make the commitment"),
        "back": reverse("followup:manage-list", args=[reflection.slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_GET
def commitment(request: HttpRequest, reference: str) -> HttpResponse:
    """One commitment: its state, its steps, its measures, its reports."""
    _account, found = managed_commitment(request, reference)
    reflection, language = reflection_of(found), reader_language()
    view = commitment_view(found, language, today=today_in(reflection))
    context = {"commitment": view, "details": commitment_details(view, language)}
    return manage_page(request, reflection, "followup/manage/commitment.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change a draft."""
    account, found = managed_commitment(request, reference)
    form = CommitmentForm(
        sent_data(request), decision=found.decision, language=reader_language(), commitment=found
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: committing.change_commitment(account, found, form.new()))
    ):
        messages.success(request, _("Saved."))
        return redirect(commitment_url(reference))
    context = {
        "form": form,
        "title": _("Change the commitment"),
        "submit": _("Save"),
        "back": commitment_url(reference),
    }
    return form_page(request, reflection_of(found), context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then show the commitment to everybody."""
    account, found = managed_commitment(request, reference)
    reflection = reflection_of(found)
    view = commitment_view(found, reader_language(), today=today_in(reflection))
    context = {
        "title": _("Publish this commitment?"),
        "wording": view.title,
        "text": _(
            "Everybody sees it then, and those who carry it can report. What is committed to, by whom and by "
            "when, cannot change any more."
        ),
        "submit": _("Publish the commitment"),
        "back": commitment_url(reference),
    }
    return confirm_page(
        request,
        reflection,
        context,
        lambda: committing.publish_commitment(account, found),
        done=_("The commitment is published."),
        onwards=commitment_url(reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def add_milestone(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a step on the way."""
    account, found = managed_commitment(request, reference)
    form = MilestoneForm(sent_data(request), languages=reflection_of(found).languages)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: committing.add_milestone(
                account,
                found,
                form.bodies("title"),
                due_date=form.cleaned_data["due_date"],
                precision=form.cleaned_data["precision"],
                reached_date=form.cleaned_data["reached_date"],
                source_url=form.cleaned_data["source_url"],
            )
        )
    ):
        messages.success(request, _("The milestone is added."))
        return redirect(commitment_url(reference))
    context = {
        "form": form,
        "title": _("Add a milestone"),
        "submit": _("Add the milestone"),
        "back": commitment_url(reference),
    }
    return form_page(request, reflection_of(found), context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def remove_milestone(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask once more, then take a step out of a draft."""
    account, found = managed_commitment(request, reference)
    milestone = get_object_or_404(CommitmentMilestone, commitment=found, pk=pk)
    context = {
        "title": _("Remove this milestone?"),
        "text": _("It is taken out of the draft. Once a commitment is published, its milestones stay."),
        "submit": _("Remove the milestone"),
        "back": commitment_url(reference),
        "is_danger": True,
    }
    return confirm_page(
        request,
        reflection_of(found),
        context,
        lambda: committing.remove_milestone(account, milestone),
        done=_("The milestone is removed."),
        onwards=commitment_url(reference),
    )


@login_required
@require_http_methods(["GET", "POST"])
def add_indicator(request: HttpRequest, reference: str) -> HttpResponse:
    """Say by what progress is measured."""
    account, found = managed_commitment(request, reference)
    form = IndicatorForm(sent_data(request), languages=reflection_of(found).languages)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: committing.add_indicator(
                account,
                found,
                form.bodies("name"),
                unit=form.cleaned_data["unit"],
                baseline=form.cleaned_data["baseline"],
                target=form.cleaned_data["target"],
            )
        )
    ):
        messages.success(request, _("The indicator is added."))
        return redirect(commitment_url(reference))
    context = {
        "form": form,
        "title": _("Add an indicator"),
        "submit": _("Add the indicator"),
        "back": commitment_url(reference),
    }
    return form_page(request, reflection_of(found), context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def remove_indicator(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask once more, then take a measure out of a draft."""
    account, found = managed_commitment(request, reference)
    indicator = get_object_or_404(Indicator, commitment=found, pk=pk)
    context = {
        "title": _("Remove this indicator?"),
        "text": _("It is taken out of the draft. Once a commitment is published, its indicators stay."),
        "submit": _("Remove the indicator"),
        "back": commitment_url(reference),
        "is_danger": True,
    }
    return confirm_page(
        request,
        reflection_of(found),
        context,
        lambda: committing.remove_indicator(account, indicator),
        done=_("The indicator is removed."),
        onwards=commitment_url(reference),
    )

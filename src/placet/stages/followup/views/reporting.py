"""Reporting on a commitment: the secretariat, and the delegates of the members that carry it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from placet.stages.followup.committing import reach_milestone
from placet.stages.followup.dates import today_in
from placet.stages.followup.forms.making import ReachForm
from placet.stages.followup.forms.reporting import ReportForm
from placet.stages.followup.models import Commitment, CommitmentMilestone, ProgressReport
from placet.stages.followup.permissions import find_commitment, reflection_of, require_reporter
from placet.stages.followup.queries import commitment_view
from placet.stages.followup.reporting import report_progress
from placet.stages.followup.views.frames import public_url
from placet.stages.mandates.manage_pages import reader_language, sent_data, signed_in
from placet.stages.mandates.models import Member
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account
from placet.stages.texts.queries import Wording, wordings


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """Say how far it is, as of which day, and what shows it."""
    account, found, member = _reporter(request, reference)
    form = ReportForm(
        sent_data(request),
        commitment=found,
        language=reader_language(),
        initial={"kind": ProgressReport.Kind.PROGRESS, "of_date": today_in(reflection_of(found))},
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: report_progress(
                account,
                found,
                form.cleaned_data["kind"],
                form.bodies("text"),
                of_date=form.cleaned_data["of_date"],
                evidence=form.evidence(),
                values=form.values(),
            )
        )
    ):
        messages.success(request, _("The report is published."))
        return redirect(public_url(reference))
    lede = _("What you send is public at once and stays: a correction is a new report.")
    context = {
        "form": form,
        "title": _("Report on this commitment"),
        "lede": lede,
        "submit": _("Publish the report"),
    }
    return _page(request, found, member, context)


@login_required
@require_http_methods(["GET", "POST"])
def reach(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Say on which day a milestone was reached."""
    account, found, member = _reporter(request, reference)
    milestone = get_object_or_404(CommitmentMilestone, commitment=found, pk=pk, removed_at=None)
    form = ReachForm(
        sent_data(request),
        initial={"reached_date": milestone.reached_date or today_in(reflection_of(found))},
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: reach_milestone(account, milestone, form.cleaned_data["reached_date"]))
    ):
        messages.success(request, _("The milestone is reached."))
        return redirect(public_url(reference))
    context = {
        "form": form,
        "title": _("A milestone is reached"),
        "wording": _wording(milestone),
        "submit": _("Save"),
    }
    return _page(request, found, member, context)


def _reporter(request: HttpRequest, reference: str) -> tuple[Account, Commitment, Member | None]:
    account = signed_in(request)
    found = find_commitment(account, reference)
    _account, member = require_reporter(account, found)
    return account, found, member


def _wording(milestone: CommitmentMilestone) -> Wording:
    return wordings([milestone.title_id], reader_language())[milestone.title_id]


def _page(
    request: HttpRequest, found: Commitment, member: Member | None, context: dict[str, object]
) -> HttpResponse:
    """In the public frame: delegates have no pages of management."""
    reflection, language = reflection_of(found), reader_language()
    frame = {
        "reflection": reflection_view(reflection, language),
        "section": "followup",
        "commitment": commitment_view(found, language, today=today_in(reflection)),
        "member": wordings([member.name_id], language)[member.name_id] if member else None,
        "back": public_url(found.reference),
    }
    form = context["form"]
    has_errors = bool(getattr(form, "errors", None))
    return render(request, "followup/form.html", {**frame, **context}, status=422 if has_errors else 200)

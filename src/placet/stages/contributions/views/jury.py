"""The pages of the jury: the entries, one of them with its scores, and declaring an interest."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.contributions.calls import judging
from placet.stages.contributions.calls.jury import is_barred, jury_page, own_scores
from placet.stages.contributions.calls.queries import call_view, criterion_views
from placet.stages.contributions.calls.states import find_call, find_entry, require_juror
from placet.stages.contributions.forms.calls import InterestForm, ScoreForm
from placet.stages.contributions.models import Call, Contribution
from placet.stages.contributions.queries import contribution_view
from placet.stages.contributions.views.frames import contribution_page
from placet.stages.mandates.manage_pages import reader_language, sent_data, signed_in


@login_required
@require_GET
def jury(request: HttpRequest, reference: str) -> HttpResponse:
    """The entries in this juror's own order, and how far it is."""
    found = find_call(reference, request.user)
    page = jury_page(found, request.user, reader_language())
    return contribution_page(request, found.reflection, "calls/jury", {"page": page, "call": page.call})


@login_required
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, reference: str, entry: str) -> HttpResponse:
    """One entry, and this juror's scores of it."""
    found, judged = _judged(request, reference, entry)
    account = signed_in(request)
    criteria = criterion_views(found, reader_language())
    given = own_scores(account, found, judged)
    initial = {f"score_{criterion_id}": value for criterion_id, value in given.items()}
    form = ScoreForm(sent_data(request), criteria=criteria, initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: judging.give_scores(account, found, judged, form.scores()))
    ):
        messages.success(request, _("Your scores are kept. You may change them until the jury has finished."))
        following = jury_page(found, account, reader_language()).next_reference
        if following:
            return redirect("contributions:jury-entry", reference, following)
        return redirect("contributions:jury", reference)
    context = {
        "call": call_view(found, reader_language()),
        "entry": contribution_view(judged, account, reader_language()),
        "form": form,
        "is_barred": is_barred(account, found, judged),
        "is_scored": bool(given),
    }
    status = 422 if form.errors else 200
    return contribution_page(request, found.reflection, "calls/jury_entry", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def interest(request: HttpRequest, reference: str, entry: str) -> HttpResponse:
    """Say that one has an interest in an entry, and judge it no more."""
    found, judged = _judged(request, reference, entry)
    account = signed_in(request)
    form = InterestForm(sent_data(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: judging.declare_interest(account, found, judged, reason=form.cleaned_data["reason"])
        )
    ):
        messages.success(request, _("Your interest is on record. You do not judge this entry."))
        return redirect("contributions:jury", reference)
    context = {
        "call": call_view(found, reader_language()),
        "entry": contribution_view(judged, account, reader_language()),
        "form": form,
        "back": reverse("contributions:jury-entry", args=[reference, entry]),
    }
    status = 422 if form.errors else 200
    return contribution_page(request, found.reflection, "calls/interest", context, status=status)


def _judged(request: HttpRequest, reference: str, entry: str) -> tuple[Call, Contribution]:
    """The call and one of its entries, for the jury."""
    found = find_call(reference, request.user)
    require_juror(request.user, found)
    return found, find_entry(found, entry)

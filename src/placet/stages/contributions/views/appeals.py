"""The author's page of a decision: what it was, why, and one appeal against it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.contributions.forms.talking import AppealForm
from placet.stages.contributions.models import Contribution
from placet.stages.contributions.moderating.appealing import appeal as make_appeal
from placet.stages.contributions.moderating.queries import (
    decision_views,
    find_own_decision,
    item_of,
    latest_decisions,
    rule_views,
    stands,
)
from placet.stages.contributions.permissions import find_contribution, is_author
from placet.stages.contributions.views.frames import contribution_page
from placet.stages.mandates.manage_pages import reader_language, sent_data, signed_in
from placet.stages.mandates.queries import participant_of
from placet.stages.texts.queries import wordings


@login_required
@require_GET
def own_decision(request: HttpRequest, reference: str) -> HttpResponse:
    """To the last decision about what one wrote."""
    account = signed_in(request)
    found = find_contribution(reference, account)
    latest = latest_decisions([found]).get(found.pk)
    if latest is None or not is_author(account, found):
        raise Http404
    return redirect("contributions:appeal", latest.pk)


@login_required
@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a decision about what one wrote, and ask that somebody else looks at it again."""
    account = signed_in(request)
    decision = find_own_decision(pk, account)
    item = item_of(decision)
    form = AppealForm(sent_data(request))
    if request.method == "POST" and form.is_valid():
        participant = participant_of(account, decision.reflection)
        try:
            if participant is not None:
                make_appeal(participant, decision, form.cleaned_data["text"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("Your appeal is sent: somebody else will look at the decision again.")
            )
            return redirect("contributions:appeal", pk)
    language = reader_language()
    contribution = item if isinstance(item, Contribution) else item.contribution
    text_id = item.title_id if isinstance(item, Contribution) else item.text_id
    (view,) = decision_views([decision], language)
    context = {
        "decision": view,
        "rule": next(
            (rule for rule in rule_views(decision.reflection, language) if rule.number == view.rule_number),
            None,
        ),
        "is_comment": not isinstance(item, Contribution),
        "reference": contribution.reference,
        "wording": wordings([text_id], language).get(text_id) if text_id else None,
        "may_appeal": view.may_appeal_until is not None and stands(decision, item),
        "form": form,
    }
    status = 422 if form.errors else 200
    return contribution_page(request, decision.reflection, "moderating/appeal", context, status=status)

"""The brief for an adviser: a page, and one sheet of paper."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from placet.portal.briefs.composing import compose_brief
from placet.portal.briefs.material import gather
from placet.portal.briefs.pdf import brief_pdf
from placet.stages.decisions.communiques.typesetting import TypesettingError
from placet.stages.mandates.queries import reflection_view
from placet.stages.proposals.queries import find_proposal

RETRY_SECONDS = 60


@require_safe
def brief(request: HttpRequest, reference: str) -> HttpResponse:
    """A proposal in six answers, to whom the proposal is visible."""
    found, language = find_proposal(request.user, reference), get_language() or "en"
    context = {
        "reflection": reflection_view(found.priority.reflection, language),
        "brief": compose_brief(gather(found, language), language),
        "made_on": timezone.localdate(),
    }
    return render(request, "portal/brief.html", context)


@require_safe
def brief_as_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The same on one page of A4."""
    found, language = find_proposal(request.user, reference), get_language() or "en"
    name = reflection_view(found.priority.reflection, language).name.body
    try:
        body = brief_pdf(gather(found, language), language, author=name, made_on=timezone.localdate())
    except TypesettingError:
        response = HttpResponse(
            _("The brief could not be typeset just now. Try again, or read the page."),
            status=503,
            content_type="text/plain; charset=utf-8",
        )
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    etag = quote_etag(sha256(body).hexdigest())
    known = get_conditional_response(request, etag=etag)
    response = known or HttpResponse(body, content_type="application/pdf")
    if known is None:
        response["Content-Disposition"] = f'inline; filename="{found.reference}-{language}.pdf"'
    response["ETag"] = etag
    return response

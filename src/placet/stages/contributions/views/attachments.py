"""Files, as downloads."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from placet.stages.contributions.attachments.keeping import find_attachment
from placet.stages.contributions.attachments.serving import download_response
from placet.stages.contributions.permissions import find_contribution, find_own_contribution
from placet.stages.mandates.manage_pages import signed_in


@require_GET
def attachment(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """A file of a contribution, for whoever may see the contribution."""
    found = find_attachment(find_contribution(reference, request.user), pk)
    return download_response(found.file, found.file_name)


@login_required
@require_GET
def draft_attachment(request: HttpRequest, pk: UUID, attachment_pk: UUID) -> HttpResponse:
    """A file of one's own draft."""
    own = find_own_contribution(pk, signed_in(request))
    found = find_attachment(own, attachment_pk, of_draft=True)
    return download_response(found.file, found.file_name)

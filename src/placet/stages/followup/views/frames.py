"""What the secretariat's pages about commitments share: who comes in, and the question asked once more."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from placet.stages.followup.models import Commitment
from placet.stages.followup.permissions import find_commitment, require_secretariat
from placet.stages.mandates.manage_pages import manage_page, signed_in
from placet.stages.mandates.models import Reflection
from placet.stages.people.models import Account

SECTION = "followup"


def managed_commitment(request: HttpRequest, reference: str) -> tuple[Account, Commitment]:
    """The account and the commitment that it manages.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen.
    PermissionDenied
        To all but the secretariat.
    """
    account = signed_in(request)
    commitment = find_commitment(account, reference)
    return require_secretariat(account, commitment), commitment


def confirm_page(
    request: HttpRequest,
    reflection: Reflection,
    context: Mapping[str, object],
    deed: Callable[[], object],
    *,
    done: str,
    onwards: str,
) -> HttpResponse:
    """Ask once more, then do it: ``done`` is said and ``onwards`` opened; a refusal is shown on the page."""
    error = ""
    if request.method == "POST":
        try:
            deed()
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, done)
            return redirect(onwards)
    return manage_page(
        request,
        reflection,
        "mandates/confirm.html",
        {**context, "error": error},
        section=SECTION,
        status=422 if error else 200,
    )


def commitment_url(reference: str) -> str:
    """The secretariat's page about a commitment."""
    return reverse("followup:manage-commitment", args=[reference])


def public_url(reference: str) -> str:
    """Everybody's page about a commitment."""
    return reverse("followup:commitment", args=[reference])

"""What the pages that run consultations share: who may come in, and the frame."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from placet.stages.consultations import queries
from placet.stages.consultations.models import Consultation
from placet.stages.mandates.manage_pages import manage_page, reader_language, signed_in
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import require_role
from placet.stages.people.models import Account

SECTION = "consultations"


def managed_consultation(request: HttpRequest, reference: str, *roles: Role) -> tuple[Account, Consultation]:
    """The account and the consultation that it runs, by default as its secretariat."""
    account = signed_in(request)
    found = queries.find_consultation(reference, account)
    return require_role(account, found.priority.reflection, *(roles or (Role.SECRETARIAT,))), found


def consultation_page(
    request: HttpRequest, found: Consultation, name: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A page about one consultation in the frame of its reflection's management."""
    view = queries.consultation_view(found, reader_language())
    return manage_page(
        request,
        found.priority.reflection,
        f"consultations/manage/{name}.html",
        {"consultation": view, **context},
        section=SECTION,
        status=status,
    )


def is_fragment(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of a page."""
    return bool(request.htmx)  # type: ignore[attr-defined]

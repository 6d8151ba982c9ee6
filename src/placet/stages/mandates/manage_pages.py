"""What the secretariat's pages share, here and in later stages: who may come in, and the frame."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language

from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import require_role, roles_of
from placet.stages.mandates.queries import find_reflection, reflection_view
from placet.stages.people.models import Account


def signed_in(request: HttpRequest) -> Account:
    """The account behind a request, under ``login_required``."""
    if not isinstance(request.user, Account):
        raise TypeError(request.user)
    return request.user


def managed_reflection(request: HttpRequest, slug: str, *roles: Role) -> tuple[Account, Reflection]:
    """The account and the reflection that it runs, by default as its secretariat.

    Raises
    ------
    Http404
        Where the reflection does not exist, or the account may not see it.
    PermissionDenied
        Where the account holds none of the roles.
    """
    account = signed_in(request)
    reflection = find_reflection(slug, account)
    return require_role(account, reflection, *(roles or (Role.SECRETARIAT,))), reflection


def sent_data(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where its page is only opened."""
    return request.POST if request.method == "POST" else None


def reader_language() -> str:
    """The language of the page."""
    return get_language() or "en"


def manage_page(
    request: HttpRequest,
    reflection: Reflection,
    template: str,
    context: Mapping[str, object],
    *,
    section: str,
    status: int = 200,
) -> HttpResponse:
    """A page in the frame of a reflection's management; ``section`` is where the side navigation stands."""
    frame = {
        "reflection": reflection_view(reflection, reader_language()),
        "roles": roles_of(request.user, reflection),
        "manage_section": section,
        "section": "manage",
    }
    return render(request, template, {**frame, **context}, status=status)


def form_page(
    request: HttpRequest,
    reflection: Reflection,
    context: Mapping[str, object],
    *,
    section: str,
    template: str = "mandates/form.html",
) -> HttpResponse:
    """A page around ``context["form"]``: also needs ``title``, ``submit`` and ``back`` (an address)."""
    has_errors = bool(getattr(context["form"], "errors", None))
    return manage_page(
        request, reflection, template, context, section=section, status=422 if has_errors else 200
    )

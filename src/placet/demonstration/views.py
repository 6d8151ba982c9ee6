"""Pages of the demonstration alone: what is real, signing in as somebody, the mails that were not sent."""

from functools import cache

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.demonstration.content import load_content
from placet.demonstration.guide import guided_paths
from placet.demonstration.mailbox import kept_mails
from placet.demonstration.sign_in import ROLES, is_sign_in_link, sign_in_as

ROLE_NAMES = {
    "secretariat": (
        gettext_lazy("Secretariat"),
        gettext_lazy("runs the reflection: opens consultations, runs analyses"),
    ),
    "moderator": (gettext_lazy("Moderator"), gettext_lazy("accepts or declines statements by a public rule")),
    "partner": (gettext_lazy("Partner"), gettext_lazy("a think tank or university that holds dialogues")),
    "delegate": (
        gettext_lazy("Delegate"),
        gettext_lazy("speaks for a nation, and in the other reflection for an invented island"),
    ),
    "participant": (gettext_lazy("Participant"), gettext_lazy("votes and adds statements")),
}


@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """What is real and what is invented, and a button for each role."""
    if request.method == "POST":
        return _sign_in(request, request.POST.get("role", ""))
    context = {
        "roles": [(role, *ROLE_NAMES[role]) for role in ROLES],
        "notices": _notices("fr" if get_language() == "fr" else "en"),
        "paths": guided_paths(),
    }
    return render(request, "demonstration/home.html", context)


@require_GET
def sign_in(request: HttpRequest, role: str, token: str) -> HttpResponse:
    """The link that the terminal prints: one click signs in, and leads to the first page only."""
    if not is_sign_in_link(role, token):
        raise Http404
    return _sign_in(request, role)


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """The mails kept on this computer, newest first."""
    return render(request, "demonstration/mailbox.html", {"mails": kept_mails()})


def _sign_in(request: HttpRequest, role: str) -> HttpResponse:
    if role not in ROLES:
        raise Http404
    if sign_in_as(request, role) is None:
        messages.error(
            request, _("This role’s account is not there any more. Start the demonstration afresh.")
        )
        return redirect("demonstration:home")
    messages.success(request, _("You are signed in as: %(role)s.") % {"role": ROLE_NAMES[role][0]})
    return redirect("portal:home")


@cache
def _notices(language: str) -> dict[str, str]:
    return {key: getattr(notice, language) for key, notice in load_content().notices.items()}

"""Communiqués for the secretariat: drafting, changing, looking at what will be published, publishing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.decisions.communiques.actions import (
    change_communique,
    draft_communique,
    ordered_decisions,
    publish_communique,
)
from placet.stages.decisions.communiques.composing import compose
from placet.stages.decisions.communiques.edition import Edition, compose_edition
from placet.stages.decisions.communiques.forms import CommuniqueForm
from placet.stages.decisions.communiques.queries import (
    communique_views,
    decision_rows,
    draft_view,
    find_managed_communique,
    managed_communiques,
)
from placet.stages.decisions.communiques.renderings import columns_for
from placet.stages.decisions.models import Communique
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
    signed_in,
)

SECTION = "communiques"


@login_required
@require_GET
def manage_list(request: HttpRequest, slug: str) -> HttpResponse:
    """All communiqués of a reflection, and whether there is anything to put into another."""
    account, reflection = managed_reflection(request, slug)
    language = reader_language()
    context = {
        "communiques": communique_views(managed_communiques(account, reflection), language),
        "has_decisions": bool(decision_rows(reflection, language)),
    }
    return manage_page(
        request, reflection, "decisions/communiques/manage_list.html", context, section=SECTION
    )


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Draft a communiqué."""
    account, reflection = managed_reflection(request, slug)
    rows = decision_rows(reflection, reader_language())
    form = CommuniqueForm(sent_data(request), reflection=reflection, rows=rows)
    if request.method == "POST" and form.is_valid():
        made: list[Communique] = []
        if form.carry_out(
            lambda: made.append(
                draft_communique(account, reflection, is_simulated=reflection.is_simulated, **form.values())
            )
        ):
            messages.success(request, _("Saved as a draft. Look at it, then publish it."))
            return redirect(_url(made[0].reference) if made else _list_url(slug))
    context = {
        "form": form,
        "title": _("Draft a communiqué"),
        "lede": _("Adopted texts in an order, under a title. Give each text that stands in it a number."),
        "submit": _("Save the draft"),
        "back": _list_url(slug),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_GET
def manage(request: HttpRequest, reference: str) -> HttpResponse:
    """A draft as it would be published now, and what is missing; a published one leads to its page."""
    found = find_managed_communique(signed_in(request), reference)
    if found.published_at is not None:
        return redirect("decisions:communique", reference)
    view = draft_view(found, reader_language())
    edition, missing = _preview(found)
    context = {"draft": view, "edition": edition, "missing": missing}
    return manage_page(
        request, found.reflection, "decisions/communiques/manage.html", context, section=SECTION
    )


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change a draft."""
    account = signed_in(request)
    found = find_managed_communique(account, reference)
    rows = decision_rows(found.reflection, reader_language(), found)
    form = CommuniqueForm(sent_data(request), reflection=found.reflection, rows=rows, communique=found)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: change_communique(account, found, **form.values()))
    ):
        messages.success(request, _("Saved."))
        return redirect(_url(reference))
    context = {
        "form": form,
        "title": _("Change the draft"),
        "lede": _("Give each text that stands in it a number; those without one are left out."),
        "submit": _("Save"),
        "back": _url(reference),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then publish for good."""
    account = signed_in(request)
    found = find_managed_communique(account, reference)
    error = ""
    if request.method == "POST":
        try:
            publish_communique(account, found)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, _("The communiqué is published."))
            return redirect("decisions:communique", reference)
    context = {
        "title": _("Publish this communiqué?"),
        "wording": draft_view(found, reader_language()).title,
        "text": _("Everybody reads it then, and nobody can change it any more: a digest of it is taken."),
        "submit": _("Publish the communiqué"),
        "back": _url(reference),
        "error": error,
    }
    return manage_page(
        request,
        found.reflection,
        "mandates/confirm.html",
        context,
        section=SECTION,
        status=422 if error else 200,
    )


def _preview(found: Communique) -> tuple[Edition | None, list[str]]:
    """The edition that readers would see, or what keeps it from being made."""
    try:
        document = compose(found, ordered_decisions(found), timezone.now())
    except ValidationError as refusal:
        return None, refusal.messages
    return compose_edition(document, "", columns_for(document.languages, reader_language())), []


def _url(reference: str) -> str:
    return reverse("decisions:manage-communique", args=[reference])


def _list_url(slug: str) -> str:
    return reverse("decisions:manage-communiques", args=[slug])

"""Organisations of a reflection, and who acts for them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.mandates import organisations as actions
from placet.stages.mandates.forms.organisations import OrganisationForm, RepresentativeForm
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
)
from placet.stages.mandates.models import Invitation, Organisation, Representative
from placet.stages.mandates.representing import name_by_address, open_invitations_of

SECTION = "organisations"


@login_required
@require_GET
def organisations(request: HttpRequest, slug: str) -> HttpResponse:
    """All organisations of a reflection, partners marked."""
    _account, reflection = managed_reflection(request, slug)
    counts = actions.representative_counts(reflection)
    views = actions.organisation_views(reflection, reader_language())
    context = {"organisations": [(view, counts.get(view.id, 0)) for view in views]}
    return manage_page(request, reflection, "mandates/organisations.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def add_organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an organisation known."""
    account, reflection = managed_reflection(request, slug)
    form = OrganisationForm(sent_data(request), reflection=reflection, language=reader_language())
    if request.method == "POST" and form.is_valid():
        made: list[Organisation] = []
        if form.carry_out(lambda: made.append(actions.add_organisation(account, reflection, form.frame()))):
            if not made:
                return redirect("mandates:organisations", slug)
            messages.success(request, _("The organisation is added. Name who acts for it."))
            return redirect("mandates:organisation", slug, made[0].pk)
    context = {
        "form": form,
        "title": _("Add an organisation"),
        "lede": _(
            "A think tank, a university, a company, an association: whoever writes or meets as a body."
        ),
        "submit": _("Add the organisation"),
        "back": reverse("mandates:organisations", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """One organisation: who acts for it, and a form to name somebody."""
    account, reflection = managed_reflection(request, slug)
    found = actions.find_organisation(reflection, pk)
    form = RepresentativeForm(sent_data(request), language=reader_language())
    named: list[Representative | Invitation] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: named.append(
                name_by_address(
                    account,
                    found,
                    form.cleaned_data["email"],
                    message_language=form.cleaned_data["message_language"],
                )
            )
        )
    ):
        if any(isinstance(each, Invitation) for each in named):
            messages.success(request, _("The invitation is on its way."))
        else:
            messages.success(request, _("Saved; a message says so to whom you named."))
        return redirect("mandates:organisation", slug, pk)
    view = actions.views_of(Organisation.objects.filter(pk=pk), reader_language())[pk]
    context = {
        "form": form,
        "organisation": view,
        "representatives": actions.representatives(found),
        "invitations": open_invitations_of(found),
    }
    return form_page(request, reflection, context, section=SECTION, template="mandates/organisation.html")


@login_required
@require_http_methods(["GET", "POST"])
def change_organisation(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Change what is said of an organisation."""
    account, reflection = managed_reflection(request, slug)
    found = actions.find_organisation(reflection, pk)
    form = OrganisationForm(
        sent_data(request), reflection=reflection, language=reader_language(), organisation=found
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.change_organisation(account, found, form.frame()))
    ):
        messages.success(request, _("Saved."))
        return redirect("mandates:organisation", slug, pk)
    context = {
        "form": form,
        "title": _("Change the organisation"),
        "submit": _("Save"),
        "back": reverse("mandates:organisation", args=[slug, pk]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_POST
def revoke_representative(request: HttpRequest, slug: str, pk: UUID, representative_pk: int) -> HttpResponse:
    """End that somebody acts for an organisation."""
    account, reflection = managed_reflection(request, slug)
    found = actions.find_organisation(reflection, pk)
    actions.revoke_representative(account, actions.find_representative(found, representative_pk))
    messages.success(request, _("Saved: this person does not act for the organisation any more."))
    return redirect("mandates:organisation", slug, pk)

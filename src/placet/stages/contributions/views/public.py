"""Reading contributions: the list, one, what it said before, a report's; and standing behind one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.contributions import drafts, queries
from placet.stages.contributions import revisions as revising
from placet.stages.contributions.endorsing import endorse as endorse_it
from placet.stages.contributions.endorsing import withdraw_endorsement
from placet.stages.contributions.forms.filtering import FilterForm
from placet.stages.contributions.permissions import find_contribution, is_author
from placet.stages.contributions.submitting import restore as restore_it
from placet.stages.contributions.submitting import withdraw as withdraw_it
from placet.stages.contributions.views.frames import contribution_page
from placet.stages.mandates.manage_pages import reader_language, signed_in
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.organisations import find_organisation
from placet.stages.mandates.queries import find_reflection
from placet.stages.texts.languages import CONTENT_LANGUAGES

PER_PAGE = 20


@require_GET
def contributions(request: HttpRequest, slug: str) -> HttpResponse:
    """What is published in a reflection, by filters, page by page."""
    reflection = find_reflection(slug, request.user)
    language = reader_language()
    form = FilterForm(request.GET, choices=queries.filter_choices(reflection, language))
    found = queries.listed(queries.published(reflection), form.filters())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": queries.contribution_rows(list(page), language),
        "may_write": reflection.state == Reflection.State.PUBLISHED,
    }
    return contribution_page(request, reflection, "list", context)


@require_GET
def collection(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """A report's recommendations under their numbers."""
    reflection = find_reflection(slug, request.user)
    found = queries.find_collection(reflection, pk)
    language = reader_language()
    numbered = queries.published(reflection).filter(collection=found).order_by("number", "id")
    page = Paginator(numbered, PER_PAGE * 10).get_page(request.GET.get("page"))
    context = {
        "collection": queries.collection_view(found, language),
        "page": page,
        "rows": queries.contribution_rows(list(page), language),
    }
    return contribution_page(request, reflection, "collection", context)


@require_GET
def contribution(request: HttpRequest, reference: str) -> HttpResponse:
    """One contribution: what it says, who stands behind it, and what can be done with it."""
    found = find_contribution(reference, request.user)
    language = reader_language()
    chosen = request.GET.get("language", "")
    shown_in = chosen if chosen in CONTENT_LANGUAGES else ""
    may_endorse, endorsing = queries.endorsing_choices(found, request.user, language)
    context = {
        "contribution": queries.contribution_view(found, request.user, language, shown_in=shown_in),
        "may_endorse": may_endorse,
        "endorsing": endorsing,
    }
    return contribution_page(request, found.reflection, "contribution", context)


@require_GET
def revisions(request: HttpRequest, reference: str) -> HttpResponse:
    """When a contribution changed."""
    found = find_contribution(reference, request.user)
    context = {
        "contribution": found,
        "title": queries.contribution_view(found, request.user, reader_language()).row.title,
        "revisions": revising.revisions_of(found),
    }
    return contribution_page(request, found.reflection, "revisions", context)


@require_GET
def revision(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What changed with a revision, or since another one that is named by ``with``."""
    found = find_contribution(reference, request.user)
    asked = request.GET.get("with", "")
    other = int(asked) if asked.isdecimal() and len(asked) <= 6 else max(1, number - 1)
    context = {
        "contribution": found,
        "comparison": revising.comparison(found, number, with_number=other),
    }
    return contribution_page(request, found.reflection, "revision", context)


@login_required
@require_POST
def revise(request: HttpRequest, reference: str) -> HttpResponse:
    """Open one's own contribution for changes."""
    account = signed_in(request)
    found = find_contribution(reference, account)
    try:
        drafts.begin_revision(account, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("contributions:contribution", reference)
    return redirect("contributions:draft", found.pk)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then withdraw one's own contribution."""
    account = signed_in(request)
    found = find_contribution(reference, account)
    if not is_author(account, found):
        raise Http404
    if request.method == "POST":
        try:
            withdraw_it(account, found)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("Your contribution is withdrawn."))
        return redirect("contributions:contribution", reference)
    return contribution_page(request, found.reflection, "withdraw", {"contribution": found})


@login_required
@require_POST
def restore(request: HttpRequest, reference: str) -> HttpResponse:
    """Undo a withdrawal."""
    account = signed_in(request)
    found = find_contribution(reference, account)
    try:
        restore_it(account, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The withdrawal is undone."))
    return redirect("contributions:contribution", reference)


@login_required
@require_POST
def endorse(request: HttpRequest, reference: str) -> HttpResponse:
    """An organisation stands behind a contribution, or no longer does."""
    account = signed_in(request)
    found = find_contribution(reference, account)
    organisation = find_organisation(found.reflection, _organisation_key(request))
    try:
        if request.POST.get("deed") == "withdraw":
            withdraw_endorsement(account, found, organisation)
            messages.success(request, _("The endorsement is withdrawn."))
        else:
            endorse_it(account, found, organisation)
            messages.success(request, _("Thank you: the endorsement is shown with the contribution."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("contributions:contribution", reference)


def _organisation_key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("organisation", ""))
    except ValueError:
        raise Http404 from None

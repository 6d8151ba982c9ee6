"""Members and constituencies: who belongs to a reflection, under which names."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from placet.stages.mandates import actions, queries
from placet.stages.mandates.countries import names_in
from placet.stages.mandates.forms.setup import ConstituencyForm, MembersForm, NameForm, usual_constituencies
from placet.stages.mandates.manage_pages import (
    form_page,
    managed_reflection,
    reader_language,
    sent_data,
    signed_in,
)
from placet.stages.mandates.models import Constituency, Member, Reflection


@login_required
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The members, and the countries that can become one."""
    account, reflection = managed_reflection(request, slug)
    views = queries.member_views(reflection, reader_language())
    form = MembersForm(sent_data(request), known={view.code for view in views})
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.add_members(account, reflection, names_in(form.chosen(), reflection.languages))
        )
    ):
        messages.success(request, _("The members are added."))
        return redirect("mandates:members", slug)
    context = {"form": form, "members": views}
    return form_page(request, reflection, context, section="members", template="mandates/members.html")


@login_required
@require_http_methods(["GET", "POST"])
def change_member(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Another name for a member: the list gives the usual one, an alliance may use its own."""
    _account, reflection = managed_reflection(request, slug)
    return _change_name(request, reflection, queries.find_member(reflection, code), "members")


@login_required
@require_POST
def remove_member(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Take back a member to which nobody belongs."""
    _account, reflection = managed_reflection(request, slug)
    return _remove(request, reflection, queries.find_member(reflection, code), "members")


@login_required
@require_http_methods(["GET", "POST"])
def constituencies(request: HttpRequest, slug: str) -> HttpResponse:
    """The kinds of contributor, and a form for one more."""
    account, reflection = managed_reflection(request, slug)
    form = ConstituencyForm(sent_data(request), reflection=reflection)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.add_constituencies(
                account, reflection, {form.cleaned_data["key"]: form.bodies("name")}
            )
        )
    ):
        messages.success(request, _("The constituency is added."))
        return redirect("mandates:constituencies", slug)
    views = queries.constituency_views(reflection, reader_language())
    missing = usual_constituencies(reflection.languages).keys() - {view.key for view in views}
    context = {"form": form, "constituencies": views, "offers_usual": bool(missing)}
    return form_page(
        request, reflection, context, section="constituencies", template="mandates/constituencies.html"
    )


@login_required
@require_POST
def add_usual_constituencies(request: HttpRequest, slug: str) -> HttpResponse:
    """The five of the glossary in one go; those already there stay as they are."""
    account, reflection = managed_reflection(request, slug)
    actions.add_constituencies(account, reflection, usual_constituencies(reflection.languages))
    messages.success(request, _("The usual constituencies are added."))
    return redirect("mandates:constituencies", slug)


@login_required
@require_http_methods(["GET", "POST"])
def change_constituency(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Another name for a constituency."""
    _account, reflection = managed_reflection(request, slug)
    return _change_name(request, reflection, queries.find_constituency(reflection, key), "constituencies")


@login_required
@require_POST
def remove_constituency(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Take back a constituency to which nobody belongs."""
    _account, reflection = managed_reflection(request, slug)
    return _remove(request, reflection, queries.find_constituency(reflection, key), "constituencies")


def _change_name(
    request: HttpRequest, reflection: Reflection, item: Member | Constituency, section: str
) -> HttpResponse:
    form = NameForm(sent_data(request), reflection=reflection, item=item)
    account = signed_in(request)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: actions.change_name(account, item, form.bodies("name")))
    ):
        messages.success(request, _("Saved."))
        return redirect(f"mandates:{section}", reflection.slug)
    context = {
        "form": form,
        "title": _("Change the name of %(name)s") % {"name": item},
        "submit": _("Save"),
        "back": reverse(f"mandates:{section}", args=[reflection.slug]),
    }
    return form_page(request, reflection, context, section=section)


def _remove(
    request: HttpRequest, reflection: Reflection, item: Member | Constituency, section: str
) -> HttpResponse:
    try:
        actions.remove_member_or_constituency(signed_in(request), item)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("%(name)s is removed.") % {"name": item})
    return redirect(f"mandates:{section}", reflection.slug)

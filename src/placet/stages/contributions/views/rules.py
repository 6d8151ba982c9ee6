"""The secretariat's pages of the public rule."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.contributions.forms.moderating import RuleForm
from placet.stages.contributions.moderating import rules as actions
from placet.stages.contributions.moderating.queries import find_rule, rule_views
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
)

SECTION = "contributions"


@login_required
@require_GET
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """The points of the rule, retired ones last."""
    _account, reflection = managed_reflection(request, slug)
    views = rule_views(reflection, reader_language())
    context = {
        "rules": [view for view in views if not view.is_retired],
        "retired": [view for view in views if view.is_retired],
        "tab": "rules",
    }
    template = "contributions/moderating/manage_rules.html"
    return manage_page(request, reflection, template, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """One more point, with the next number."""
    account, reflection = managed_reflection(request, slug)
    form = RuleForm(sent_data(request), reflection=reflection)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.add_rule(
                account, reflection, title=form.bodies("title"), explanation=form.bodies("explanation")
            )
        )
    ):
        messages.success(request, _("The point is added to the rule."))
        return redirect("contributions:manage-rules", slug)
    context = {
        "form": form,
        "title": _("Add a point to the rule"),
        "lede": _("Everybody can read it; every refusal names one of the points."),
        "submit": _("Add the point"),
        "back": reverse("contributions:manage-rules", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_POST
def add_usual(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin with the six usual points; nothing happens where there is one already."""
    account, reflection = managed_reflection(request, slug)
    if actions.add_usual_rules(account, reflection):
        messages.success(request, _("The six usual points are added: change them as you see fit."))
    return redirect("contributions:manage-rules", slug)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Word a point differently."""
    account, reflection = managed_reflection(request, slug)
    rule = find_rule(reflection, number)
    form = RuleForm(sent_data(request), reflection=reflection, rule=rule)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: actions.change_rule(
                account, rule, title=form.bodies("title"), explanation=form.bodies("explanation")
            )
        )
    ):
        messages.success(request, _("Saved."))
        return redirect("contributions:manage-rules", slug)
    context = {
        "form": form,
        "title": _("Change point %(number)s of the rule") % {"number": number},
        "lede": _("Decisions that name it show the new wording; earlier ones stay on record."),
        "submit": _("Save"),
        "back": reverse("contributions:manage-rules", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_POST
def retire(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """No decision names the point from now on."""
    account, reflection = managed_reflection(request, slug)
    actions.retire_rule(account, find_rule(reflection, number))
    messages.success(request, _("Point %(number)s is no longer in force.") % {"number": number})
    return redirect("contributions:manage-rules", slug)


@login_required
@require_POST
def bring_back(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Put a retired point in force again."""
    account, reflection = managed_reflection(request, slug)
    actions.bring_back_rule(account, find_rule(reflection, number))
    messages.success(request, _("Point %(number)s is in force again.") % {"number": number})
    return redirect("contributions:manage-rules", slug)

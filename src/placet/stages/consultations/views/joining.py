"""Join codes: entering one, and the secretariat's making and withdrawing them."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.consultations import joining, queries
from placet.stages.consultations.arrivals import NEW_PARTICIPANTS, CrowdError, source_of
from placet.stages.consultations.identity import remember_join_code
from placet.stages.consultations.joining_forms import JoinCodeForm, JoinForm
from placet.stages.consultations.models import Consultation, JoinCode
from placet.stages.consultations.views.crowds import told_to_wait
from placet.stages.mandates.manage_pages import form_page, manage_page, reader_language, sent_data, signed_in
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import require_role
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account

SECTION = "consultations"


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, reference: str) -> HttpResponse:
    """Enter the code that was read out."""
    found = queries.find_consultation(reference, request.user)
    form = JoinForm(sent_data(request))
    if request.method == "POST" and form.is_valid():
        return _let_in(request, found, form)
    return _join_page(request, found, form)


@require_GET
def join_by_link(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    """Come in by a link that holds the code."""
    found = queries.find_consultation(reference, request.user)
    form = JoinForm({"code": code})
    return _let_in(request, found, form) if form.is_valid() else _join_page(request, found, form)


@login_required
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, reference: str) -> HttpResponse:
    """Make a join code, or a new one in place of the last."""
    account, found = _managed(request, reference)
    reflection = found.priority.reflection
    form = JoinCodeForm(sent_data(request), reflection=reflection)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: joining.make_join_code(account, found, expires_at=form.cleaned_data["expires_at"])
        )
    ):
        messages.success(request, _("The join code is made."))
        return redirect("consultations:manage-consultation", reference)
    has_one = joining.current_join_code(account, found) is not None
    context = {
        "form": form,
        "title": _("Make a new join code") if has_one else _("Make a join code"),
        "lede": _(
            "Where many people take part from one place, the limit on newcomers from one internet "
            "connection would keep them waiting. Whoever enters the code need not wait."
        ),
        "submit": _("Make the code"),
        "back": reverse("consultations:manage-consultation", args=[reference]),
    }
    if has_one:
        context["lede"] = _("The code that there is now is withdrawn: it lets nobody in any more.")
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then withdraw the code."""
    account, found = _managed(request, reference)
    if request.method == "POST":
        joining.withdraw_join_code(account, found)
        messages.success(request, _("The join code is withdrawn."))
        return redirect("consultations:manage-consultation", reference)
    context = {
        "title": _("Withdraw the join code?"),
        "wording": queries.consultation_view(found, reader_language()).question,
        "text": _("It lets nobody in any more. Who has begun already goes on."),
        "submit": _("Withdraw"),
        "back": reverse("consultations:manage-consultation", args=[reference]),
    }
    return manage_page(request, found.priority.reflection, "mandates/confirm.html", context, section=SECTION)


def join_code_section(account: Account, found: Consultation) -> dict[str, object]:
    """What the management page shows of the code, for the secretariat."""
    code = joining.current_join_code(account, found)
    path = reverse("consultations:join-by-link", args=[found.reference, code.code]) if code else ""
    return {
        "newcomers": NEW_PARTICIPANTS,
        "takes_join_codes": joining.takes_join_codes(found),
        "join_code": code,
        "join_code_spoken": _spoken(code) if code else "",
        "join_code_is_over": code is not None and code.expires_at <= timezone.now(),
        "join_link": f"{settings.PUBLIC_URL}{path}",
    }


def _let_in(request: HttpRequest, found: Consultation, form: JoinForm) -> HttpResponse:
    try:
        code = joining.try_join_code(
            found, form.cleaned_data["code"], source=source_of(request), now=timezone.now()
        )
    except CrowdError as crowd:
        form.add_error("code", _("Too many wrong codes came from your internet connection. Wait a moment."))
        return told_to_wait(_join_page(request, found, form), crowd)
    if code is None:
        form.add_error("code", _("This is not the join code of this consultation, or its time is over."))
        return _join_page(request, found, form)
    remember_join_code(request, code)
    messages.success(request, _("The join code is accepted: you can begin at once."))
    return redirect("consultations:consultation", found.reference)


def _join_page(request: HttpRequest, found: Consultation, form: JoinForm) -> HttpResponse:
    context = {
        "consultation": queries.consultation_view(found, reader_language()),
        "reflection": reflection_view(found.priority.reflection, reader_language()),
        "form": form,
    }
    return render(request, "consultations/join.html", context, status=422 if form.errors else 200)


def _spoken(code: JoinCode) -> str:
    """In two halves, as one reads it out."""
    middle = len(code.code) // 2
    return f"{code.code[:middle]}-{code.code[middle:]}"


def _managed(request: HttpRequest, reference: str) -> tuple[Account, Consultation]:
    account = signed_in(request)
    found = queries.find_consultation(reference, account)
    return require_role(account, found.priority.reflection, Role.SECRETARIAT), found

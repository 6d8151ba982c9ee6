"""Running calls: set up, open, name the jury, hand over, finish, decide."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.contributions.calls import deciding, judging, queries, setup
from placet.stages.contributions.calls.states import find_call, find_entry, require_secretariat
from placet.stages.contributions.forms.calls import CallForm, JurorForm, ResultForm, VerdictForm
from placet.stages.contributions.models import Call, Juror, Verdict
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
    signed_in,
)
from placet.stages.people.models import Account

SECTION = "calls"


@login_required
@require_GET
def calls(request: HttpRequest, slug: str) -> HttpResponse:
    """The calls of a reflection, drafts included."""
    account, reflection = managed_reflection(request, slug)
    context = {"calls": queries.call_views(account, reflection, reader_language())}
    return manage_page(request, reflection, "contributions/calls/manage_calls.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Set up a call as a draft."""
    account, reflection = managed_reflection(request, slug)
    form = CallForm(sent_data(request), reflection=reflection)
    if request.method == "POST" and form.is_valid():
        made: list[Call] = []
        frame = form.frame(is_simulated=reflection.is_simulated)
        if form.carry_out(lambda: made.append(setup.create_call(account, reflection, frame))):
            if not made:
                return redirect("contributions:manage-calls", slug)
            messages.success(request, _("The call is set up as a draft. Name the jury, then open it."))
            return redirect("contributions:manage-call", made[0].reference)
    context = {
        "form": form,
        "title": _("Set up a call"),
        "lede": _("It begins as a draft that nobody else sees."),
        "submit": _("Set up the call"),
        "back": reverse("contributions:manage-calls", args=[slug]),
    }
    return form_page(request, reflection, context, section=SECTION)


@login_required
@require_GET
def call(request: HttpRequest, reference: str) -> HttpResponse:
    """One call: where it stands, what comes next, how far the jury is and, at the end, what it says."""
    account, found = _managed_call(request, reference)
    page = queries.managed_call(account, found, reader_language())
    context = {"page": page, "call": page.call}
    return manage_page(
        request, found.reflection, "contributions/calls/manage_call.html", context, section=SECTION
    )


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change what is said of a call."""
    account, found = _managed_call(request, reference)
    form = CallForm(sent_data(request), reflection=found.reflection, call=found)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: setup.change_call(account, found, form.frame(is_simulated=found.is_simulated))
        )
    ):
        messages.success(request, _("Saved."))
        return redirect("contributions:manage-call", reference)
    context = {
        "form": form,
        "title": _("Change the call"),
        "lede": _("Once a score exists, the criteria and their weights stay as they are."),
        "submit": _("Save"),
        "back": _address(found),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def name_juror(request: HttpRequest, reference: str) -> HttpResponse:
    """Give an account a seat in the jury."""
    account, found = _managed_call(request, reference)
    form = JurorForm(sent_data(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(
            lambda: setup.name_juror(
                account,
                found,
                email=form.cleaned_data["email"],
                public_name=form.cleaned_data["public_name"],
                public_title=form.cleaned_data["public_title"],
            )
        )
    ):
        messages.success(request, _("The seat is given, and a message is on its way."))
        return redirect("contributions:manage-call", reference)
    context = {
        "form": form,
        "title": _("Name a member of the jury"),
        "lede": _("The jury stands on the page of the call. With at least three, averages can be published."),
        "submit": _("Name"),
        "back": _address(found),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_POST
def remove_juror(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a seat back."""
    account, found = _managed_call(request, reference)
    juror = get_object_or_404(Juror.objects.select_related("call__reflection"), call=found, pk=pk)
    try:
        setup.remove_juror(account, juror)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The seat is taken back."))
    return redirect("contributions:manage-call", reference)


@login_required
@require_http_methods(["GET", "POST"])
def open_(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then show the call to everybody."""
    account, found = _managed_call(request, reference)
    words = {
        "title": _("Open this call?"),
        "text": _("Everybody sees it then. Entries come in between its dates."),
        "submit": _("Open the call"),
        "done": _("The call is open."),
    }
    return _confirmed(request, found, words, lambda: setup.open_call(account, found))


@login_required
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then hand the entries to the jury."""
    account, found = _managed_call(request, reference)
    words = {
        "title": _("Hand the entries to the jury?"),
        "text": _(
            "No entry comes in or changes any more, whatever the closing date. The audience’s vote begins."
        ),
        "submit": _("Hand over"),
        "done": _("The entries are with the jury."),
    }
    return _confirmed(request, found, words, lambda: setup.begin_judging(account, found))


@login_required
@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then make the scores final."""
    account, found = _managed_call(request, reference)
    words = {
        "title": _("End the judging?"),
        "text": _(
            "Scores are final from then on. You and the jury see what they say; the public does not yet."
        ),
        "submit": _("End the judging"),
        "done": _("The scores are final."),
    }
    return _confirmed(request, found, words, lambda: judging.end_judging(account, found))


@login_required
@require_http_methods(["GET", "POST"])
def verdict(request: HttpRequest, reference: str, entry: str) -> HttpResponse:
    """The shortlist, a prize and the reason, for one entry."""
    account, found = _managed_call(request, reference)
    judged = find_entry(found, entry)
    known = Verdict.objects.filter(contribution=judged).select_related("prize", "reason").first()
    form = VerdictForm(sent_data(request), reflection=found.reflection, verdict=known)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: deciding.write_verdict(account, found, judged, form.frame()))
    ):
        messages.success(request, _("Saved."))
        return redirect("contributions:manage-call", reference)
    context = {
        "form": form,
        "title": _("Decide about %(reference)s") % {"reference": judged.reference},
        "lede": _("Nobody else reads it before the result is published."),
        "submit": _("Save"),
        "back": _address(found),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Publish the result, for good."""
    account, found = _managed_call(request, reference)
    form = ResultForm(sent_data(request), reflection=found.reflection)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: deciding.decide_call(account, found, result=form.bodies("result")))
    ):
        messages.success(request, _("The result is published."))
        return redirect("contributions:call", reference)
    context = {
        "form": form,
        "title": _("Publish the result"),
        "lede": _("Figures, prizes and reasons become public together, and stay as they are."),
        "submit": _("Publish the result"),
        "back": _address(found),
    }
    return form_page(request, found.reflection, context, section=SECTION)


def _managed_call(request: HttpRequest, reference: str) -> tuple[Account, Call]:
    account = signed_in(request)
    found = find_call(reference, account)
    return require_secretariat(account, found), found


def _address(found: Call) -> str:
    return reverse("contributions:manage-call", args=[found.reference])


def _confirmed(
    request: HttpRequest, found: Call, words: Mapping[str, str], deed: Callable[[], None]
) -> HttpResponse:
    """A page that asks once more; a POST does it, or says why not."""
    error = ""
    if request.method == "POST":
        try:
            deed()
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, words["done"])
            return redirect("contributions:manage-call", found.reference)
    context = {
        **words,
        "wording": queries.call_view(found, reader_language()).title,
        "error": error,
        "back": _address(found),
    }
    status = 422 if error else 200
    return manage_page(
        request, found.reflection, "mandates/confirm.html", context, section=SECTION, status=status
    )

"""The secretariat's pages of findings: list, writing, evidence, runs, publishing, withdrawing, discarding."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.mandates.forms.multilingual import OnceForm
from placet.stages.mandates.manage_pages import (
    form_page,
    manage_page,
    managed_reflection,
    reader_language,
    sent_data,
    signed_in,
)
from placet.stages.mandates.models import Reflection
from placet.stages.people.models import Account
from placet.stages.sensemaking.finding_models import Evidence, Finding
from placet.stages.sensemaking.findings import discarding, managing, publishing, queries, writing
from placet.stages.sensemaking.findings.checking import typed_figures
from placet.stages.sensemaking.findings.citable import Start, find_citable, item_by_reference, start_from
from placet.stages.sensemaking.findings.evidence import evidence_of, item_views
from placet.stages.sensemaking.findings.forms import CitationForm, FindingForm, WithdrawalForm
from placet.stages.sensemaking.queries import finished_run_by_reference
from placet.stages.texts.queries import all_wordings

FINDINGS_PER_PAGE = 25
SECTION = "findings"
STARTS = ("theme", "run", "statement", "dialogue")


@login_required
@require_GET
def findings(request: HttpRequest, slug: str) -> HttpResponse:
    """All findings of a reflection, drafts first among them, and which figures have changed."""
    account, reflection = managed_reflection(request, slug)
    rows = queries.managed_findings(account, reflection)
    page = Paginator(rows, FINDINGS_PER_PAGE).get_page(request.GET.get("page"))
    views = queries.finding_views(list(page.object_list), reader_language())
    return _page(request, reflection, "manage_list", {"page": page, "findings": views})


@login_required
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a finding; what it starts from is proposed as its evidence."""
    account, reflection = managed_reflection(request, slug)
    start = start_from(reflection, **{name: request.GET.get(name, "") for name in STARTS})
    form = FindingForm(
        sent_data(request),
        languages=reflection.languages,
        priorities=managing.priorities_of(reflection, reader_language()),
        proposed=item_views(start.items, reader_language()),
    )
    written: list[Finding] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: written.append(_written(account, reflection, form, start)))
    ):
        if not written:  # the same was sent before
            return redirect("sensemaking:manage-findings", slug)
        messages.success(request, _("The finding is drafted."))
        return redirect("sensemaking:manage-finding", written[0].reference)
    back = reverse("sensemaking:manage-findings", args=[slug])
    title = _("Write a finding")
    return _write_page(request, reflection, form, {"title": title, "back": back, "run": start.run})


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change a finding; what it said before is kept, and nobody writes over somebody else."""
    account, found = _managed(request, reference)
    mark = writing.seen_mark(found)
    form = FindingForm(
        sent_data(request),
        languages=found.reflection.languages,
        texts={"title": found.title, "text": found.text},
        priorities=managing.priorities_of(found.reflection, reader_language()),
        initial={"seen": mark, "priority": str(found.priority.number) if found.priority else ""},
    )
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        if form.carry_out(lambda: writing.change_finding(account, found, form.new(), seen=seen)):
            messages.success(request, _("Saved."))
            return redirect("sensemaking:manage-finding", reference)
    present = []
    if form.is_overtaken:
        form.look_again(mark)
        present = [all_wordings(pk) for pk in (found.title_id, found.text_id)]
    context = {
        "title": _("Change the finding"),
        "back": reverse("sensemaking:manage-finding", args=[reference]),
        "finding": found,
        "present": present,
        "codes": managing.codes_for(found, reader_language()),
        "typed": typed_figures(found),
    }
    return _write_page(request, found.reflection, form, context)


@login_required
@require_GET
def finding(request: HttpRequest, reference: str) -> HttpResponse:
    """One finding as it is being made: what it says, its figures and runs, its evidence, and what is next."""
    account, found = _managed(request, reference)
    language = reader_language()
    words = request.GET.get("q", "").strip()[:100]
    (view,) = queries.finding_views([found], language)
    both = evidence_of([found], language)[found.pk]
    context = {
        "finding": view,
        "evidence": both,
        "typed": typed_figures(found),
        "uncited": managing.uncited(view, both),
        "runs": managing.run_choices(found),
        "q": words,
        "citable": find_citable(account, found.reflection, words, language) if words else [],
    }
    return _page(request, found.reflection, "manage_finding", context)


@login_required
@require_POST
def cite(request: HttpRequest, reference: str) -> HttpResponse:
    """Cite one thing, for or against."""
    account, found = _managed(request, reference)
    form = CitationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Type the reference of what is to be cited."))
        return redirect("sensemaking:manage-finding", reference)
    try:
        item = item_by_reference(found.reflection, form.cleaned_data["reference"])
    except Http404:
        messages.error(
            request,
            _("There is nothing under %(reference)s that may be cited here.")
            % {"reference": form.cleaned_data["reference"]},
        )
        return redirect("sensemaking:manage-finding", reference)
    return _done(
        request,
        reference,
        lambda: writing.cite(account, found, item, stance=form.stance_chosen()),
        _("%(reference)s is cited.") % {"reference": item.reference},
    )


@login_required
@require_POST
def take_back(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Cite something no longer."""
    account, found = _managed(request, reference)
    evidence = Evidence.objects.filter(pk=pk, finding=found).first()
    if evidence is None:
        raise Http404
    return _done(
        request, reference, lambda: writing.take_back(account, evidence), _("It is no longer cited.")
    )


@login_required
@require_POST
def choose_run(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the figures of a consultation from another run."""
    account, found = _managed(request, reference)
    try:
        run = finished_run_by_reference(request.POST.get("run", "").strip().upper(), account)
    except Http404:
        messages.error(request, _("Choose a finished analysis of this reflection."))
        return redirect("sensemaking:manage-finding", reference)
    return _done(
        request,
        reference,
        lambda: writing.choose_run(account, found, run),
        _("The figures are those of %(run)s now.") % {"run": run.reference},
    )


@login_required
@require_POST
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a draft to everybody."""
    account, found = _managed(request, reference)
    return _done(
        request,
        reference,
        lambda: publishing.publish_finding(account, found),
        _("The finding is published."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask why, then say that a finding no longer holds."""
    account, found = _managed(request, reference)
    form = WithdrawalForm(sent_data(request), languages=found.reflection.languages)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: publishing.withdraw_finding(account, found, reason=form.bodies("reason")))
    ):
        messages.success(request, _("The finding is withdrawn. It stays readable, with the reason."))
        return redirect("sensemaking:manage-finding", reference)
    context = {
        "form": form,
        "title": _("Withdraw %(reference)s") % {"reference": reference},
        "submit": _("Withdraw it"),
        "back": reverse("sensemaking:manage-finding", args=[reference]),
    }
    return form_page(request, found.reflection, context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then delete a draft."""
    account, found = _managed(request, reference)
    form = OnceForm(sent_data(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carry_out(lambda: discarding.discard_finding(account, found))
    ):
        messages.success(request, _("The draft is discarded."))
        return redirect("sensemaking:manage-findings", found.reflection.slug)
    (view,) = queries.finding_views([found], reader_language())
    context = {
        "form": form,
        "title": _("Discard this draft?"),
        "lede": _(
            "The draft is deleted with its text and what it cites. Its reference is not given out again."
        ),
        "finding": view,
        "submit": _("Discard the draft"),
        "back": reverse("sensemaking:manage-finding", args=[reference]),
    }
    template = "sensemaking/findings/discard.html"
    return form_page(request, found.reflection, context, section=SECTION, template=template)


def _written(account: Account, reflection: Reflection, form: FindingForm, start: Start) -> Finding:
    """A new finding with the run and the evidence that it starts from, as far as they are ticked."""
    made = writing.write_finding(account, reflection, form.new(is_simulated=reflection.is_simulated))
    if start.run is not None:
        writing.choose_run(account, made, start.run)
    for item in start.items:
        if item.reference in form.cleaned_data.get("evidence", ()):
            writing.cite(account, made, item)
    return made


def _managed(request: HttpRequest, reference: str) -> tuple[Account, Finding]:
    account = signed_in(request)
    return account, queries.find_managed_finding(account, reference)


def _done(request: HttpRequest, reference: str, deed: Callable[[], object], said: str) -> HttpResponse:
    """Do what a button asks for, say so or why not, and go back to the finding."""
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, said)
    return redirect("sensemaking:manage-finding", reference)


def _write_page(
    request: HttpRequest, reflection: Reflection, form: FindingForm, context: dict[str, object]
) -> HttpResponse:
    return _page(request, reflection, "write", {**context, "form": form}, status=422 if form.errors else 200)


def _page(
    request: HttpRequest, reflection: Reflection, name: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    template = f"sensemaking/findings/{name}.html"
    return manage_page(request, reflection, template, context, section=SECTION, status=status)

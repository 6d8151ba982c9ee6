"""Writing: begin a draft, let it save itself, attach files, submit, throw away; and what one wrote."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.stages.contributions import drafts, queries, tasks
from placet.stages.contributions.attachments.checking import checked_file
from placet.stages.contributions.attachments.keeping import attach, find_attachment, remove_attachment
from placet.stages.contributions.drafts import DraftConflictError
from placet.stages.contributions.forms.writing import (
    FileForm,
    WordsForm,
    WritingForm,
    add_refusal,
    initial_of,
)
from placet.stages.contributions.models import Call, Contribution, Draft
from placet.stages.contributions.permissions import find_own_contribution
from placet.stages.contributions.submitting import submit
from placet.stages.contributions.views.frames import contribution_page
from placet.stages.mandates.manage_pages import reader_language, signed_in
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import find_reflection, participant_of
from placet.stages.people.models import Account


@login_required
@require_GET
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """An empty contribution; nothing is kept before something is written."""
    account = signed_in(request)
    reflection = find_reflection(slug, account)
    participant = participant_of(account, reflection)
    call = Call.objects.filter(reflection=reflection, reference=request.GET.get("call", "")).first()
    initial = {
        "language": reader_language(),
        "number": 0,
        "client_key": uuid4(),
        "member": participant.member_id if participant else None,
        "constituency": participant.constituency_id if participant else None,
        "call": call.pk if call else None,
        "priority": call.priority_id if call else None,
    }
    return _page(request, reflection, _writing_form(account, reflection, initial=initial))


@login_required
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep what was written on the empty page, with its file, and submit it where that was pressed."""
    account = signed_in(request)
    reflection = find_reflection(slug, account)
    if request.method == "GET":
        return redirect("contributions:new", slug)
    form = _writing_form(account, reflection, request.POST)
    contribution = _begun(account, reflection, form)
    if contribution is None:
        return _page(request, reflection, form, status=422)
    return _after_saving(request, account, contribution)


@require_POST
def save_new(request: HttpRequest, slug: str) -> JsonResponse:
    """Keep what was written on the empty page, as its script asks."""
    account = _writer(request)
    reflection = find_reflection(slug, account)
    form = _writing_form(account, reflection, request.POST)
    contribution = _begun(account, reflection, form)
    if contribution is None:
        return JsonResponse({"errors": _sentences(form)}, status=422)
    draft = Draft.objects.filter(contribution=contribution).first()
    return JsonResponse(_saved(contribution, draft))


@login_required
@require_GET
def draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one is writing."""
    account = signed_in(request)
    contribution = find_own_contribution(pk, account)
    found = Draft.objects.filter(contribution=contribution).first()
    if found is None:
        return redirect("contributions:contribution", contribution.reference)
    return _page(request, contribution.reflection, _form(account, contribution, found), contribution)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save the draft, and what else was pressed: a file attached or removed, or the whole submitted."""
    account = signed_in(request)
    contribution = find_own_contribution(pk, account)
    found = Draft.objects.filter(contribution=contribution).first()
    if found is None:  # submitted in another window, or by the same button a moment ago
        return redirect("contributions:contribution", contribution.reference)
    if request.method == "GET":
        return redirect("contributions:draft", pk)
    form = _form(account, contribution, found, request.POST)
    conflict = None
    if form.is_valid():
        try:
            drafts.save_draft(
                account, contribution, form.words(), form.frame(), number=form.cleaned_data["number"]
            )
        except DraftConflictError as refusal:
            conflict = refusal.draft
            form = _form(account, contribution, found, _as_sent(request, conflict))  # both seen, this may win
            form.add_error(None, refusal)
        except ValidationError as refusal:
            add_refusal(form, refusal)
    if form.errors:
        status = 409 if conflict else 422
        return _page(request, contribution.reflection, form, contribution, conflict=conflict, status=status)
    return _after_saving(request, account, contribution)


@require_POST
def save(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Keep a draft, as its script asks every few seconds."""
    account = _writer(request)
    contribution = find_own_contribution(pk, account)
    found = Draft.objects.filter(contribution=contribution).first()
    if found is None:
        return JsonResponse({"is_submitted": True}, status=410)
    form = _form(account, contribution, found, request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": _sentences(form)}, status=422)
    try:
        kept = drafts.save_draft(
            account, contribution, form.words(), form.frame(), number=form.cleaned_data["number"]
        )
    except DraftConflictError as refusal:
        return JsonResponse(_saved(contribution, refusal.draft) | _words(refusal.draft), status=409)
    except ValidationError as refusal:
        return JsonResponse({"errors": refusal.messages}, status=422)
    return JsonResponse(_saved(contribution, kept))


@login_required
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask once more, then throw the draft away."""
    account = signed_in(request)
    contribution = find_own_contribution(pk, account)
    if request.method == "POST":
        is_gone = drafts.discard_draft(account, contribution)
        messages.success(request, _("The draft is deleted.") if is_gone else _("Your changes are discarded."))
        return redirect("contributions:own", contribution.reflection.slug)
    context = {"contribution": contribution, "is_new": contribution.state == Contribution.State.DRAFT}
    return contribution_page(request, contribution.reflection, "discard", context)


@login_required
@require_GET
def own(request: HttpRequest, slug: str) -> HttpResponse:
    """One's drafts and contributions, and what became of them."""
    account = signed_in(request)
    reflection = find_reflection(slug, account)
    context = {
        "rows": queries.own_contributions(account, reflection),
        "may_write": reflection.state == Reflection.State.PUBLISHED,
    }
    return contribution_page(request, reflection, "own", context)


def _after_saving(request: HttpRequest, account: Account, contribution: Contribution) -> HttpResponse:
    """What else the pressed button asks for, once the words are kept."""
    refusal = None
    try:
        if sent := request.FILES.get("file"):
            attach(account, contribution, checked_file(sent))
        if removed := request.POST.get("remove"):
            remove_attachment(account, find_attachment(contribution, _key(removed), of_draft=True))
        if request.POST.get("deed") == "submit":
            return _submitted(request, submit(account, contribution))
    except ValidationError as refused:
        refusal = refused
    found = Draft.objects.filter(contribution=contribution).first()
    if refusal is not None and found is not None:
        form = _form(account, contribution, found, _as_sent(request, found))
        file_form = FileForm(request.POST)
        is_about_file = "file" in getattr(refusal, "error_dict", {})
        add_refusal(file_form if is_about_file else form, refusal)
        return _page(request, contribution.reflection, form, contribution, file_form=file_form, status=422)
    if not request.FILES and not request.POST.get("remove"):
        messages.success(request, _("Your draft is saved. Nobody but you sees it."))
        return redirect("contributions:draft", contribution.pk)
    return redirect(reverse("contributions:draft", args=[contribution.pk]) + "#files")


def _submitted(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    tasks.enqueue_reading(timezone.now())
    if contribution.state == Contribution.State.SUBMITTED:
        messages.success(
            request,
            _("Thank you. A moderator reads your contribution by the public rule before others see it."),
        )
    return redirect("contributions:contribution", contribution.reference)


def _begun(account: Account, reflection: Reflection, form: WritingForm) -> Contribution | None:
    """The draft that an empty page became; None where the form says why not."""
    if not form.is_valid():
        return None
    try:
        return drafts.begin_draft(
            account, reflection, form.words(), form.frame(), client_key=form.cleaned_data["client_key"]
        )
    except ValidationError as refusal:
        add_refusal(form, refusal)
        return None


def _form(
    account: Account, contribution: Contribution, found: Draft, data: QueryDict | None = None
) -> WordsForm:
    initial = initial_of(contribution, found)
    if contribution.state == Contribution.State.DRAFT:
        return _writing_form(account, contribution.reflection, data, initial=initial)
    form = WordsForm(data, initial=initial)
    form.fields["language"].disabled = True  # the original stays in the language in which it was written
    return form


def _writing_form(
    account: Account,
    reflection: Reflection,
    data: QueryDict | None = None,
    *,
    initial: Mapping[str, object] | None = None,
) -> WritingForm:
    return WritingForm(
        data, account=account, reflection=reflection, language=reader_language(), initial=dict(initial or {})
    )


def _page(
    request: HttpRequest,
    reflection: Reflection,
    form: forms.Form,
    contribution: Contribution | None = None,
    *,
    file_form: FileForm | None = None,
    conflict: Draft | None = None,
    status: int = 200,
) -> HttpResponse:
    if contribution is None:
        urls = {
            "send_url": reverse("contributions:begin", args=[reflection.slug]),
            "save_url": reverse("contributions:save-new", args=[reflection.slug]),
        }
    else:
        urls = {
            "send_url": reverse("contributions:change-draft", args=[contribution.pk]),
            "save_url": reverse("contributions:save-draft", args=[contribution.pk]),
        }
    account = signed_in(request)
    context = {
        "form": form,
        "file_form": file_form or FileForm(),
        "contribution": contribution,
        "is_revision": contribution is not None and contribution.state != Contribution.State.DRAFT,
        "draft": getattr(contribution, "draft", None) if contribution else None,
        "attachments": queries.attachment_views(contribution, of_draft=True) if contribution else [],
        "conflict": conflict,
        "may_write": reflection.state == Reflection.State.PUBLISHED,
        # Under which a browser keeps what could not be sent: the next person there must not find it.
        "writer": salted_hmac("placet.contributions.writer", str(account.pk)).hexdigest()[:24],
        **urls,
    }
    return contribution_page(request, reflection, "write", context, status=status)


def _as_sent(request: HttpRequest, found: Draft) -> QueryDict:
    """What the form was sent with, under the number that saving it gave."""
    sent = request.POST.copy()
    sent["number"] = str(found.number)
    return sent


def _saved(contribution: Contribution, found: Draft | None) -> dict[str, object]:
    return {
        "number": found.number if found else 0,
        "saved_at": found.saved_at.isoformat() if found else "",
        "page": reverse("contributions:draft", args=[contribution.pk]),
        "send": reverse("contributions:change-draft", args=[contribution.pk]),
        "save": reverse("contributions:save-draft", args=[contribution.pk]),
    }


def _words(found: Draft) -> dict[str, object]:
    return {"title": found.title, "summary": found.summary, "body": found.body}


def _sentences(form: forms.Form) -> list[str]:
    return [str(sentence) for errors in form.errors.values() for sentence in errors]


def _writer(request: HttpRequest) -> Account:
    """The account behind a script's request; a script is told 403, not sent to a page."""
    if not isinstance(request.user, Account):
        raise PermissionDenied(_("Sign in to contribute."))
    return request.user


def _key(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise ValidationError({"file": _("Choose a file of this contribution.")}) from None

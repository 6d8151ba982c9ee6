"""What is said below a contribution: reading, writing, finding helpful, withdrawing, reporting."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from placet.stages.consultations.identity import current_participant
from placet.stages.contributions.forms.talking import CommentForm, CommentVoteForm, ReportForm
from placet.stages.contributions.models import Comment, Contribution
from placet.stages.contributions.moderating.queries import find_rule, rule_views
from placet.stages.contributions.permissions import find_contribution
from placet.stages.contributions.talking import actions, queries
from placet.stages.contributions.talking.ordering import Order
from placet.stages.contributions.views.frames import contribution_page
from placet.stages.mandates.manage_pages import reader_language, sent_data, signed_in
from placet.stages.mandates.models import Participant, Reflection
from placet.stages.mandates.participation import participant_for
from placet.stages.people.models import Account
from placet.stages.texts.queries import wordings


@require_http_methods(["GET", "POST"])
def comments(request: HttpRequest, reference: str) -> HttpResponse:
    """The threads below a contribution, and a form for one more; with HTMX the section alone."""
    found = find_contribution(reference, request.user)
    if request.method == "GET":
        return _section_page(request, found, section(request, found))
    if not isinstance(request.user, Account):
        return redirect_to_login(reverse("contributions:comments", args=[reference]))
    form = _comment_form(request, sent=True)
    if form.is_valid():
        data = form.cleaned_data
        answers = _answered(found, data.pop("answers"))
        try:
            participant = _participant(request, found.reflection)
            comment = actions.write_comment(found, participant, answers=answers, **data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            if is_fragment(request):
                context = section(request, found, showing=comment.pk)
                return _section_page(request, found, context | {"written": comment.pk})
            return redirect(_address(found, comment, _order(request)))
    return _section_page(request, found, section(request, found, form=form), has_errors=True)


@login_required
@require_POST
def vote(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say whether a comment is helpful; with HTMX the buttons with the new counts are the answer."""
    comment = queries.find_comment(pk, request.user)
    participant = _participant(request, comment.contribution.reflection)
    form = CommentVoteForm(request.POST)
    error = ""
    try:
        if not form.is_valid():
            raise ValidationError(_("Say whether it is helpful or not."))
        actions.vote_on_comment(comment, participant, form.cleaned_data["vote"])
    except ValidationError as refusal:
        error = " ".join(refusal.messages)
    if is_fragment(request):
        view = queries.votes_on(comment, participant)
        context = {"comment": view, "may_vote": True, "error": error, "order": _order(request)}
        return render(request, "contributions/talking/_votes.html", context)
    if error:
        messages.error(request, error)
    return redirect(_address(comment.contribution, comment, _order(request)))


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one's own comment back."""
    comment = queries.find_comment(pk, request.user)
    participant = _own_participant(request, comment)
    actions.withdraw_comment(comment, participant)
    found = comment.contribution
    if is_fragment(request):
        return _section_page(request, found, section(request, found) | {"is_withdrawn_now": True})
    messages.success(request, _("Your comment is withdrawn."))
    return redirect(_address(found, None, _order(request)))


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask moderators to look at a comment."""
    comment = queries.find_comment(pk, request.user)
    if comment.state != Comment.State.SHOWN:
        raise Http404
    reflection = comment.contribution.reflection
    form = ReportForm(sent_data(request), rules=rule_views(reflection, reader_language()))
    if request.method == "POST" and form.is_valid():
        try:
            participant = _participant(request, reflection)
            actions.report_comment(comment, participant, find_rule(reflection, form.cleaned_data["rule"]))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Thank you. A moderator will look at it."))
            return redirect(_address(comment.contribution, comment, Order.BRIDGING))
    context = {
        "contribution": comment.contribution,
        "comment_id": comment.pk,
        "wording": wordings([comment.text_id], reader_language())[comment.text_id],
        "form": form,
        "has_rules": bool(form.fields["rule"].choices),  # type: ignore[attr-defined]
    }
    status = 422 if form.errors else 200
    return contribution_page(request, reflection, "talking/report", context, status=status)


def section(
    request: HttpRequest,
    contribution: Contribution,
    *,
    form: CommentForm | None = None,
    showing: UUID | None = None,
) -> dict[str, object]:
    """What ``contributions/talking/_comments.html`` needs; for the contribution's own page too."""
    participant = current_participant(request, contribution.reflection)
    wanted = _uuid(request.GET.get("show", "")) if showing is None else showing
    found = queries.talk(
        contribution,
        participant,
        reader_language(),
        order=_order(request),
        number=request.GET.get("page", 1),
        showing=wanted or _uuid(request.GET.get("answer", "")),
    )
    is_signed_in = isinstance(request.user, Account)
    refused_answer = form.data.get("answers", "") if form is not None else ""
    answering = _uuid(refused_answer) or _uuid(request.GET.get("answer", ""))
    new_form = _comment_form(request)
    return {
        "talk": found,
        "talk_reference": contribution.reference,
        "reflection_slug": contribution.reflection.slug,
        "orders": Order.choices,
        "order": found.order,
        "is_signed_in": is_signed_in,
        "may_write": found.may_write and is_signed_in,
        "answering": answering,
        "comment_form": form if form is not None and not answering else new_form,
        "answer_form": form
        if form is not None and answering
        else _comment_form(request, answering=answering),
    }


def is_fragment(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of a page."""
    return bool(request.htmx)  # type: ignore[attr-defined]


def _section_page(
    request: HttpRequest, found: Contribution, context: dict[str, object], *, has_errors: bool = False
) -> HttpResponse:
    if is_fragment(request):
        return render(request, "contributions/talking/_comments.html", context)
    title = wordings([found.title_id], reader_language())
    shown = context | {"title": title.get(found.title_id) if found.title_id else None}
    status = 422 if has_errors else 200
    return contribution_page(request, found.reflection, "talking/comments", shown, status=status)


def _comment_form(request: HttpRequest, *, sent: bool = False, answering: UUID | None = None) -> CommentForm:
    prefix = "answer" if answering or request.POST.get("answers") else "comment"
    initial = {"language": reader_language(), "client_key": uuid4(), "answers": answering}
    return CommentForm(request.POST if sent else None, initial=initial, auto_id=f"{prefix}-%s")


def _participant(request: HttpRequest, reflection: Reflection) -> Participant:
    """The pseudonym of the account behind a POST; votes cast before it signed in stay its own."""
    return participant_for(signed_in(request), reflection, anonymous=current_participant(request, reflection))


def _own_participant(request: HttpRequest, comment: Comment) -> Participant:
    participant = current_participant(request, comment.contribution.reflection)
    if participant is None or participant.pk != comment.author_id:
        raise Http404
    return participant


def _answered(found: Contribution, pk: UUID | None) -> Comment | None:
    if pk is None:
        return None
    comment = Comment.objects.filter(contribution=found, pk=pk).first()
    if comment is None:
        raise Http404
    return comment


def _order(request: HttpRequest) -> str:
    wanted = request.POST.get("order") or request.GET.get("order", "")
    return wanted if wanted in Order.values else Order.BRIDGING.value


def _address(found: Contribution, comment: Comment | None, order: str) -> str:
    """The page of the comments, at one of them."""
    base = reverse("contributions:comments", args=[found.reference])
    query = {"order": order} if order != Order.BRIDGING else {}
    if comment is None:
        return f"{base}?{urlencode(query)}" if query else base
    return f"{base}?{urlencode({'show': str(comment.pk), **query})}#comment-{comment.pk}"


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None

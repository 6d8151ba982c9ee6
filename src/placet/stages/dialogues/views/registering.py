"""Registering for a dialogue, giving the place back, accepting an invitation, and one's own dialogues."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.stages.dialogues.calendars.agendas import agenda_token
from placet.stages.dialogues.forms.registering import RegistrationForm
from placet.stages.dialogues.models import Dialogue, DialogueInvitation, Registration
from placet.stages.dialogues.permissions import find_dialogue
from placet.stages.dialogues.registering import actions, invitations, queries
from placet.stages.dialogues.registering.dates import when
from placet.stages.dialogues.showing.dialogues import house_rule_sentence
from placet.stages.mandates.manage_pages import reader_language, sent_data, signed_in
from placet.stages.mandates.queries import reflection_view
from placet.stages.people.models import Account
from placet.stages.texts.queries import wordings


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, reference: str) -> HttpResponse:
    """Say by which name one comes, and register."""
    account = signed_in(request)
    dialogue = find_dialogue(reference, account)
    panel = queries.registration_panel(account, dialogue, reader_language())
    if request.method == "GET" and not panel.may_register:
        return redirect("dialogues:dialogue", reference)
    form = _form(request, dialogue, account)
    if request.method == "POST" and form.is_valid():
        done: list[Registration] = []
        if form.carry_out(lambda: done.append(actions.register(account, dialogue, form.frame()))):
            _say_what_became_of_it(request, dialogue, account)
            return redirect("dialogues:dialogue", reference)
    context = {"form": form, "registration": panel}
    return _dialogue_page(request, dialogue, "register", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def cancel_registration(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then give the place back."""
    account = signed_in(request)
    dialogue = queries.find_registered_dialogue(reference, account)
    if request.method == "POST":
        try:
            actions.cancel_registration(account, dialogue)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("You are no longer registered."))
        return redirect("dialogues:my-dialogues")
    panel = queries.registration_panel(account, dialogue, reader_language())
    if not panel.may_cancel:
        return redirect("dialogues:my-dialogues")
    return _dialogue_page(request, dialogue, "cancel_registration", {"registration": panel})


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the invitation is to, and the form to accept it.

    Whatever is wrong with a link (unknown, revoked, too late, used by somebody) looks the same.
    """
    account = request.user if isinstance(request.user, Account) else None
    found = invitations.find_invitation(token)
    if found is None:
        return _not_valid(request, account, token)
    is_for_this_account = account is not None and account.email.lower() == found.email
    context: dict[str, object] = {
        "is_for_this_account": is_for_this_account,
        "path": request.get_full_path(),
    }
    if account is None or not is_for_this_account:
        status = 403 if account or request.method == "POST" else 200
        return _dialogue_page(request, found.dialogue, "invitation", context, status=status)
    form = _form(request, found.dialogue, account)
    if request.method == "POST" and form.is_valid() and _accept(account, token, found, form):
        _say_what_became_of_it(request, found.dialogue, account)
        return redirect("dialogues:my-dialogues")
    context["form"] = form
    return _dialogue_page(request, found.dialogue, "invitation", context, status=422 if form.errors else 200)


@login_required
@require_GET
def my_dialogues(request: HttpRequest) -> HttpResponse:
    """The dialogues for which one registered, coming and past."""
    now = timezone.now()
    account = signed_in(request)
    found = queries.own_dialogues(account, reader_language())
    agenda = reverse("dialogues:agenda-ics", args=[agenda_token(account)])
    context = {
        "agenda_url": f"{settings.PUBLIC_URL}{agenda}",
        "coming": [each for each in found if each.ends_at >= now],
        "past": [each for each in reversed(found) if each.ends_at < now],
    }
    return render(request, "dialogues/registering/my_dialogues.html", context)


def _form(request: HttpRequest, dialogue: Dialogue, account: Account) -> RegistrationForm:
    language = reader_language()
    return RegistrationForm(sent_data(request), dialogue=dialogue, name=account.name, language=language)


def _accept(account: Account, token: str, found: DialogueInvitation, form: RegistrationForm) -> bool:
    """Whether the invitation is accepted; where it was revoked a moment ago, the form says so."""
    try:
        return form.carry_out(lambda: invitations.accept_invitation(account, token, form.frame()))
    except PermissionDenied as refusal:
        form.add_error(None, str(refusal))
        return False


def _not_valid(request: HttpRequest, account: Account | None, token: str) -> HttpResponse:
    """Asked twice, by whoever accepted it: she is where she wanted to be. Else the link does not work."""
    if account is not None and invitations.accepted_dialogue(account, token) is not None:
        return redirect("dialogues:my-dialogues")
    return render(request, "dialogues/registering/invitation_gone.html", status=404)


def _say_what_became_of_it(request: HttpRequest, dialogue: Dialogue, account: Account) -> None:
    registration = queries.registration_of(account, dialogue)
    place = queries.waiting_place(registration) if registration else None
    if place is None:
        messages.success(request, _("You are registered. A confirmation is on its way to you."))
    else:
        messages.success(
            request,
            _("All places are taken: you are number %(place)d on the waiting list. You will hear by e-mail.")
            % {"place": place},
        )


def _dialogue_page(
    request: HttpRequest, dialogue: Dialogue, name: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """A page about one dialogue in the frame of its reflection."""
    language = reader_language()
    words = wordings([dialogue.title_id, dialogue.place_id], language)
    frame = {
        "reflection": reflection_view(dialogue.series.reflection, language),
        "dialogue": dialogue,
        "title": words[dialogue.title_id],
        "place": words.get(dialogue.place_id) if dialogue.place_id else None,
        "when": when(dialogue),
        "house_rule_sentence": house_rule_sentence(dialogue.house_rule),
        "section": "dialogues",
    }
    return render(request, f"dialogues/registering/{name}.html", {**frame, **context}, status=status)

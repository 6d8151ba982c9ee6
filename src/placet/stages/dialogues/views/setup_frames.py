"""What the pages of those who hold dialogues share: who comes in, and the frame of a series or a dialogue."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from placet.stages.dialogues.models import Dialogue, Series
from placet.stages.dialogues.permissions import (
    find_dialogue,
    find_series,
    may_manage,
    require_holder,
    require_organiser,
)
from placet.stages.dialogues.showing.dialogues import dialogue_view
from placet.stages.mandates.manage_pages import manage_page, reader_language, signed_in
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import find_reflection
from placet.stages.people.models import Account

SECTION = "dialogues"


def held_reflection(request: HttpRequest, slug: str) -> tuple[Account, Reflection]:
    """The account and the reflection in which it may hold dialogues.

    Raises
    ------
    Http404
        Where the reflection does not exist, or the account may not see it.
    PermissionDenied
        Where the account neither runs it nor acts for a partner.
    """
    account = signed_in(request)
    reflection = find_reflection(slug, account)
    return require_holder(account, reflection), reflection


def held_series(request: HttpRequest, reference: str) -> tuple[Account, Series]:
    """The account and the series that it holds; Http404 where it may not be seen, else PermissionDenied."""
    account = signed_in(request)
    series = find_series(reference, account)
    return require_organiser(account, series), series


def held_dialogue(request: HttpRequest, reference: str) -> tuple[Account, Dialogue]:
    """The account and the dialogue that it holds; Http404 where it may not be seen, else PermissionDenied."""
    account = signed_in(request)
    dialogue = find_dialogue(reference, account)
    return require_organiser(account, dialogue.series), dialogue


def dialogue_page(
    request: HttpRequest,
    dialogue: Dialogue,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page about one dialogue, under its title, with the tabs of its other pages."""
    frame = {
        "dialogue": dialogue_view(dialogue, request.user, reader_language()),
        "is_organiser": may_manage(request.user, dialogue.series),
    }
    return manage_page(
        request,
        dialogue.series.reflection,
        f"dialogues/manage/{template}.html",
        {**frame, **context},
        section=SECTION,
        status=status,
    )


def confirm_page(
    request: HttpRequest,
    reflection: Reflection,
    context: Mapping[str, object],
    deed: Callable[[], object],
    *,
    done: str,
    onwards: str,
) -> HttpResponse:
    """Ask once more, then do it: ``done`` is said and ``onwards`` opened; a refusal is shown on the page."""
    error = ""
    if request.method == "POST":
        try:
            deed()
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, done)
            return redirect(onwards)
    return manage_page(
        request,
        reflection,
        "mandates/confirm.html",
        {**context, "error": error},
        section=SECTION,
        status=422 if error else 200,
    )


def dialogue_url(reference: str) -> str:
    """The page of those who hold a dialogue."""
    return reverse("dialogues:manage-dialogue", args=[reference])


def series_url(reference: str) -> str:
    """The page of those who hold a series."""
    return reverse("dialogues:manage-series", args=[reference])


def programme_url(reference: str) -> str:
    """The programme of a dialogue, for those who hold it."""
    return reverse("dialogues:programme", args=[reference])

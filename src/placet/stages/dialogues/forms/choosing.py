"""What forms of dialogues choose from, named in the reader's language."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext

from placet.stages.dialogues.models import Dialogue, Room, Speaker
from placet.stages.dialogues.permissions import held_for
from placet.stages.mandates.models import Member, Organisation, Reflection
from placet.stages.mandates.organisations import views_of
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.queries import member_views, priority_views
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.queries import wordings

Choices = list[tuple[Any, str]]
COLUMNS = {"class": "choices--columns"}


def partner_choices(reflection: Reflection, language: str) -> Choices:
    """The partners of a reflection, by name."""
    partners = Organisation.objects.filter(reflection=reflection, is_partner=True)
    named = [(str(view.id), view.name.body) for view in views_of(partners, language).values()]
    return sorted(named, key=lambda choice: choice[1].casefold())


def own_partners(actor: Actor, reflection: Reflection) -> list[str]:
    """Those of them in whose name an account holds dialogues; the one that is meant, where it is one."""
    held = [str(pk) for pk in held_for(actor, reflection).values_list("pk", flat=True)]
    return held if len(held) == 1 else []


def priority_choices(reflection: Reflection, language: str) -> Choices:
    """The priorities by number, and none."""
    views = priority_views(reflection, language)
    none = ("", pgettext("a priority", "none in particular"))
    return [none, *((view.number, f"{view.number}. {view.title.body}") for view in views)]


def member_choices(reflection: Reflection, language: str) -> Choices:
    """The members by name, and none."""
    none = ("", pgettext("a member or constituency", "none"))
    return [none, *((view.id, view.name.body) for view in member_views(reflection, language))]


def language_choices(first: list[str]) -> Choices:
    """Every language by its own name, those of the reflection first."""
    codes = [*first, *(code for code in CONTENT_LANGUAGES if code not in first)]
    return [(code, CONTENT_LANGUAGES[code]) for code in codes]


def room_choices(dialogue: Dialogue, language: str) -> Choices:
    """The breakout rooms in their order, after the main room."""
    rooms = list(Room.objects.filter(dialogue=dialogue))
    words = wordings([room.name_id for room in rooms], language)
    return [("", gettext("main room")), *((room.pk, words[room.name_id].body) for room in rooms)]


def speaker_choices(dialogue: Dialogue) -> Choices:
    """The speakers in their order."""
    return [(speaker.pk, speaker.name) for speaker in Speaker.objects.filter(dialogue=dialogue)]


def member_of(reflection: Reflection, pk: int | None) -> Member | None:
    """The member that was chosen."""
    return Member.objects.filter(reflection=reflection, pk=pk).first() if pk else None


def offer(form: forms.Form, **choices: Choices) -> None:
    """Let fields choose from what there is today."""
    for name, offered in choices.items():
        form.fields[name].choices = offered  # type: ignore[attr-defined]

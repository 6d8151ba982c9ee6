"""Calendar files, the address of one's own agenda, and the feed of a reflection's dialogues."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_POST

from placet.stages.dialogues.calendars.agendas import agenda_of, renew_agenda
from placet.stages.dialogues.calendars.files import calendar_file
from placet.stages.dialogues.models import Dialogue
from placet.stages.dialogues.permissions import find_dialogue, find_series, may_read, readable_dialogues
from placet.stages.mandates.manage_pages import reader_language, signed_in
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import find_reflection
from placet.stages.texts.queries import Wording, wordings

MEDIA_TYPE = "text/calendar; charset=utf-8"
IN_FEED = 50


@require_GET
def dialogue_file(request: HttpRequest, reference: str) -> HttpResponse:
    """One dialogue, for a calendar; where it is held online is not in it."""
    dialogue = find_dialogue(reference, request.user)
    if not may_read(request.user, dialogue) or dialogue.state == Dialogue.State.DRAFT:
        raise Http404
    title = wordings([dialogue.title_id], reader_language())[dialogue.title_id]
    return _file(calendar_file(title.body, [dialogue], reader_language()), dialogue.reference)


@require_GET
def series_file(request: HttpRequest, reference: str) -> HttpResponse:
    """The dialogues of a series of which everybody may read, whoever asks: calendars sign in nowhere."""
    series = find_series(reference, request.user)
    dialogues = readable_dialogues(AnonymousUser(), series.reflection).filter(series=series)
    title = wordings([series.title_id], reader_language())[series.title_id]
    return _file(calendar_file(title.body, dialogues, reader_language()), series.reference)


@require_GET
def agenda_file(request: HttpRequest, token: str) -> HttpResponse:
    """A person's own agenda, for whoever has its address; in that person's language."""
    agenda = agenda_of(token)
    if agenda is None:
        raise Http404
    with override(agenda.account.language):
        name = _("My dialogues")
        content = calendar_file(name, agenda.dialogues, agenda.account.language, links=agenda.links)
    response = _file(content, "placet")
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Give one's agenda another address: the former one shows nothing any more."""
    renew_agenda(signed_in(request))
    messages.success(request, _("Your agenda has a new address. The former one is of no use any more."))
    return redirect("dialogues:my-dialogues")


class DialoguesFeed(Feed[Any, Any]):
    """The dialogues of a reflection that changed last: what everybody may read, whoever asks."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Reflection:
        """The reflection."""
        return find_reflection(kwargs["slug"], request.user)

    def title(self, reflection: Reflection) -> str:
        """The feed's name."""
        name = wordings([reflection.name_id], reader_language())[reflection.name_id]
        return _("%(reflection)s: dialogues") % {"reflection": name.body}

    def link(self, reflection: Reflection) -> str:
        """The page of the dialogues."""
        return reverse("dialogues:list", args=[reflection.slug])

    def items(self, reflection: Reflection) -> list[tuple[Dialogue, dict[Any, Wording]]]:
        """The latest change first."""
        found = list(readable_dialogues(AnonymousUser(), reflection).order_by("-changed_at")[:IN_FEED])
        texts = [text for each in found for text in (each.title_id, each.description_id)]
        words = wordings(texts, reader_language())
        return [(each, words) for each in found]

    def item_title(self, item: Any) -> str:
        """Its title, and whether it was cancelled."""
        dialogue, words = item
        title = str(words[dialogue.title_id])
        if dialogue.state != Dialogue.State.CANCELLED:
            return title
        return _("Cancelled: %(title)s") % {"title": title}

    def item_description(self, item: Any) -> str:
        """What it is about."""
        dialogue, words = item
        return str(words.get(dialogue.description_id, ""))

    def item_link(self, item: Any) -> str:
        """Its page."""
        return reverse("dialogues:dialogue", args=[item[0].reference])

    def item_guid(self, item: Any) -> str:
        """The same for good, whatever becomes of its page."""
        return f"urn:uuid:{item[0].pk}"

    def item_updateddate(self, item: Any) -> datetime:
        """When it was announced, changed or cancelled."""
        changed_at: datetime = item[0].changed_at
        return changed_at


dialogues_feed = require_GET(DialoguesFeed())


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"'},
    )

"""The search, and the feed of a search."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from placet.portal.models import SearchEntry
from placet.portal.search.highlights import Part, excerpt, highlighted
from placet.portal.search.results import LONGEST_QUERY, Found, Question, address_of, body_of, owner_of, search
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.queries import visible_reflections
from placet.stages.texts.queries import Wording, wordings

FOUND_PER_PAGE = 20
IN_FEED = 50
FILTERS = ("kind", "language", "reflection")


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that was found, as its reader sees it."""

    url: str
    reference: str
    kind: str
    parts: list[Part]
    language: str
    original_language: str
    reflection: str
    written_at: datetime
    is_by_words: bool
    is_simulated: bool


@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """What was found for the words asked for, twenty a page, with counts to narrow it by."""
    question = _question(request)
    results = search(request.user, question)
    page = Paginator(results.found, FOUND_PER_PAGE).get_page(request.GET.get("page"))
    names = _names(request.user, question)
    return render(
        request,
        "portal/search.html",
        {
            "question": question,
            "longest": LONGEST_QUERY,
            "results": results,
            "page": page,
            "hits": _hits(list(page.object_list), question, names),
            "kind_labels": dict(SearchEntry.Kind.choices),
            "reflection_names": names,
            "feed_url": f"{reverse('portal:search-feed')}?{_filters(request)}",
        },
    )


class SearchFeed(Feed[Any, Any]):
    """The newest of what a search finds, for a feed reader: what everybody may see, whoever asks."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> tuple[Question, str]:
        """What is searched, and the address of its page."""
        return _question(request), f"{reverse('portal:search')}?{_filters(request)}"

    def title(self, found: tuple[Question, str]) -> str:
        """The feed's name."""
        return _("Placet: %(words)s") % {"words": found[0].words}

    def link(self, found: tuple[Question, str]) -> str:
        """The page of the search."""
        return found[1]

    def items(self, found: tuple[Question, str]) -> list[Hit]:
        """The newest first."""
        question = found[0]
        newest = sorted(
            search(AnonymousUser(), question).found, key=lambda each: each.written_at, reverse=True
        )
        return _hits(newest[:IN_FEED], question, _names(AnonymousUser(), question))

    def item_title(self, item: Any) -> str:
        """Its reference, or what it is."""
        return f"{item.reference or item.kind} – {item.reflection}"

    def item_description(self, item: Any) -> str:
        """Its text."""
        return "".join(part.text for part in item.parts)

    def item_link(self, item: Any) -> str:
        """Its page."""
        return str(item.url)

    def item_pubdate(self, item: Any) -> datetime:
        """When it was written."""
        written_at: datetime = item.written_at
        return written_at


search_feed = require_GET(SearchFeed())


def _question(request: HttpRequest) -> Question:
    asked = request.GET
    return Question(
        words=" ".join(asked.get("q", "").split())[:LONGEST_QUERY],
        language=get_language() or "en",
        kind=asked.get("kind", "")[:20],
        content_language=asked.get("language", "")[:35],
        reflection=asked.get("reflection", "")[:60],
    )


def _names(actor: Actor, question: Question) -> dict[str, str]:
    """The reflections that the actor may see, by slug."""
    return {each.slug: str(each.name) for each in visible_reflections(actor, question.language)}


def _filters(request: HttpRequest) -> str:
    """The query string without the page."""
    return urlencode([(name, request.GET[name]) for name in ("q", *FILTERS) if request.GET.get(name)])


def _hits(found: list[Found], question: Question, names: dict[str, str]) -> list[Hit]:
    """As the reader sees them: the wording that matched, or (by meaning) the one in the reader's language."""
    readable = wordings([each.entry.version.text_id for each in found], question.language)
    return [_hit(each, readable[each.entry.version.text_id], question, names) for each in found]


def _hit(each: Found, readable: Wording, question: Question, names: dict[str, str]) -> Hit:
    entry = each.entry
    body, language = (
        (body_of(entry), entry.language) if each.is_by_words else (readable.body, readable.language)
    )
    owner = owner_of(entry)
    return Hit(
        url=address_of(entry),
        reference=owner.reference if owner else "",
        kind=entry.get_kind_display(),
        parts=excerpt(highlighted(body, language, question.asked)),
        language=language,
        original_language=entry.version.text.language,
        reflection=names.get(entry.reflection.slug, entry.reflection.slug),
        written_at=each.written_at,
        is_by_words=each.is_by_words,
        is_simulated=owner.is_simulated if owner else entry.reflection.is_simulated,
    )

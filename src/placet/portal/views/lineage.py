"""Pages of the lineage: what became of an idea, one's own ideas, the voices below a text, the river."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from placet.portal.lineage.downwards import find_subject, voices_of
from placet.portal.lineage.inputs import Found, find_input
from placet.portal.lineage.moves import Move, moves_of
from placet.portal.lineage.own import own_inputs
from placet.portal.lineage.river import river_of
from placet.portal.lineage.sight import Sight
from placet.portal.lineage.steps import Became
from placet.portal.lineage.upwards import became_of
from placet.stages.consultations.identity import current_participant
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.queries import find_reflection, reflection_view
from placet.stages.people.idea_news import account_of_stop_token, wish_idea_news
from placet.stages.people.models import Account

OWN_PER_PAGE = 20
SECTION = "lineage"


@require_GET
def became(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of an idea: each step with its reference, and where it stopped and why."""
    found = find_input(reference, request.user, partial(current_participant, request))
    language = reader_language()
    context = {
        "reflection": reflection_view(found.sight.reflection, language),
        "became": _became(found, language),
        "section": SECTION,
    }
    return render(request, "portal/lineage/became.html", context)


@require_GET
def own_ideas(request: HttpRequest, slug: str) -> HttpResponse:
    """What its reader wrote in a reflection, and how far each of it came."""
    reflection = find_reflection(slug, request.user)
    language = reader_language()
    participant = current_participant(request, reflection)
    inputs = own_inputs(participant) if participant else []
    page = Paginator(inputs, OWN_PER_PAGE).get_page(request.GET.get("page"))
    sight = Sight(request.user, reflection)
    context = {
        "reflection": reflection_view(reflection, language),
        "page": page,
        "ideas": became_of(sight, list(page.object_list), language, is_readable=lambda _item: True),
        "section": SECTION,
    }
    return render(request, "portal/lineage/own.html", context)


@require_GET
def voices(request: HttpRequest, reference: str) -> HttpResponse:
    """Down from a text to what it rests on: findings, themes, and the voices, page by page."""
    subject = find_subject(reference, request.user)
    language = reader_language()
    asked = request.GET
    context = {
        "reflection": reflection_view(subject.sight.reflection, language),
        "subject": subject,
        "voices": voices_of(subject, language, kind=asked.get("kind", "")[:4], page=asked.get("page")),
        "section": SECTION,
    }
    return render(request, "portal/lineage/voices.html", context)


@require_GET
def river(request: HttpRequest, slug: str) -> HttpResponse:
    """One picture from inputs to commitments, and the same as nested lists."""
    reflection = find_reflection(slug, request.user)
    language = reader_language()
    context = {
        "reflection": reflection_view(reflection, language),
        "river": river_of(Sight(request.user, reflection), language),
        "section": SECTION,
    }
    return render(request, "portal/lineage/river.html", context)


@require_http_methods(["GET", "POST"])
def stop_news(request: HttpRequest, token: str) -> HttpResponse:
    """End the messages about one's ideas, by the link in any of them; asks once, so that no robot does it."""
    account = account_of_stop_token(token)
    if account is None:
        raise Http404
    if request.method == "POST":
        wish_idea_news(account, Account.IdeaNews.NEVER)
        messages.success(request, _("We write to you about your ideas no more."))
        return redirect("portal:home")
    return render(request, "portal/lineage/stop_news.html", {"token": token})


class BecameFeed(Feed[Any, Any]):
    """The moves of one idea, for a feed reader: what everybody may see, whoever asks."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Became:
        """What became of it, as far as everybody may see."""
        return _became(find_input(kwargs["reference"], AnonymousUser()), reader_language())

    def title(self, found: Became) -> str:
        """The feed's name."""
        return _("What became of %(reference)s") % {"reference": found.input.reference}

    def link(self, found: Became) -> str:
        """The page of it."""
        return reverse("portal:became", args=[found.input.reference])

    def items(self, found: Became) -> list[tuple[Became, Move]]:
        """The newest first."""
        moves = sorted(moves_of(found), key=lambda move: move.at, reverse=True)
        return [(found, move) for move in moves]

    def item_title(self, item: Any) -> str:
        """What happened."""
        return str(item[1].sentence)

    def item_description(self, item: Any) -> str:
        """The sentence that carries the idea there."""
        return str(item[1].quoted)

    def item_link(self, item: Any) -> str:
        """The page of the step, or of the idea where that has none."""
        found, move = item
        return move.url or reverse("portal:became", args=[found.input.reference])

    def item_guid(self, item: Any) -> str:
        """The same for good."""
        found, move = item
        return f"tag:placet,{found.input.reference}:{move.kind}:{move.reference}"

    def item_updateddate(self, item: Any) -> datetime:
        """When it moved."""
        moved_at: datetime = item[1].at
        return moved_at


became_feed = require_GET(BecameFeed())


def _became(found: Found, language: str) -> Became:
    (view,) = became_of(found.sight, [found.item], language, is_readable=lambda _item: found.is_readable)
    return view

"""The feed of what is new about commitments, and the calendar of what is due."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from placet.stages.followup.calendar_files import due_dates_file
from placet.stages.followup.dates import today_in
from placet.stages.followup.news import News, news_of
from placet.stages.followup.permissions import published_commitments, reflection_of
from placet.stages.followup.queries import commitment_view, commitment_views, find_commitment
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import find_reflection
from placet.stages.texts.queries import wordings

MEDIA_TYPE = "text/calendar; charset=utf-8"
IN_FEED = 50


class CommitmentsFeed(Feed[Any, Any]):
    """Reports and changes of status, the newest first: what everybody may read, whoever asks."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Reflection:
        """The reflection."""
        return find_reflection(kwargs["slug"], request.user)

    def title(self, reflection: Reflection) -> str:
        """The feed's name."""
        return _("%(reflection)s: commitments") % {"reflection": _name(reflection)}

    def link(self, reflection: Reflection) -> str:
        """The tracker."""
        return reverse("followup:list", args=[reflection.slug])

    def items(self, reflection: Reflection) -> list[News]:
        """The newest first."""
        found = published_commitments(reflection)
        views = commitment_views(found, reader_language(), today=today_in(reflection))
        return news_of(reflection, views, limit=IN_FEED)

    def item_title(self, item: Any) -> str:
        """Which commitment, and what is new."""
        return f"{item.reference} – {item.title}"

    def item_description(self, item: Any) -> str:
        """What was reported."""
        return str(item.text)

    def item_link(self, item: Any) -> str:
        """The page of the commitment."""
        return reverse("followup:commitment", args=[item.reference])

    def item_guid(self, item: Any) -> str:
        """The same for good."""
        return f"urn:uuid:{item.id}"

    def item_pubdate(self, item: Any) -> datetime:
        """When it was reported, or the day on which it came about."""
        happened_at: datetime = item.happened_at
        return happened_at

    def item_updateddate(self, item: Any) -> datetime:
        """The same: nothing here is changed afterwards."""
        return self.item_pubdate(item)


commitments_feed = require_GET(CommitmentsFeed())


@require_GET
def due_dates(request: HttpRequest, slug: str) -> HttpResponse:
    """What is due in a reflection, whoever asks: calendars sign in nowhere."""
    reflection = find_reflection(slug, request.user)
    found = published_commitments(reflection)
    views = commitment_views(found, reader_language(), today=today_in(reflection))
    name = _("%(reflection)s: commitments") % {"reflection": _name(reflection)}
    return _file(due_dates_file(name, views), f"commitments-{reflection.slug}")


@require_GET
def commitment_due_dates(request: HttpRequest, reference: str) -> HttpResponse:
    """One commitment and the steps on its way, for a calendar."""
    found = find_commitment(AnonymousUser(), reference)
    view = commitment_view(found, reader_language(), today=today_in(reflection_of(found)))
    if view.due is None and not view.milestones:
        raise Http404
    return _file(due_dates_file(view.title.body, [view]), view.reference)


def _name(reflection: Reflection) -> str:
    return wordings([reflection.name_id], reader_language())[reflection.name_id].body


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"'},
    )

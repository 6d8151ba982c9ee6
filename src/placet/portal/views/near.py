"""Is yours already here? A fragment beside a contribution while it is written."""

import time
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from placet.portal.search.highlights import Part, excerpt
from placet.portal.search.near import near_texts
from placet.portal.search.results import address_of
from placet.stages.consultations.arrivals import source_of
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.queries import find_reflection
from placet.stages.sensemaking.similar_views import pace
from placet.stages.texts.languages import CONTENT_LANGUAGES, UNDETERMINED
from placet.stages.texts.queries import wordings

LONGEST = 1_000  # characters that are compared: title and summary


@require_POST
def near(request: HttpRequest, slug: str) -> HttpResponse:
    """What comes near title and summary of a contribution, in every language; nothing is stored of them."""
    reflection = find_reflection(slug, request.user)
    sent = request.POST
    text = ". ".join(
        part for part in (sent.get("title", "").strip(), sent.get("summary", "").strip()) if part
    )
    if not pace.take(source_of(request), time.monotonic()):
        return render(request, "portal/_near.html")
    chosen = sent.get("language", "")
    found = near_texts(
        request.user,
        reflection,
        text[:LONGEST],
        chosen if chosen in CONTENT_LANGUAGES else UNDETERMINED,
        without=_own(request.GET.get("without", "")),
    )
    words = wordings([each.entry.version.text_id for each in found], reader_language())
    rows = [
        (
            words[each.entry.version.text_id],
            excerpt([Part(words[each.entry.version.text_id].body, is_match=False)])[0].text,
            address_of(each.entry),
            each,
        )
        for each in found
    ]
    return render(request, "portal/_near.html", {"rows": rows})


def _own(value: str) -> list[UUID]:
    try:
        return [UUID(value)]
    except ValueError:
        return []

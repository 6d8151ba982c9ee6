"""Contributions for those who run a reflection: by state, and as a table."""

import csv
import io
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from placet.stages.contributions import queries
from placet.stages.contributions.models import Contribution
from placet.stages.contributions.permissions import MODERATING_ROLES
from placet.stages.mandates.manage_pages import manage_page, managed_reflection, reader_language

SECTION = "contributions"
PER_PAGE = 50


@login_required
@require_GET
def contributions(request: HttpRequest, slug: str) -> HttpResponse:
    """The contributions in each state, and how many there are."""
    account, reflection = managed_reflection(request, slug, *MODERATING_ROLES)
    counts = queries.state_counts(account, reflection)
    states = {each.state for each in counts}
    asked = request.GET.get("state", "")
    state = asked if asked in states else Contribution.State.PUBLISHED.value
    page = Paginator(queries.managed(account, reflection, state), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "counts": counts,
        "state": state,
        "page": page,
        "rows": queries.contribution_rows(list(page), reader_language()),
    }
    return manage_page(request, reflection, "contributions/manage/list.html", context, section=SECTION)


@login_required
@require_GET
def export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """What is published as a table (CSV), sent as it is read."""
    account, reflection = managed_reflection(request, slug)
    batches = queries.exported_rows(account, reflection, reader_language())
    response = StreamingHttpResponse(_streamed(batches), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{reflection.slug}-contributions.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def _streamed(batches: Iterator[list[list[str]]]) -> AsyncIterator[str]:
    """Each batch as lines of CSV; the byte order mark first, without which a spreadsheet guesses."""
    yield "\ufeff"
    following = sync_to_async(lambda: next(batches, None))
    while (batch := await following()) is not None:
        lines = io.StringIO()
        csv.writer(lines).writerows(batch)
        yield lines.getvalue()

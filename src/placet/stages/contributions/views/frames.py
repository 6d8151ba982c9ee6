"""What the pages of contributions share: the frame of their reflection, and who makes the request."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import reflection_view


def contribution_page(
    request: HttpRequest,
    reflection: Reflection,
    name: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of contributions in the frame of its reflection."""
    frame = {"reflection": reflection_view(reflection, reader_language())}
    return render(request, f"contributions/{name}.html", {**frame, **context}, status=status)

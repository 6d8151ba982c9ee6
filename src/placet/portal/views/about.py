"""Pages about Placet itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """What Placet is, what it promises, and how its figures are made."""
    return render(request, "portal/about.html")


@require_GET
def moderation(request: HttpRequest) -> HttpResponse:
    """The rule by which statements are accepted or rejected."""
    return render(request, "portal/moderation.html")


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """How far the pages are usable by everyone, and what to do where they are not."""
    return render(request, "portal/accessibility.html")

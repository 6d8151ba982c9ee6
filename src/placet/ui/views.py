"""The living page: every component in every state; and the accent colours."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from placet.ui.accent import accent_stylesheet
from placet.ui.emblems import EMBLEMS
from placet.ui.specimens import filled_form, form_with_errors, manage_links, sample_reflection, wordings

ONE_YEAR = 60 * 60 * 24 * 365


@require_safe
def accent(request: HttpRequest, colour: str) -> HttpResponse:
    """The accent's tokens. The address holds all that the answer depends on, so it never changes."""
    response = HttpResponse(accent_stylesheet(f"#{colour}"), content_type="text/css; charset=utf-8")
    patch_cache_control(response, public=True, immutable=True, max_age=ONE_YEAR)
    return response


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for whoever writes a page and for the tests."""
    reflection = sample_reflection()
    context = {
        "reflection": reflection,
        "accent_colour": reflection.accent_colour,
        "wordings": wordings(),
        "form": filled_form(),
        "form_with_errors": form_with_errors(),
        "page": Paginator(range(60), 20).page(2),
        "emblems": EMBLEMS,
        "colours": ("paper", "surface", "sunken", "ink", "ink-muted", "rule", "accent", "accent-text"),
        "groups": range(1, 9),
    }
    if request.GET.get("frame") == "manage":
        context["manage_links"] = manage_links()
        return render(request, "ui/components_manage.html", context)
    return render(request, "ui/components.html", context)

"""What everybody reads of findings."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.queries import find_reflection, reflection_view
from placet.stages.sensemaking.findings import queries
from placet.stages.sensemaking.findings.evidence import evidence_of

FINDINGS_PER_PAGE = 25
SECTION = "findings"


@require_GET
def findings(request: HttpRequest, slug: str) -> HttpResponse:
    """The findings of a reflection: those that are published, and those that were and are withdrawn."""
    reflection = find_reflection(slug, request.user)
    rows = queries.visible_findings(request.user, reflection)
    page = Paginator(rows, FINDINGS_PER_PAGE).get_page(request.GET.get("page"))
    language = reader_language()
    context = {
        "reflection": reflection_view(reflection, language),
        "section": SECTION,
        "page": page,
        "findings": queries.finding_views(list(page.object_list), language),
        "may_write": queries.may_write_findings(request.user, reflection),
    }
    return render(request, "sensemaking/findings/list.html", context)


@require_GET
def finding(request: HttpRequest, reference: str) -> HttpResponse:
    """One finding, with its figures filled in and what supports it or speaks against it."""
    found = queries.find_finding(request.user, reference)
    language = reader_language()
    (view,) = queries.finding_views([found], language)
    context = {
        "reflection": reflection_view(found.reflection, language),
        "section": SECTION,
        "finding": view,
        "evidence": evidence_of([found], language)[found.pk],
        "versions": queries.in_all_languages(found),
        "may_write": queries.may_write_findings(request.user, found.reflection),
    }
    return render(request, "sensemaking/findings/finding.html", context)

"""The public rule and the public log of what was decided by it."""

import csv
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from placet.stages.contributions.models import ModerationDecision
from placet.stages.contributions.moderating.log import (
    LogFilter,
    log_decisions,
    log_entries,
    log_figures,
    log_rows,
)
from placet.stages.contributions.moderating.queries import rule_views
from placet.stages.contributions.views.frames import contribution_page
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.queries import find_reflection

ENTRIES_PER_PAGE = 50
LONGEST_NUMBER = 4


@require_GET
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """By what contributions and comments are moderated, point by point."""
    reflection = find_reflection(slug, request.user)
    views = rule_views(reflection, reader_language())
    context = {
        "rules": [view for view in views if not view.is_retired],
        "retired": [view for view in views if view.is_retired],
    }
    return contribution_page(request, reflection, "moderating/rules", context)


@require_GET
def moderation_log(request: HttpRequest, slug: str) -> HttpResponse:
    """What was decided, the latest first; filters by verdict, point of the rule and month."""
    reflection = find_reflection(slug, request.user)
    wanted = _filter(request)
    page = Paginator(log_decisions(reflection, wanted), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": log_entries(reflection, list(page.object_list), reader_language()),
        "figures": log_figures(reflection),
        "rules": rule_views(reflection, reader_language()),
        "verdicts": ModerationDecision.Verdict.choices,
        "wanted": wanted,
        "is_filtered": wanted != LogFilter(),
    }
    return contribution_page(request, reflection, "moderating/log", context)


@require_GET
def moderation_log_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The log as a table, filtered as the page is."""
    reflection = find_reflection(slug, request.user)
    decisions = log_decisions(reflection, _filter(request))
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # so that spreadsheets read it
    csv.writer(answer).writerows(log_rows(log_entries(reflection, list(decisions), reader_language())))
    answer["Content-Disposition"] = f'attachment; filename="moderation-log-{reflection.slug}.csv"'
    return answer


def _filter(request: HttpRequest) -> LogFilter:
    """What is asked for; what is no verdict, number or month asks for nothing."""
    verdict, rule = request.GET.get("verdict", ""), request.GET.get("rule", "")
    return LogFilter(
        verdict=verdict if verdict in ModerationDecision.Verdict.values else "",
        rule=int(rule) if rule.isascii() and rule.isdecimal() and len(rule) <= LONGEST_NUMBER else None,
        month=_month(request.GET.get("month", "")),
    )


def _month(text: str) -> date | None:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if 2000 <= month.year < 2200 else None

"""What everybody reads: the proposals of a reflection, one proposal, and the history of a clause."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.queries import find_reflection, mandate_view, priority_views, reflection_view
from placet.stages.proposals import queries
from placet.stages.proposals.agreed import SETTLED
from placet.stages.proposals.amending.frozen_pages import last_frozen_number
from placet.stages.proposals.permissions import is_drafter, member_spoken_for, visible_proposals
from placet.stages.proposals.showing.history import ClauseHistory, ComparisonView, clause_history, comparison
from placet.stages.proposals.views.frames import SECTION, public_frame


@require_GET
def proposals(request: HttpRequest, slug: str) -> HttpResponse:
    """The proposals of a reflection by priority, and the findings that none of them takes up."""
    reflection, language = find_reflection(slug, request.user), reader_language()
    views = queries.proposal_views(visible_proposals(request.user, reflection), language)
    by_priority = {number: list(some) for number, some in groupby(views, lambda each: each.priority_number)}
    context = {
        "reflection": reflection_view(reflection, language),
        "section": SECTION,
        "groups": [
            (priority, by_priority.get(priority.number, []))
            for priority in priority_views(reflection, language)
        ],
        "has_proposals": bool(views),
        "not_taken_up": queries.not_taken_up(reflection.pk, language),
        "may_draft": is_drafter(request.user, reflection),
    }
    return render(request, "proposals/list.html", context)


@require_GET
def proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """One proposal: what it answers to, its clauses, and beneath each what it rests on."""
    found, language = queries.find_proposal(request.user, reference), reader_language()
    reflection = found.priority.reflection
    others = [code for code in reflection.languages if code != language]
    asked = request.GET.get("beside", "")
    beside = asked if asked in others else ""
    second = queries.beside(found, beside) if beside else {}
    (view,) = queries.proposal_views([found], language)
    clauses = queries.clause_views(found, language)
    context = {
        **public_frame(found),
        "proposal": view,
        "clauses": [(clause, second.get(clause.id)) for clause in clauses],
        "frozen_number": last_frozen_number(found) if found.state in SETTLED else None,
        "mandate": mandate_view(reflection, language),
        "beside": beside,
        "beside_choices": others,
        "is_delegate": member_spoken_for(request.user, reflection) is not None,
        "may_draft": is_drafter(request.user, reflection),
    }
    return render(request, "proposals/proposal.html", context)


@require_GET
def clause(request: HttpRequest, reference: str, clause_reference: str) -> HttpResponse:
    """One clause: what it said before, what changed between two versions, what became of it."""
    found = queries.find_proposal(request.user, reference)
    wanted = queries.find_clause(request.user, found, clause_reference)
    history = clause_history(wanted, request.user)
    languages = found.priority.reflection.languages
    asked = request.GET.get("language", reader_language())
    language = asked if asked in languages else languages[0]
    (view,) = queries.proposal_views([found], reader_language())
    context = {
        **public_frame(found),
        "proposal": view,
        "history": history,
        "language": language,
        "versions": [(version, version.body(language)) for version in history.versions],
        "comparison": _comparison(request, history, language),
        "citations": queries.citation_views([wanted], reader_language())[wanted.pk],
        "is_standing": wanted.removed_at is None,
    }
    return render(request, "proposals/clause.html", context)


def _comparison(request: HttpRequest, history: ClauseHistory, language: str) -> ComparisonView | None:
    """What is asked for with ``?from=`` and ``?to=``; else the last change, where there is one."""
    asked = request.GET.get("from"), request.GET.get("to")
    if all(each is None for each in asked):
        newest = [version.number for version in history.versions[:2]]
        return comparison(history, newest[1], newest[0], language) if len(newest) == 2 else None
    try:
        older, newer = (int(each or "") for each in asked)
    except ValueError:
        raise Http404 from None
    return comparison(history, older, newer, language)

"""What everybody reads: meetings, silence procedures and what was decided."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from placet.stages.decisions.meetings.queries import agenda, meeting_views, meetings_of
from placet.stages.decisions.models import Decision
from placet.stages.decisions.permissions import (
    find_decision,
    find_meeting,
    find_silence,
    may_see_positions,
    rules_of,
)
from placet.stages.decisions.positions.queries import standing
from placet.stages.decisions.queries import decision_views, decisions_of, find_where_decided
from placet.stages.decisions.silence.queries import silence_views, silences_of, timeline
from placet.stages.decisions.views.frames import public_page
from placet.stages.mandates.manage_pages import reader_language
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import roles_of
from placet.stages.mandates.queries import find_reflection
from placet.stages.proposals.permissions import member_spoken_for


@require_GET
def decisions(request: HttpRequest, slug: str) -> HttpResponse:
    """What the members of a reflection decided, and what is put to them."""
    reflection = find_reflection(slug, request.user)
    language = reader_language()
    silences = silence_views(list(silences_of(reflection)), language)
    context = {
        "decisions": decision_views(decisions_of(reflection).reverse(), language),
        "running": [each for each in silences if each.is_under_way],
        "ended": [each for each in silences if not each.is_under_way],
        "meetings": meeting_views(meetings_of(reflection), language),
        "is_delegate": member_spoken_for(request.user, reflection) is not None,
        "is_secretariat": Role.SECRETARIAT in roles_of(request.user, reflection),
    }
    return public_page(request, reflection, "list", context)


@require_GET
def where_decided(request: HttpRequest, reference: str) -> HttpResponse:
    """From a proposal to its decision; before there is one, to the meeting or silence that is to decide."""
    name, found = find_where_decided(request.user, reference)
    return redirect(f"decisions:{name}", found)


@require_GET
def meeting(request: HttpRequest, reference: str) -> HttpResponse:
    """One meeting: where and when, its agenda, and what came of it."""
    found = find_meeting(request.user, reference)
    language = reader_language()
    context = {
        "meeting": meeting_views([found], language)[0],
        "items": agenda(found, request.user, language),
        "is_entitled": may_see_positions(request.user, found.reflection),
        "is_delegate": member_spoken_for(request.user, found.reflection) is not None,
        "is_secretariat": Role.SECRETARIAT in roles_of(request.user, found.reflection),
    }
    return public_page(request, found.reflection, "meeting", context)


@require_GET
def silence(request: HttpRequest, reference: str) -> HttpResponse:
    """One silence procedure: its text, its deadline, and what happened step by step."""
    found = find_silence(request.user, reference)
    language = reader_language()
    view = silence_views([found], language)[0]
    context = {
        "silence": view,
        "events": timeline(found, request.user, language),
        "is_delegate": member_spoken_for(request.user, found.reflection) is not None,
        "is_secretariat": Role.SECRETARIAT in roles_of(request.user, found.reflection),
    }
    return public_page(request, found.reflection, "silence", context)


@require_GET
def decision(request: HttpRequest, reference: str) -> HttpResponse:
    """One adopted text, word for word, with where each member stands and its reservations."""
    found = find_decision(request.user, reference)
    reflection = found.text.proposal.priority.reflection
    language = reader_language()
    is_by_meeting = found.way == Decision.Way.MEETING
    context = {
        "decision": decision_views([found], language)[0],
        "standing": standing(request.user, found.text, language) if is_by_meeting else None,
        "n_members": len(found.positions),
        "rules": rules_of(reflection),
    }
    return public_page(request, reflection, "decision", context)

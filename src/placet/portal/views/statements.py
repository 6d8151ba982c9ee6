"""A statement's permanent page: its wordings, what people think of it, and whose figures these are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from placet.portal.lineage.sight import Sight
from placet.portal.lineage.upwards import became_of
from placet.stages.consultations import queries as consultations
from placet.stages.consultations.identity import current_participant
from placet.stages.consultations.lineage import lineage_of
from placet.stages.dialogues.reporting.statements import origin_of
from placet.stages.mandates.queries import reflection_view
from placet.stages.sensemaking.queries import statement_figures
from placet.stages.texts.queries import all_wordings


@require_GET
def statement(request: HttpRequest, reference: str) -> HttpResponse:
    """One statement in all its languages, with its figures as of the last analysis."""
    found = consultations.find_statement(reference, request.user)
    reflection = found.consultation.priority.reflection
    language = get_language() or "en"
    participant = current_participant(request, reflection)
    votes = consultations.current_votes(found.consultation, participant) if participant else {}
    return render(
        request,
        "portal/statement.html",
        {
            "reflection": reflection_view(reflection, language),
            "consultation": consultations.consultation_view(found.consultation, language),
            "statement": consultations.statement_views([found], language)[0],
            "wordings": all_wordings(found.text_id),
            "lineage": lineage_of(found, language),
            "origin": origin_of(found, language),
            "own_vote": votes.get(found.id),
            "became": became_of(
                Sight(request.user, reflection), [found], language, is_readable=lambda _item: True
            )[0],
            "figures": statement_figures(found.consultation).get(found.reference),
        },
    )

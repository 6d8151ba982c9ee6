"""A statement's permanent page: its wordings, what people think of it, and whose figures these are."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from placet.portal.lineage.sight import Sight
from placet.portal.lineage.upwards import became_of
from placet.stages.consultations import queries as consultations
from placet.stages.consultations.identity import current_participant
from placet.stages.consultations.lineage import lineage_of
from placet.stages.consultations.models import Consultation
from placet.stages.dialogues.reporting.statements import origin_of
from placet.stages.mandates.queries import reflection_view
from placet.stages.sensemaking.queries import statement_figures
from placet.stages.texts.queries import Wording, all_wordings, wordings


@dataclass(frozen=True, slots=True)
class Home:
    """The consultation of a statement, as its page names it: without its counts, which take longest."""

    reference: str
    question: Wording
    is_open: bool


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
            "consultation": _home(found.consultation, language),
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


def _home(consultation: Consultation, language: str) -> Home:
    question = wordings([consultation.question_id], language)[consultation.question_id]
    is_open = consultations.phase(consultation, timezone.now()) == "open"
    return Home(consultation.reference, question, is_open)

"""Reading statements in the background, so that nobody waits for a model to read thousands of them."""

from uuid import UUID

from django_tasks import task

from placet.stages.consultations.models import Consultation
from placet.stages.sensemaking.vectors import corpus_of


@task()
def read_statements(consultation_id: str) -> int:
    """Embed what the present model has not read of a consultation; returns how many statements it has."""
    return len(corpus_of(Consultation.objects.get(pk=UUID(consultation_id))))

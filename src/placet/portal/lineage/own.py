"""What a participant wrote in a reflection, for his or her own eyes."""

from placet.stages.consultations.models import Statement
from placet.stages.contributions.models import Contribution
from placet.stages.mandates.models import Participant


def own_inputs(*participants: Participant) -> list[Statement | Contribution]:
    """Statements and contributions of one reflection that were submitted, the newest first; two queries."""
    statements = Statement.objects.filter(author__in=participants)
    written = Contribution.objects.filter(author__in=participants).exclude(state=Contribution.State.DRAFT)
    found: list[Statement | Contribution] = [*statements, *written]
    return sorted(found, key=lambda each: (each.submitted_at, each.reference), reverse=True)

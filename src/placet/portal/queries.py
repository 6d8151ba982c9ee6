"""What several stages say together. Nothing is stored here."""

from dataclasses import dataclass

from placet.stages.consultations.queries import ConsultationView, consultation_views
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.queries import PriorityView, priority_views


@dataclass(frozen=True, slots=True)
class PriorityColumn:
    """A priority and what happens under it."""

    priority: PriorityView
    consultations: list[ConsultationView]


def priority_columns(reflection: Reflection, actor: Actor, language: str) -> list[PriorityColumn]:
    """The priorities side by side, each with the consultations that the actor may see."""
    consultations = consultation_views(reflection, actor, language)
    return [
        PriorityColumn(priority, [each for each in consultations if each.priority_id == priority.id])
        for priority in priority_views(reflection, language)
    ]

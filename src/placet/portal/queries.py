"""What several stages say together. Nothing is stored here."""

from dataclasses import dataclass
from datetime import date

from placet.stages.consultations.queries import ConsultationView, consultation_views
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.queries import MilestoneView, PriorityView, milestone_views, priority_views


@dataclass(frozen=True, slots=True)
class PriorityColumn:
    """A priority and what happens under it."""

    priority: PriorityView
    consultations: list[ConsultationView]


@dataclass(frozen=True, slots=True)
class CalendarYear:
    year: int
    milestones: list[MilestoneView]


def priority_columns(reflection: Reflection, actor: Actor, language: str) -> list[PriorityColumn]:
    """The priorities side by side, each with the consultations that the actor may see."""
    consultations = consultation_views(reflection, actor, language)
    return [
        PriorityColumn(priority, [each for each in consultations if each.priority_id == priority.id])
        for priority in priority_views(reflection, language)
    ]


def calendar_years(reflection: Reflection, language: str) -> list[CalendarYear]:
    """The calendar by year of start."""
    milestones = milestone_views(reflection, language)
    years = sorted({milestone.start_date.year for milestone in milestones})
    return [CalendarYear(year, [m for m in milestones if m.start_date.year == year]) for year in years]


def nearest_milestones(
    reflection: Reflection, language: str, today: date, count: int = 4
) -> list[MilestoneView]:
    """The next entries of the calendar, or the last ones where nothing is to come."""
    milestones = milestone_views(reflection, language)
    coming = [milestone for milestone in milestones if milestone.end_date >= today]
    return coming[:count] if coming else milestones[-count:]

"""What the secretariat sees: every decision, and the commitments that follow from it, drafts among them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from placet.stages.decisions.models import Decision
from placet.stages.followup.permissions import visible_commitments
from placet.stages.followup.queries import CommitmentView, commitment_views
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class DecidedText:
    """A decision and what follows from it."""

    reference: str
    title: Wording
    adopted_date: date
    commitments: tuple[CommitmentView, ...]


def managed_commitments(
    actor: Actor, reflection: Reflection, language: str, *, today: date
) -> list[DecidedText]:
    """The decisions of a reflection, the latest first, each with its commitments."""
    views = commitment_views(visible_commitments(actor, reflection), language, today=today)
    by_decision: dict[str, list[CommitmentView]] = defaultdict(list)
    for view in views:
        by_decision[view.decision_reference].append(view)
    decisions = list(
        Decision.objects.filter(text__proposal__priority__reflection=reflection)
        .select_related("text__proposal")
        .order_by("-adopted_at", "reference")
    )
    zone = ZoneInfo(reflection.time_zone)
    words = wordings([each.text.proposal.title_id for each in decisions], language)
    return [
        DecidedText(
            reference=each.reference,
            title=words[each.text.proposal.title_id],
            adopted_date=timezone.localtime(each.adopted_at, zone).date(),
            commitments=tuple(by_decision[each.reference]),
        )
        for each in decisions
    ]

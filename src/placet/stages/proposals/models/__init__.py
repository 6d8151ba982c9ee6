"""Proposals: the text in clauses, what each clause rests on, amendments, and frozen texts."""

from placet.stages.proposals.models.amendments import Amendment, AmendmentStand, OpenedText
from placet.stages.proposals.models.drafting import (
    CLAUSE_MAX_LENGTH,
    Clause,
    ClauseSuccession,
    MarginNote,
    Proposal,
)
from placet.stages.proposals.models.evidence import Citation, NotTakenUp
from placet.stages.proposals.models.frozen import FrozenText

__all__ = [
    "CLAUSE_MAX_LENGTH",
    "Amendment",
    "AmendmentStand",
    "Citation",
    "Clause",
    "ClauseSuccession",
    "FrozenText",
    "MarginNote",
    "NotTakenUp",
    "OpenedText",
    "Proposal",
]

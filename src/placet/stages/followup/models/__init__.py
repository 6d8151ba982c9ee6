"""Commitments, how far they are, and what a later reflection takes over from an earlier one."""

from placet.stages.followup.models.commitments import (
    Commitment,
    CommitmentMember,
    CommitmentMilestone,
    Precision,
)
from placet.stages.followup.models.inheritance import InheritedCommitment, InheritedFinding, Succession
from placet.stages.followup.models.progress import Indicator, IndicatorValue, ProgressReport, ReportEvidence

__all__ = [
    "Commitment",
    "CommitmentMember",
    "CommitmentMilestone",
    "Indicator",
    "IndicatorValue",
    "InheritedCommitment",
    "InheritedFinding",
    "Precision",
    "ProgressReport",
    "ReportEvidence",
    "Succession",
]

"""The shapes that counts and eligible statements have, whatever is looked for in them."""

from __future__ import annotations

from placet.sense.votes import VoteCounts
from placet.sense.votes.arrays import BoolArray


def check_statement_counts(counts: VoteCounts, is_eligible: BoolArray) -> None:
    """Raise ValueError unless both have one entry for each statement."""
    if counts.n_seen.ndim != 1 or is_eligible.shape != counts.n_seen.shape:
        raise ValueError("counts and is_eligible need shape (n_statements,)")


def check_group_counts(counts: VoteCounts, is_eligible: BoolArray) -> None:
    """Raise ValueError unless counts have one row for each group, and both the same statements."""
    if counts.n_seen.ndim != 2 or is_eligible.shape != counts.n_seen.shape[1:]:
        raise ValueError("counts needs shape (n_groups, n_statements), is_eligible (n_statements,)")

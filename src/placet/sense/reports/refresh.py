"""Bringing an analysis up to date with new votes, on the groups that were found before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from placet.sense.opinion import CovoteMoments, OpinionGroups, fit_space
from placet.sense.reports.analysis import Analysis, Found, compose, is_eligible
from placet.sense.votes import (
    Statement,
    VoteCounts,
    VoteTable,
    VoteUpdate,
    add_votes,
    count_votes_by_label,
)
from placet.sense.votes.arrays import FloatArray, IntArray
from placet.sense.votes.tables import LIST_COLUMNS


def refresh(
    analysis: Analysis,
    participant_ids: LIST_COLUMNS,
    statement_ids: LIST_COLUMNS,
    values: npt.ArrayLike,
    *,
    statements: tuple[Statement, ...] | None = None,
) -> Analysis:
    """Add new votes to an analysis, without looking at the old ones again more than is needed.

    Parameters
    ----------
    analysis : Analysis
        Of votes in memory, on at most 5,000 statements.
    participant_ids, statement_ids, values
        Votes cast since, in their order; a changed vote replaces the one before.
    statements : tuple of Statement, optional
        All statements, if any is new or was moderated since.

    Returns
    -------
    Analysis
        Moments, space, positions and statistics are those that `analyze` would find, to the last
        bit, given the same groups. The groups are the old ones: who is new is in none, and the
        centres are where their members now lie. Stability is that of the old groups; bridging and
        integrity are left out, since they look at all votes again.

    Raises
    ------
    ValueError
        If the votes are not in memory, are on more than 5,000 statements, or are on a statement
        that is not given.

    Examples
    --------
    Participant 0 changes a vote, and participant 1000 is new:

    >>> import numpy as np
    >>> from placet.sense import analyze, plant_conversation, refresh
    >>> conversation = plant_conversation(300, 20, generator=np.random.default_rng(1)).conversation
    >>> analysis = analyze(conversation)
    >>> later = refresh(analysis, [1000, 0], [3, 3], [1, -1])
    >>> later.conversation.votes
    VoteTable(301 participants, 20 statements, 6001 votes)
    >>> int(later.groups.labels[-1])
    -1
    """
    votes = analysis.conversation.votes
    if not isinstance(votes, VoteTable) or analysis.moments is None:
        raise ValueError("only an analysis of votes in memory, on at most 5,000 statements, can be refreshed")
    update = add_votes(votes, participant_ids, statement_ids, values)
    before = analysis.conversation
    conversation = replace(
        before, votes=update.votes, statements=statements or before.statements, row_counts=None
    )
    moments = (
        analysis.moments - CovoteMoments.from_votes(update.before) + CovoteMoments.from_votes(update.after)
    )
    space = fit_space(moments, is_eligible=is_eligible(conversation))
    positions = space.project(update.votes)
    kept = np.searchsorted(update.votes.participant_ids, votes.participant_ids)
    groups = _carry_over(analysis.groups, kept, positions)
    counts, group_counts = _recount(analysis, update, groups)
    found = Found(moments, space, positions, groups, analysis.stability, counts, group_counts, None, None)
    return compose(conversation, analysis.parameters, analysis.seed, found)


def _recount(analysis: Analysis, update: VoteUpdate, groups: OpinionGroups) -> tuple[VoteCounts, VoteCounts]:
    """Take the old rows of those who voted out of the counts, and put the new ones in."""
    position = {statement.id: j for j, statement in enumerate(analysis.conversation.statements)}
    listed = update.votes.statement_ids
    before_at = np.array([position.get(identifier, -1) for identifier in listed], dtype=np.int64)

    def count(rows: VoteTable) -> VoteCounts:
        labels = groups.labels[np.searchsorted(update.votes.participant_ids, rows.participant_ids)]
        return count_votes_by_label(rows, labels + 1, groups.n_groups + 1)

    out, into = count(update.before), count(update.after)

    def move(counts: VoteCounts, out: VoteCounts, into: VoteCounts) -> VoteCounts:
        old = counts.take(before_at)
        return VoteCounts(
            old.n_agree - out.n_agree + into.n_agree,
            old.n_disagree - out.n_disagree + into.n_disagree,
            old.n_pass - out.n_pass + into.n_pass,
        )

    return move(analysis.counts, out.sum(), into.sum()), move(analysis.group_counts, out[1:], into[1:])


def _carry_over(groups: OpinionGroups, kept: IntArray, positions: FloatArray) -> OpinionGroups:
    """Return the groups of the same people, who stand at the positions ``kept`` among more."""
    labels, base_labels = (np.full(len(positions), -1, dtype=np.int64) for _ in range(2))
    labels[kept], base_labels[kept] = groups.labels, groups.base_labels
    return replace(
        groups,
        labels=labels,
        centres=_means(positions, labels, groups.centres),
        base_labels=base_labels,
        base_centres=_means(positions, base_labels, groups.base_centres),
        tried={},
    )


def _means(positions: FloatArray, labels: IntArray, before: FloatArray) -> FloatArray:
    """Return the mean position of each label's people; every label has some."""
    sizes = np.bincount(labels + 1, minlength=len(before) + 1)[1:]
    sums = [np.bincount(labels + 1, column, minlength=len(before) + 1)[1:] for column in positions.T]
    return np.stack(sums, axis=1) / sizes[:, None]

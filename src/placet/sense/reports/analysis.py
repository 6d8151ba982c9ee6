"""One analysis of a conversation: everything the engine finds, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from placet.sense.highlights import (
    Consensus,
    DivisiveStatement,
    RepresentativeStatement,
    group_informed_consensus,
    select_consensus,
    select_divisive,
    select_representative,
    statement_priorities,
)
from placet.sense.opinion import (
    MAX_STATEMENTS,
    CovoteMoments,
    OpinionGroups,
    OpinionSpace,
    Stability,
    draw_participants,
    estimate_stability,
    find_groups,
    fit_space,
    select_participants,
    sum_moments,
)
from placet.sense.reports.parameters import Parameters
from placet.sense.reports.scrutiny import (
    Bridges,
    Discoveries,
    Integrity,
    check_integrity,
    find_bridges,
    make_discoveries,
)
from placet.sense.votes import (
    Conversation,
    VoteCounts,
    VoteSource,
    count_votes_by_label,
    gather_rows,
)
from placet.sense.votes.arrays import BoolArray, FloatArray, Identifier, IntArray

if TYPE_CHECKING:
    import polars as pl

    from placet.sense.reports.figures import Figure

# Told which stage begins, and the share of the work that is done, from 0 to 1.
Progress = Callable[[str, float], None]


class _Selection(TypedDict):
    """What the lists of statements have in common."""

    is_eligible: BoolArray
    n_selected: int
    level: float


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was found in a conversation, and all that it takes to find it again.

    Attributes
    ----------
    conversation : Conversation
    parameters : Parameters
    seed : int
    moments : CovoteMoments, optional
        What the space follows from; None with more than 5,000 statements.
    space : OpinionSpace
        Over the statements that were voted on.
    positions : (n_participants, 2) float64
        Where participants lie in the space.
    groups : OpinionGroups
    stability : dict of int to Stability
        For each number of groups that was tried; empty without resamples.
    counts : VoteCounts
        Votes of all participants by statement. Here and below the statements are all those of the
        conversation, in its order.
    group_counts : VoteCounts
        Votes by group and statement.
    extremity : (n_statements,) float64
        NaN for a statement that nobody voted on.
    priorities, group_informed_consensus : (n_statements,) float64
    representative : tuple of tuple of RepresentativeStatement
        For each group.
    consensus : Consensus
    divisive : tuple of DivisiveStatement
        These three as Polis selects them.
    discoveries : Discoveries
        The same three with control of false discoveries.
    bridges : Bridges, optional
    integrity : Integrity, optional
    """

    conversation: Conversation
    parameters: Parameters
    seed: int
    moments: CovoteMoments | None
    space: OpinionSpace
    positions: FloatArray
    groups: OpinionGroups
    stability: dict[int, Stability]
    counts: VoteCounts
    group_counts: VoteCounts
    extremity: FloatArray
    priorities: FloatArray
    group_informed_consensus: FloatArray
    representative: tuple[tuple[RepresentativeStatement, ...], ...]
    consensus: Consensus
    divisive: tuple[DivisiveStatement, ...]
    discoveries: Discoveries
    bridges: Bridges | None
    integrity: Integrity | None

    def __repr__(self) -> str:
        return f"Analysis({self.conversation.votes!r}, {self.groups!r}, seed {self.seed})"

    def _repr_html_(self) -> str:
        from placet.sense.reports.notebook import show_analysis

        return show_analysis(self)

    def to_json(self) -> str:
        """Return the text of ``analysis.json``; it names no participant."""
        from placet.sense.reports.document import build_document, dump_document

        return dump_document(build_document(self))

    def to_polars(self) -> pl.DataFrame:
        """Return one row a statement of the conversation; null where there is no figure.

        Columns: statement, text, moderated, is_meta; n_agree, n_disagree, n_pass and n_seen; support (the
        share that agreed, passes counted as not agreeing), support_low and support_high (Wilson); the same
        of each group, as in group_a_support; group_informed_consensus, extremity, priority; bridging, the
        intercept, with bridging_low and bridging_high; support_without_flagged.
        """
        from placet.sense.reports.frames import frame_statements

        return frame_statements(self)

    def participants_to_polars(self) -> pl.DataFrame:
        """Return one row a participant, to work with and not to publish.

        Columns: participant, n_votes, x, y, group (a letter; null for those in none), is_flagged (null
        where integrity was not looked at).
        """
        from placet.sense.reports.frames import frame_participants

        return frame_participants(self)

    def tried_to_polars(self) -> pl.DataFrame:
        """Return one row for each number of groups that was tried.

        Columns: n_groups, silhouette; stability with stability_low and stability_high and the number of
        resamples it rests on (null without resamples); is_chosen.
        """
        from placet.sense.reports.frames import frame_tried_groups

        return frame_tried_groups(self)

    def draw_map(self, *, language: str = "en") -> Figure:
        """Return the opinion map as a figure that draws itself in a notebook (`draw_opinion_map`)."""
        from placet.sense.reports.document import build_document
        from placet.sense.reports.figures import Figure, draw_opinion_map

        return Figure.of(draw_opinion_map(build_document(self), language=language))

    def draw_votes(
        self, statement_ids: Sequence[Identifier], *, language: str = "en", title: str = ""
    ) -> Figure:
        """Return how everyone and each group voted on some statements (`draw_vote_bars`)."""
        from placet.sense.reports.document import build_document
        from placet.sense.reports.figures import Figure, draw_vote_bars

        return Figure.of(draw_vote_bars(build_document(self), statement_ids, language=language, title=title))


def analyze(
    conversation: Conversation,
    *,
    parameters: Parameters | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Analysis:
    """Analyse a conversation.

    Parameters
    ----------
    conversation : Conversation
    parameters : Parameters, optional
    seed : int
        Not negative; starts the random generator of k-means and resampling.
    progress : callable, optional
        Called at the beginning of each stage with its name ("moments", "space", "groups", "counts",
        "stability", "bridging", "integrity", "statistics", "done") and the share of the work that
        is done, from 0 to 1.

    Returns
    -------
    Analysis
        Depends on the conversation, the parameters and the seed alone. Without any vote there is
        no group and no position, and every list is empty.

    Examples
    --------
    >>> import numpy as np
    >>> from placet.sense import analyze, plant_conversation
    >>> conversation = plant_conversation(300, 20, generator=np.random.default_rng(1)).conversation
    >>> analysis = analyze(conversation)
    >>> analysis.groups
    OpinionGroups(3 groups of 153, 91, 56)
    >>> round(analysis.stability[3].mean, 2)
    0.98
    >>> analysis.discoveries.consensus
    Findings(ConsensusFinding: 10 found by 40 tests, false-discovery rate 0.05)
    """
    if seed < 0:
        raise ValueError("seed is not negative")
    parameters = parameters or Parameters()
    report = progress or (lambda stage, share: None)
    votes = conversation.votes
    eligible = is_eligible(conversation)
    report("moments", 0.0)
    moments = sum_moments(votes) if votes.n_statements <= MAX_STATEMENTS else None
    report("space", 0.2)
    space = fit_space(moments or votes, is_eligible=eligible)
    positions = np.concatenate(list(votes.map(space.project)))
    report("groups", 0.3)
    generator = np.random.default_rng(seed)
    groups = _find_groups(votes, positions, parameters, generator)
    report("counts", 0.4)
    counts, group_counts = count_groups(votes, groups)
    report("stability", 0.5)
    stability = _estimate_stability(votes, positions, groups, eligible, parameters, generator)
    report("bridging", 0.7)
    bridges = find_bridges(votes, eligible, parameters)
    report("integrity", 0.8)
    integrity = check_integrity(votes, parameters, seed)
    report("statistics", 0.95)
    found = Found(moments, space, positions, groups, stability, counts, group_counts, bridges, integrity)
    analysis = compose(conversation, parameters, seed, found)
    report("done", 1.0)
    return analysis


@dataclass(frozen=True, eq=False)
class Found:
    """What the statistics of an analysis follow from; counts are of the statements voted on."""

    moments: CovoteMoments | None
    space: OpinionSpace
    positions: FloatArray
    groups: OpinionGroups
    stability: dict[int, Stability]
    counts: VoteCounts
    group_counts: VoteCounts
    bridges: Bridges | None
    integrity: Integrity | None


def is_eligible(conversation: Conversation) -> BoolArray:
    """Return which of the statements that were voted on may shape the space, shape (n_statements,)."""
    eligible = {statement.id for statement in conversation.statements if statement.is_eligible}
    return np.array(
        [identifier in eligible for identifier in conversation.votes.statement_ids], dtype=np.bool_
    )


def statements_voted_at(conversation: Conversation) -> IntArray:
    """Return where each statement stands among those that were voted on; -1 for the others."""
    position = {identifier: j for j, identifier in enumerate(conversation.votes.statement_ids)}
    return np.array([position.get(s.id, -1) for s in conversation.statements], dtype=np.int64)


def count_groups(votes: VoteSource, groups: OpinionGroups) -> tuple[VoteCounts, VoteCounts]:
    """Count the votes on each statement, of everyone and of each group, reading the votes once."""
    counts = count_votes_by_label(votes, groups.labels + 1, groups.n_groups + 1)
    return counts.sum(), counts[1:]


def compose(conversation: Conversation, parameters: Parameters, seed: int, found: Found) -> Analysis:
    """Return the analysis that follows from what was found."""
    statements = conversation.statements
    voted_at = statements_voted_at(conversation)
    is_voted = voted_at >= 0
    counts, group_counts = found.counts.take(voted_at), found.group_counts.take(voted_at)
    extremity = np.full(voted_at.size, np.nan)
    extremity[is_voted] = found.space.extremity()
    is_meta = np.array([s.is_meta for s in statements], dtype=np.bool_)
    selection: _Selection = {
        "is_eligible": np.array([s.is_eligible for s in statements], dtype=np.bool_) & is_voted,
        "n_selected": parameters.n_selected,
        "level": parameters.interval_level,
    }
    return Analysis(
        conversation=conversation,
        parameters=parameters,
        seed=seed,
        moments=found.moments,
        space=found.space,
        positions=found.positions,
        groups=found.groups,
        stability=found.stability,
        counts=counts,
        group_counts=group_counts,
        extremity=extremity,
        # As in Polis, from the votes of those who are in a group.
        priorities=statement_priorities(group_counts.sum(), np.nan_to_num(extremity), is_meta),
        group_informed_consensus=group_informed_consensus(group_counts),
        representative=select_representative(group_counts, **selection),
        consensus=select_consensus(counts, **selection),
        divisive=select_divisive(group_counts, **selection),
        discoveries=make_discoveries(counts, group_counts, selection["is_eligible"], parameters),
        bridges=found.bridges,
        integrity=found.integrity,
    )


def _find_groups(
    votes: VoteSource, positions: FloatArray, parameters: Parameters, generator: np.random.Generator
) -> OpinionGroups:
    is_in = select_participants(
        votes.votes_per_participant(),
        n_statements=votes.n_statements,
        min_votes=parameters.min_votes,
        min_participants=parameters.min_participants,
    )
    return find_groups(
        positions,
        is_in,
        generator=generator,
        n_base_clusters=parameters.n_base_clusters,
        max_groups=parameters.max_groups,
        n_restarts=parameters.n_restarts,
    )


def _estimate_stability(
    votes: VoteSource,
    positions: FloatArray,
    groups: OpinionGroups,
    is_eligible: BoolArray,
    parameters: Parameters,
    generator: np.random.Generator,
) -> dict[int, Stability]:
    drawn = draw_participants(votes.n_participants, generator=generator)
    return estimate_stability(
        gather_rows(votes, drawn),
        positions[drawn],
        groups.tried,
        is_in=groups.labels[drawn] >= 0,
        is_eligible=is_eligible,
        generator=generator,
        n_resamples=parameters.n_resamples,
        n_base_clusters=parameters.n_base_clusters,
        n_restarts=parameters.n_restarts,
    )

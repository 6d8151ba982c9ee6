"""An analysis as data frames: what `Analysis` returns to whoever works on in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from placet.sense.estimates import wilson_interval
from placet.sense.reports.analysis import Analysis, statements_voted_at
from placet.sense.reports.figures import group_letter
from placet.sense.votes import Identifier, VoteCounts
from placet.sense.votes.arrays import FloatArray

if TYPE_CHECKING:
    import polars as pl


def frame_statements(analysis: Analysis) -> pl.DataFrame:
    """Return one row a statement, as `Analysis.to_polars` describes it."""
    import polars as pl

    statements = analysis.conversation.statements
    level = analysis.parameters.interval_level
    support = wilson_interval(analysis.counts.n_agree, analysis.counts.n_seen, level=level)
    columns: dict[str, Any] = {
        "statement": [statement.id for statement in statements],
        "text": [statement.text for statement in statements],
        "moderated": [statement.moderated for statement in statements],
        "is_meta": [statement.is_meta for statement in statements],
        "n_agree": analysis.counts.n_agree,
        "n_disagree": analysis.counts.n_disagree,
        "n_pass": analysis.counts.n_pass,
        "n_seen": analysis.counts.n_seen,
        "support": _share(analysis.counts),
        "support_low": support.low,
        "support_high": support.high,
    }
    for group in range(analysis.groups.n_groups):
        counts, name = analysis.group_counts[group], f"group_{group_letter(group).lower()}"
        within = wilson_interval(counts.n_agree, counts.n_seen, level=level)
        columns |= {
            f"{name}_n_agree": counts.n_agree,
            f"{name}_n_seen": counts.n_seen,
            f"{name}_support": _share(counts),
            f"{name}_support_low": within.low,
            f"{name}_support_high": within.high,
        }
    columns |= {
        "group_informed_consensus": analysis.group_informed_consensus,
        "extremity": analysis.extremity,
        "priority": analysis.priorities,
        **_bridging(analysis),
        "support_without_flagged": _without_flagged(analysis),
    }
    types = {"statement": type_of(columns["statement"]), "text": pl.String()}
    return pl.DataFrame(columns, schema_overrides=types).fill_nan(None)


def frame_participants(analysis: Analysis) -> pl.DataFrame:
    """Return one row a participant, as `Analysis.participants_to_polars` describes it."""
    import polars as pl

    votes, groups = analysis.conversation.votes, analysis.groups
    letters = np.array([*map(group_letter, range(groups.n_groups)), None], dtype=object)
    flagged = None if analysis.integrity is None else analysis.integrity.lookalikes.is_flagged
    columns: dict[str, Any] = {
        "participant": votes.participant_ids,
        "n_votes": votes.votes_per_participant(),
        "x": analysis.positions[:, 0],
        "y": analysis.positions[:, 1],
        "group": letters[groups.labels].tolist(),
        "is_flagged": [None] * votes.n_participants if flagged is None else flagged,
    }
    return pl.DataFrame(columns, schema_overrides={"group": pl.String(), "is_flagged": pl.Boolean()})


def frame_tried_groups(analysis: Analysis) -> pl.DataFrame:
    """Return one row a number of groups tried, as `Analysis.tried_to_polars` describes it."""
    import polars as pl

    names = ("stability", "stability_low", "stability_high", "n_resamples")
    rows = []
    for k, silhouette in analysis.groups.silhouettes.items():
        found = analysis.stability.get(k)
        of_resamples = (found.mean, found.low, found.high, found.n_resamples) if found else (None,) * 4
        is_chosen = k == analysis.groups.n_groups
        rows.append(
            {"n_groups": k, "silhouette": silhouette, **dict(zip(names, of_resamples, strict=True))}
            | {"is_chosen": is_chosen}
        )
    kinds = (pl.Int64, pl.Float64, pl.Float64, pl.Float64, pl.Float64, pl.Int64, pl.Boolean)
    columns = ("n_groups", "silhouette", *names, "is_chosen")
    return pl.DataFrame(rows, schema=dict(zip(columns, kinds, strict=True)))


def type_of(identifiers: Sequence[Identifier]) -> pl.DataType:
    """Return the type of a column of identifiers, also where there is none."""
    import polars as pl

    return pl.String() if identifiers and isinstance(identifiers[0], str) else pl.Int64()


def _share(counts: VoteCounts) -> FloatArray:
    empty = np.full(counts.n_seen.shape, np.nan)
    return np.asarray(np.divide(counts.n_agree, counts.n_seen, out=empty, where=counts.n_seen > 0))


def _bridging(analysis: Analysis) -> dict[str, FloatArray]:
    names = {"bridging": "intercepts", "bridging_low": "intercept_low", "bridging_high": "intercept_high"}
    if analysis.bridges is None:
        return {name: _unknown(analysis) for name in names}
    model = analysis.bridges.model
    return {name: _at_statements(analysis, getattr(model, field)) for name, field in names.items()}


def _without_flagged(analysis: Analysis) -> FloatArray:
    if analysis.integrity is None:
        return _unknown(analysis)
    return _at_statements(analysis, _share(analysis.integrity.counts_without))


def _unknown(analysis: Analysis) -> FloatArray:
    return np.full(len(analysis.conversation.statements), np.nan)


def _at_statements(analysis: Analysis, voted: FloatArray) -> FloatArray:
    """Return what is known by statement voted on by statement of the conversation, NaN elsewhere."""
    return np.append(voted, np.nan)[statements_voted_at(analysis.conversation)]

"""The analysis as a document: what ``analysis.json`` holds, described by its JSON Schema."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from importlib import resources
from typing import Any

import numpy as np

import placet
from placet.sense.estimates import smoothed_proportion, wilson_interval
from placet.sense.highlights import ConsensusStatement, DivisiveStatement, RepresentativeStatement
from placet.sense.reports.analysis import Analysis, statements_voted_at
from placet.sense.reports.scrutiny_document import describe_bridging, describe_findings, describe_integrity
from placet.sense.votes import Identifier, Statement, VoteCounts

SCHEMA_VERSION = 2

Document = dict[str, Any]


def read_schema() -> Document:
    """Return the JSON Schema (draft 2020-12) of `build_document`'s result.

    Returns
    -------
    dict
    """
    text = resources.files(__package__).joinpath(f"schema/analysis-{SCHEMA_VERSION}.json").read_text("utf-8")
    schema: Document = json.loads(text)
    return schema


def build_document(analysis: Analysis) -> Document:
    """Return an analysis as a document that JSON can hold: numbers are finite, null where undefined.

    The document names no participant: it holds base clusters, groups and statements.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    dict
        What `read_schema` describes.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "software_version": placet.__version__,
        "parameters": asdict(analysis.parameters),
        "seed": analysis.seed,
        "input_digest": analysis.conversation.digest(),
        "topic": analysis.conversation.topic,
        "counts": _counts(analysis),
        "participation": _participation(analysis),
        "opinion_space": _opinion_space(analysis),
        "groups": [_group(analysis, group) for group in range(analysis.groups.n_groups)],
        "consensus": {
            "agree": [_consensus(analysis, found) for found in analysis.consensus.agree],
            "disagree": [_consensus(analysis, found) for found in analysis.consensus.disagree],
        },
        "divisive": [_divisive(analysis, found) for found in analysis.divisive],
        "findings": describe_findings(analysis),
        "integrity": describe_integrity(analysis),
        "statements": _statements(analysis),
    }


def dump_document(document: Document) -> str:
    """Return a document as the text of ``analysis.json``."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _counts(analysis: Analysis) -> Document:
    statements = analysis.conversation.statements
    votes = analysis.conversation.votes
    return {
        "participants": votes.n_participants,
        "participants_grouped": int(analysis.groups.sizes().sum()),
        "statements": len(statements),
        "statements_rejected": sum(statement.moderated < 0 for statement in statements),
        "statements_meta": sum(statement.is_meta for statement in statements),
        "votes": votes.n_votes,
        "agree": int(analysis.counts.n_agree.sum()),
        "disagree": int(analysis.counts.n_disagree.sum()),
        "pass": int(analysis.counts.n_pass.sum()),
    }


def _participation(analysis: Analysis) -> Document:
    """Describe how many votes people cast: 1, 2 to 3, 4 to 7, and so on, each class twice as wide."""
    n_votes = analysis.conversation.votes.votes_per_participant()
    if n_votes.size == 0:
        return {"median_votes": None, "mean_votes": None, "votes_per_participant": []}
    classes = np.bincount(np.frexp(n_votes)[1] - 1)  # the exponent of 2, exactly
    return {
        "median_votes": float(np.median(n_votes)),
        "mean_votes": float(n_votes.mean()),
        "votes_per_participant": [
            {"from": 2**power, "to": 2 ** (power + 1) - 1, "participants": int(count)}
            for power, count in enumerate(classes)
        ],
    }


def _opinion_space(analysis: Analysis) -> Document:
    space, groups = analysis.space, analysis.groups
    bases = zip(
        groups.base_centres.tolist(), groups.base_sizes.tolist(), groups.base_groups.tolist(), strict=True
    )
    return {
        "statement_ids": list(space.statement_ids),
        "means": space.means.tolist(),
        "components": space.components.tolist(),
        "statement_projection": space.statement_projection().tolist(),
        "explained_variance_ratio": [_finite(ratio) for ratio in space.explained_variance_ratio],
        "base_clusters": [{"x": x, "y": y, "size": size, "group": group} for (x, y), size, group in bases],
        "group_counts_tried": [
            {
                "groups": k,
                "silhouette": _finite(score),
                "stability": asdict(analysis.stability[k]) if k in analysis.stability else None,
            }
            for k, score in groups.silhouettes.items()
        ],
    }


def _group(analysis: Analysis, group: int) -> Document:
    return {
        "id": group,
        "size": int(analysis.groups.sizes()[group]),
        "centre": analysis.groups.centres[group].tolist(),
        "representative": [_representative(analysis, found) for found in analysis.representative[group]],
    }


def _representative(analysis: Analysis, found: RepresentativeStatement) -> Document:
    return {
        "statement_id": _statement_id(analysis, found.position),
        "direction": found.direction,
        "n_agree": found.n_agree,
        "n_disagree": found.n_disagree,
        "n_seen": found.n_seen,
        "p": found.p,
        "p_ci": _interval(*found.p_ci),
        "p_z": found.p_z,
        "ratio": found.ratio,
        "ratio_z": found.ratio_z,
    }


def _consensus(analysis: Analysis, found: ConsensusStatement) -> Document:
    return {
        "statement_id": _statement_id(analysis, found.position),
        "n_success": found.n_success,
        "n_seen": found.n_seen,
        "p": found.p,
        "p_ci": _interval(*found.p_ci),
        "z": found.z,
    }


def _divisive(analysis: Analysis, found: DivisiveStatement) -> Document:
    return {
        "statement_id": _statement_id(analysis, found.position),
        "group_for": found.group_for,
        "group_against": found.group_against,
        "p_for": found.p_for,
        "p_against": found.p_against,
        "gap": found.gap,
        "gap_ci": _interval(*found.gap_ci),
        "z": found.z,
    }


def _statements(analysis: Analysis) -> list[Document]:
    """Describe all statements, those that nobody voted on included."""
    level = analysis.parameters.interval_level
    overall = _tallies(analysis.counts, level)
    bridging = describe_bridging(analysis)
    without = None
    if analysis.integrity is not None:
        voted_at = statements_voted_at(analysis.conversation)
        without = _tallies(analysis.integrity.counts_without.take(voted_at), level)
    by_group = [_tallies(analysis.group_counts[g], level) for g in range(analysis.groups.n_groups)]
    return [
        {
            **_described(statement),
            **overall[j],
            "extremity": _finite(analysis.extremity[j]),
            "priority": float(analysis.priorities[j]),
            "group_informed_consensus": _finite(analysis.group_informed_consensus[j]),
            "bridging": bridging[j],
            "without_flagged": without[j] if without else None,
            "by_group": [{"group": g, **tallies[j]} for g, tallies in enumerate(by_group)],
        }
        for j, statement in enumerate(analysis.conversation.statements)
    ]


def _described(statement: Statement) -> Document:
    return {
        "id": statement.id,
        "text": statement.text,
        "moderated": statement.moderated,
        "meta": statement.is_meta,
        "seed": statement.is_seed,
    }


def _tallies(counts: VoteCounts, level: float) -> list[Document]:
    """Describe the votes on each statement."""
    interval = wilson_interval(counts.n_agree, counts.n_seen, level=level)
    rows = zip(
        counts.n_agree.tolist(),
        counts.n_disagree.tolist(),
        counts.n_pass.tolist(),
        smoothed_proportion(counts.n_agree, counts.n_seen).tolist(),
        map(_interval, interval.low.tolist(), interval.high.tolist()),
        strict=True,
    )
    names = ("n_agree", "n_disagree", "n_pass", "p_agree", "p_agree_ci")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _statement_id(analysis: Analysis, position: int) -> Identifier:
    return analysis.conversation.statements[position].id


def _interval(low: float, high: float) -> list[float] | None:
    return [low, high] if math.isfinite(low) and math.isfinite(high) else None


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

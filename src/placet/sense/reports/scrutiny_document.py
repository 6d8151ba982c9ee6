"""Findings, bridging and integrity as parts of the document: see `document`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from placet.sense.highlights import Findings
from placet.sense.reports.analysis import Analysis, statements_voted_at
from placet.sense.votes import Identifier

Document = dict[str, Any]


def describe_findings(analysis: Analysis) -> Document:
    """Return what stands out, each finding with the identifier of its statement."""
    listed = [statement.id for statement in analysis.conversation.statements]
    voted_on = analysis.conversation.votes.statement_ids
    discoveries, bridges = analysis.discoveries, analysis.bridges
    return {
        "false_discovery_rate": analysis.parameters.false_discovery_rate,
        "representative": _tested(discoveries.representative, listed),
        "consensus": _tested(discoveries.consensus, listed),
        "divisive": _tested(discoveries.divisive, listed),
        "bridging": None if bridges is None else _tested(bridges.found, voted_on),
    }


def _tested(findings: Findings[Any], identifiers: Sequence[Identifier]) -> Document:
    found = []
    for finding in findings.found:
        fields = {name: _plain(value) for name, value in asdict(finding).items()}
        found.append({"statement_id": identifiers[fields.pop("position")], **fields})
    return {"n_tested": findings.n_tested, "found": found}


def describe_bridging(analysis: Analysis) -> list[Document | None]:
    """Return the bridging intercept of each statement of the conversation, None where it has none."""
    if analysis.bridges is None:
        return [None] * len(analysis.conversation.statements)
    model = analysis.bridges.model
    described = []
    for j in statements_voted_at(analysis.conversation).tolist():
        is_fitted = j >= 0 and bool(np.isfinite(model.intercepts[j]))
        described.append(
            {
                "intercept": float(model.intercepts[j]),
                "intercept_ci": [float(model.intercept_low[j]), float(model.intercept_high[j])],
                "factor": float(model.factors[j]),
                "n_seen": int(model.n_seen[j]),
            }
            if is_fitted
            else None
        )
    return described


def describe_integrity(analysis: Analysis) -> Document | None:
    """Return how many are flagged and on what evidence; no participant is named."""
    if analysis.integrity is None:
        return None
    found = analysis.integrity.lookalikes
    return {
        "n_flagged": int(found.is_flagged.sum()),
        "flagged_rate": found.flagged_rate,
        "false_discovery_rate": found.false_discovery_rate if found.clusters else None,
        "clusters": [asdict(cluster) for cluster in found.clusters],
    }


def _plain(value: Any) -> Any:
    return [float(bound) for bound in value] if isinstance(value, tuple) else value

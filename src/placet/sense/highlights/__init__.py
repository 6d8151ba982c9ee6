"""Statements worth a reader's attention: representative, consensual, divisive, bridging.

``select_representative``, ``select_consensus`` and ``select_divisive`` choose as Polis does;
``find_…`` and ``select_bridging`` control the rate of false discoveries.
"""

from placet.sense.highlights.bridging import Bridging, BridgingFinding, fit_bridging, select_bridging
from placet.sense.highlights.consensus import (
    Consensus,
    ConsensusStatement,
    group_informed_consensus,
    select_consensus,
)
from placet.sense.highlights.divisive import DivisiveStatement, select_divisive
from placet.sense.highlights.findings import (
    ConsensusFinding,
    DivisiveFinding,
    Findings,
    RepresentativeFinding,
    find_consensus,
    find_divisive,
    find_representative,
)
from placet.sense.highlights.priorities import statement_priorities
from placet.sense.highlights.representative import RepresentativeStatement, select_representative
from placet.sense.highlights.routing import Router

__all__ = [
    "Bridging",
    "BridgingFinding",
    "Consensus",
    "ConsensusFinding",
    "ConsensusStatement",
    "DivisiveFinding",
    "DivisiveStatement",
    "Findings",
    "RepresentativeFinding",
    "RepresentativeStatement",
    "Router",
    "find_consensus",
    "find_divisive",
    "find_representative",
    "fit_bridging",
    "group_informed_consensus",
    "select_bridging",
    "select_consensus",
    "select_divisive",
    "select_representative",
    "statement_priorities",
]

"""Statements worth a reader's attention: representative, consensual, divisive."""

from placet.sense.highlights.consensus import (
    Consensus,
    ConsensusStatement,
    group_informed_consensus,
    select_consensus,
)
from placet.sense.highlights.divisive import DivisiveStatement, select_divisive
from placet.sense.highlights.priorities import statement_priorities
from placet.sense.highlights.representative import RepresentativeStatement, select_representative

__all__ = [
    "Consensus",
    "ConsensusStatement",
    "DivisiveStatement",
    "RepresentativeStatement",
    "group_informed_consensus",
    "select_consensus",
    "select_divisive",
    "select_representative",
    "statement_priorities",
]

"""What was found: selections that control the rate of false discoveries, beside those of Polis."""

from placet.sense.highlights.findings.consensus import ConsensusFinding, find_consensus
from placet.sense.highlights.findings.divisive import DivisiveFinding, find_divisive
from placet.sense.highlights.findings.representative import RepresentativeFinding, find_representative
from placet.sense.highlights.findings.results import Findings

__all__ = [
    "ConsensusFinding",
    "DivisiveFinding",
    "Findings",
    "RepresentativeFinding",
    "find_consensus",
    "find_divisive",
    "find_representative",
]

"""A small finding to test with: a run whose figures are known, and what it cites.

``SmallFinding()`` has a small reflection, a finished run made by hand (no analysis is carried out: figures
are as ``tallies`` says), and a draft in both languages that gives a figure of the first statement and cites
it. ``published()`` publishes it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from placet.sense.estimates import wilson_interval
from placet.stages.mandates import references
from placet.stages.sensemaking.finding_models import Finding, Stance
from placet.stages.sensemaking.findings.publishing import publish_finding
from placet.stages.sensemaking.findings.writing import NewFinding, cite, write_finding
from placet.stages.sensemaking.models import AnalysisRun
from tests.stages.reflections import SmallReflection

Tally = tuple[int, int, int]  # agree, disagree, pass

TALLIES: Sequence[Tally] = ((67, 23, 10), (40, 40, 20), (5, 90, 5))


@dataclass
class SmallFinding:
    """A small reflection with one run and one finding."""

    small: SmallReflection = field(default_factory=SmallReflection)
    tallies: Sequence[Tally] = TALLIES

    def __post_init__(self) -> None:
        self.run: AnalysisRun = self.add_run(self.tallies)
        self.finding: Finding = self.write()
        cite(self.small.secretariat, self.finding, self.small.statements[0])

    def add_run(self, tallies: Sequence[Tally], *, finished_at: datetime | None = None) -> AnalysisRun:
        """One more finished run of the consultation, in which its statements were voted on so."""
        small = self.small
        return AnalysisRun.objects.create(
            consultation=small.consultation,
            reference=next(references.take_references(small.reflection, references.ANALYSIS)),
            state=AnalysisRun.State.DONE,
            finished_at=finished_at or timezone.now(),
            last_sequence=1,
            seed=0,
            result=json.dumps(_document([each.reference for each in small.statements], tallies)),
        )

    def write(self, text: dict[str, str] | None = None, title: str = "Ports come first") -> Finding:
        """One more draft, by default with a figure of the first statement."""
        reference = self.small.statements[0].reference
        words = text or {
            "en": f"A majority, {{agree {reference}}}, wants ports first.",
            "fr": f"Une majorité, {{agree {reference}}}, veut d’abord des ports.",
        }
        new = NewFinding({"en": title, "fr": f"{title} (fr)"}, words, priority=self.small.priority)
        return write_finding(self.small.secretariat, self.small.reflection, new)

    def against(self) -> None:
        """Let the second statement speak against it."""
        cite(self.small.secretariat, self.finding, self.small.statements[1], stance=Stance.AGAINST)

    def published(self) -> Finding:
        """The finding, published."""
        publish_finding(self.small.secretariat, self.finding)
        return self.finding


def _document(statements: Sequence[str], tallies: Sequence[Tally]) -> dict[str, object]:
    """As much of an analysis document as findings read."""
    return {
        "parameters": {"interval_level": 0.95},
        "counts": {"participants": 120},
        "groups": [{"id": 0}, {"id": 1}],
        "statements": [
            {
                "id": reference,
                "n_agree": tally[0],
                "n_disagree": tally[1],
                "n_pass": tally[2],
                "p_agree_ci": _interval(tally),
            }
            for reference, tally in zip(statements, tallies, strict=False)
        ],
    }


def _interval(tally: Tally) -> list[float] | None:
    if not sum(tally):
        return None
    found = wilson_interval(tally[0], sum(tally))
    return [float(found.low), float(found.high)]

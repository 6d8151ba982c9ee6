"""A draft of a communiqué over one decision of a meeting, with a reservation: made by what people do."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from placet.stages.decisions.communiques.actions import draft_communique, publish_communique
from placet.stages.decisions.models import Communique, Decision
from placet.stages.proposals.drafting.evidence import cite_finding
from placet.stages.sensemaking.finding_models import Finding, Stance
from tests.stages.decisions.decisions import SmallMeeting
from tests.stages.proposals.proposals import SmallProposal, both

TITLE = both("Brussels communiqué", "Communiqué de Bruxelles")
PREAMBLE = both("We met in Brussels.", "Nous nous sommes réunis à Bruxelles.")


class SmallCommunique:
    """A proposal whose first clause cites a finding for it and one against it, adopted with a reservation."""

    def __init__(self, proposals: SmallProposal | None = None) -> None:
        self.proposals = proposals or SmallProposal()
        self.finding: Finding = self.proposals.add_finding("Support")
        self.against: Finding = self.proposals.add_finding("Doubts")
        clause = self.proposals.clauses[0]
        cite_finding(self.secretariat, clause, self.finding)
        cite_finding(self.secretariat, clause, self.against, stance=Stance.AGAINST)
        self.meeting = SmallMeeting(self.proposals)
        self.meeting.all_join()
        self.meeting.say("PL", "reserves")
        self.decision: Decision = self.meeting.adopt()
        self.reflection = self.meeting.reflection

    @property
    def secretariat(self) -> Any:
        return self.proposals.secretariat

    def draft(self, **changes: Any) -> Communique:
        """A draft over the decision, of today."""
        values: dict[str, Any] = {
            "title": TITLE,
            "preamble": PREAMBLE,
            "issued_date": today(),
            "decisions": [self.decision],
        }
        return draft_communique(self.secretariat, self.reflection, **(values | changes))

    def publish(self, **changes: Any) -> Communique:
        """The same, published."""
        communique = self.draft(**changes)
        publish_communique(self.secretariat, communique)
        return communique


def today() -> date:
    """The day on which the meeting decides."""
    return timezone.localdate(timezone=ZoneInfo("Europe/Brussels"))

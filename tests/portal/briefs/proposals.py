"""A proposal with all that a brief speaks of: findings with figures, a release, refused amendments."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from placet.stages.proposals.amending.actions import NewAmendment, open_to_amendments, submit_amendment
from placet.stages.proposals.amending.answering import answer_amendment
from placet.stages.proposals.drafting.clauses import add_clause
from placet.stages.proposals.drafting.evidence import cite_finding
from placet.stages.proposals.models import Amendment
from placet.stages.sensemaking.finding_models import Finding, Stance
from placet.stages.sensemaking.findings.publishing import publish_finding
from placet.stages.sensemaking.models import Release
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.findings.findings import SmallFinding


@dataclass
class BriefedProposal:
    """A published proposal whose first clause cites one finding for it and one against it."""

    small: SmallReflection = field(default_factory=SmallReflection)

    def __post_init__(self) -> None:
        self.findings = SmallFinding(self.small)
        self.findings.against()
        self.finding: Finding = self.findings.published()
        self.proposals = SmallProposal(self.small)
        self.contrary = self.proposals.add_finding("Doubts about ports")
        first = self.proposals.clauses[0]
        cite_finding(self.secretariat, first, self.finding)
        cite_finding(self.secretariat, first, self.contrary, stance=Stance.AGAINST)

    @property
    def secretariat(self) -> Any:
        return self.small.secretariat

    @property
    def proposal(self) -> Any:
        return self.proposals.proposal

    @property
    def reference(self) -> str:
        return str(self.proposal.reference)

    def release(self, cells: dict[str, list[int]], *, number: int = 1) -> Release:
        """A release whose table of the first statement has these cells by member: agreed, did not."""
        statement = self.small.statements[0].reference
        return Release.objects.create(
            consultation=self.small.consultation,
            number=number,
            published_at=timezone.now(),
            last_sequence=number,
            least_cell_count=10,
            tables={"member": {statement: cells}, "constituency": {}},
            consent=[],
            memory={},
        )

    def refuse_amendment(self) -> Amendment:
        """Poland asks for another wording of the first clause; the secretariat does not accept it."""
        proposal, clause = self.proposal, self.proposals.clauses[0]
        open_to_amendments(self.secretariat, proposal)
        version = clause.text.versions.latest("number")
        new = NewAmendment(
            Amendment.Kind.REWORD, clause, both("Less."), both("It goes too far."), version.number
        )
        amendment = submit_amendment(self.proposals.delegates["PL"], proposal, new)
        answer_amendment(self.secretariat, amendment, Amendment.State.REFUSED, both("It is needed."))
        return amendment

    def make_large(self) -> None:
        """As much as a proposal may hold: long clauses, and many findings on each side."""
        long = "The members will hold a joint exercise of their cyber defences and say what they learnt. " * 8
        for number in range(8):
            clause = add_clause(self.secretariat, self.proposal, both(f"{number} {long}"))
            for stance in Stance:
                text = {
                    "en": f"{long} {{agree {self.small.statements[0].reference}}}",
                    "fr": f"Les membres tiendront un exercice : {long}"
                    f" {{agree {self.small.statements[0].reference}}}",
                }
                finding = self.findings.write(text, title=f"A rather long title of a finding {number}")
                publish_finding_of(self, finding)
                cite_finding(self.secretariat, clause, finding, stance=stance)


def publish_finding_of(proposal: BriefedProposal, finding: Finding) -> None:
    """Let a finding cite the first statement, and publish it."""
    from placet.stages.sensemaking.findings.writing import cite

    cite(proposal.secretariat, finding, proposal.small.statements[0])
    publish_finding(proposal.secretariat, finding)

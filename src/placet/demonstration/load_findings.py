"""Puts findings and proposals of the demonstration into the database.

They go through the actions that people use; what each of them rests on is written at once, for time.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from placet.demonstration.findings import FIGURE, FindingContent, ProposalContent
from placet.demonstration.shapes import Bilingual
from placet.stages.consultations.models import Statement
from placet.stages.contributions.models import Contribution
from placet.stages.dialogues.models import Takeaway
from placet.stages.mandates.models import Priority, Reflection
from placet.stages.people.models import Account
from placet.stages.proposals.drafting.actions import NewProposal, draft_proposal, publish_proposal
from placet.stages.proposals.drafting.clauses import add_clause
from placet.stages.proposals.drafting.evidence import say_not_taken_up
from placet.stages.proposals.models import Citation, Clause, Proposal
from placet.stages.sensemaking.finding_models import Evidence, Finding, Stance
from placet.stages.sensemaking.findings.publishing import publish_finding
from placet.stages.sensemaking.findings.writing import NewFinding, write_finding


@dataclass(frozen=True, slots=True)
class Citable:
    """What findings cite, by the keys of the content."""

    statements: Mapping[str, Statement]
    contributions: Mapping[str, Contribution] = field(default_factory=dict)
    takeaways: Mapping[str, Takeaway] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedProposal:
    """A proposal with its clauses in their order."""

    proposal: Proposal
    clauses: list[Clause]


def write_findings(
    secretariat: Account,
    reflection: Reflection,
    findings: Iterable[FindingContent],
    priorities: Mapping[str, Priority],
    citable: Citable,
    *,
    published_at: dt.datetime,
) -> dict[str, Finding]:
    """Write, furnish with evidence and publish findings; the references of statements come in here."""
    found = {}
    for said in findings:
        new = NewFinding(
            title=bodies(said.title),
            text={
                language: _with_references(body, citable.statements)
                for language, body in bodies(said.text).items()
            },
            priority=priorities[said.priority],
            is_simulated=True,
        )
        finding = write_finding(secretariat, reflection, new)
        Evidence.objects.bulk_create(_evidence(secretariat, finding, said, citable))
        publish_finding(secretariat, finding, now=published_at)
        found[said.key] = finding
    return found


def draft_proposals(
    secretariat: Account,
    proposals: Iterable[ProposalContent],
    priorities: Mapping[str, Priority],
    findings: Mapping[str, Finding],
    *,
    published_at: dt.datetime,
) -> dict[str, LoadedProposal]:
    """Draft proposals with their clauses and what these rest on, and publish them."""
    drafted = {}
    for said in proposals:
        new = NewProposal(title=bodies(said.title), summary=bodies(said.summary), is_simulated=True)
        proposal = draft_proposal(secretariat, priorities[said.priority], new)
        clauses = [add_clause(secretariat, proposal, bodies(each.text)) for each in said.clauses]
        Citation.objects.bulk_create(
            [
                Citation(clause=clause, finding=findings[key], stance=stance, cited_by=secretariat)
                for clause, each in zip(clauses, said.clauses, strict=True)
                for stance, keys in ((Stance.SUPPORTS, each.findings), (Stance.AGAINST, each.against))
                for key in keys
            ]
        )
        publish_proposal(secretariat, proposal, now=published_at)
        drafted[said.key] = LoadedProposal(proposal, clauses)
    return drafted


def leave_findings(
    secretariat: Account, said: Iterable[FindingContent], findings: Mapping[str, Finding]
) -> None:
    """Say of the findings that no clause takes up why that is."""
    for each in said:
        if each.not_taken_up is not None:
            say_not_taken_up(secretariat, findings[each.key], bodies(each.not_taken_up))


def bodies(text: Bilingual) -> dict[str, str]:
    """A text as actions take it."""
    return {"en": text.en, "fr": text.fr}


def _evidence(
    secretariat: Account, finding: Finding, said: FindingContent, citable: Citable
) -> list[Evidence]:
    """What a finding cites, for it and against it."""

    def row(stance: Stance, **item: Statement | Contribution | Takeaway) -> Evidence:
        return Evidence(finding=finding, stance=stance, cited_by=secretariat, **item)

    return [
        *(row(Stance.SUPPORTS, statement=citable.statements[key]) for key in said.statements),
        *(row(Stance.SUPPORTS, contribution=citable.contributions[key]) for key in said.contributions),
        *(row(Stance.SUPPORTS, takeaway=citable.takeaways[key]) for key in said.takeaways),
        *(row(Stance.AGAINST, statement=citable.statements[key]) for key in said.against),
        *(row(Stance.AGAINST, takeaway=citable.takeaways[key]) for key in said.takeaways_against),
    ]


def _with_references(text: str, statements: Mapping[str, Statement]) -> str:
    return FIGURE.sub(lambda figure: f"{{{figure[1]} {statements[figure[2]].reference}}}", text)

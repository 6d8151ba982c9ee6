"""How NATO 2030 ended in the demonstration: what was found, proposed, decided and done.

Read from ``findings.toml``, ``proposals.toml`` and ``decision.toml`` and checked as ``content`` checks the
rest. Facts are the titles of the proposals, the meeting and what followed it; findings and clauses are
invented. It knows nothing of Django.
"""

import datetime as dt
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from placet.demonstration.findings import (
    FindingContent,
    ProposalContent,
    check_findings,
    check_proposals,
    read_finding,
    read_proposal,
)
from placet.demonstration.shapes import Bilingual, DemonstrationContent
from placet.demonstration.tables import ContentError, Table, check_known, read_file, read_rows
from placet.demonstration.voices import Voices

N_PROPOSALS = 8
PRECISIONS = ("day", "month", "year")
REPORT_KINDS = ("progress", "fulfilled", "ended")


@dataclass(frozen=True)
class MeetingContent:
    date: dt.date
    title: Bilingual
    place: Bilingual
    sources: tuple[str, ...]
    simulated: bool


@dataclass(frozen=True)
class CommuniqueContent:
    title: Bilingual
    preamble: Bilingual
    simulated: bool


@dataclass(frozen=True)
class StepContent:
    """A milestone that was reached; where the precision is not a day, the last day that it may have been."""

    date: dt.date
    precision: str
    source: str
    title: Bilingual


@dataclass(frozen=True)
class ProgressContent:
    kind: str
    date: dt.date
    source: str
    text: Bilingual


@dataclass(frozen=True)
class CommitmentContent:
    """What was decided and is on record; ``clause`` counts from 1, or is None for the text as a whole."""

    proposal: str
    clause: int | None
    title: Bilingual
    description: Bilingual
    lead: Bilingual
    source: str
    milestones: tuple[StepContent, ...]
    reports: tuple[ProgressContent, ...]
    simulated: bool


@dataclass(frozen=True)
class Outcome:
    """All of it, in the order of the files; ``note`` says of every proposal what of it is invented."""

    findings: tuple[FindingContent, ...]
    note: Bilingual
    proposals: tuple[ProposalContent, ...]
    meeting: MeetingContent
    communique: CommuniqueContent
    commitments: tuple[CommitmentContent, ...]


def load_outcome(content: DemonstrationContent, voices: Voices, folder: Traversable | None = None) -> Outcome:
    """Read what was found, proposed, decided and done, and check that it fits the rest.

    Raises
    ------
    ContentError
        If a file is missing or not TOML, or a text, key or date is not as it must be. The message names the
        file and the place.
    """
    found = read_file(folder, "findings.toml")
    proposed = read_file(folder, "proposals.toml")
    decided = read_file(folder, "decision.toml")
    for table in (found, proposed):
        if not table.boolean("simulated"):
            raise ContentError(f"{table.place}: simulated must be true")
    outcome = Outcome(
        findings=read_rows(found, "findings", read_finding),
        note=proposed.bilingual("note"),
        proposals=tuple(_numbered(row, number) for number, row in enumerate(proposed.tables("proposals"), 1)),
        meeting=_meeting(decided.table("meeting")),
        communique=_communique(decided.table("communique")),
        commitments=read_rows(decided, "commitments", _commitment),
    )
    for table in (found, proposed, decided):
        table.finish()
    _check(outcome, content, voices)
    return outcome


def _numbered(row: Table, number: int) -> ProposalContent:
    if row.integer("number") != number:
        raise ContentError(f"{row.place}: proposals must stand in the order of their numbers")
    proposal = read_proposal(row)
    row.finish()
    return proposal


def _meeting(table: Table) -> MeetingContent:
    meeting = MeetingContent(
        date=table.date("date"),
        title=table.bilingual("title"),
        place=table.bilingual("place"),
        sources=table.strings("sources"),
        simulated=table.boolean("simulated"),
    )
    table.finish()
    return meeting


def _communique(table: Table) -> CommuniqueContent:
    communique = CommuniqueContent(
        title=table.bilingual("title"),
        preamble=table.bilingual("preamble"),
        simulated=table.boolean("simulated"),
    )
    table.finish()
    return communique


def _commitment(row: Table) -> CommitmentContent:
    return CommitmentContent(
        proposal=row.string("proposal"),
        clause=row.integer("clause") if "clause" in row else None,
        title=row.bilingual("title"),
        description=row.bilingual("description"),
        lead=row.bilingual("lead"),
        source=row.string("source"),
        milestones=read_rows(row, "milestones", _step),
        reports=read_rows(row, "reports", _progress),
        simulated=row.boolean("simulated"),
    )


def _step(row: Table) -> StepContent:
    return StepContent(
        date=row.date("date"),
        precision=row.choice("precision", PRECISIONS),
        source=row.string("source"),
        title=row.bilingual("title"),
    )


def _progress(row: Table) -> ProgressContent:
    return ProgressContent(
        kind=row.choice("kind", REPORT_KINDS),
        date=row.date("date"),
        source=row.string("source"),
        text=row.bilingual("text"),
    )


def _check(outcome: Outcome, content: DemonstrationContent, voices: Voices) -> None:
    priorities = [each.key for each in content.priorities]
    statements = [statement.key for each in content.consultations for statement in each.approved]
    check_findings("findings.toml", outcome.findings, statements=statements, priorities=priorities)
    titles = [each.title.en for each in voices.contributions]
    takeaways = [each.key for each in voices.report.takeaways]
    for each in outcome.findings:
        here = f"findings.toml, {each.key}"
        check_known(here, "contribution", each.contributions, titles)
        check_known(here, "takeaway", [*each.takeaways, *each.takeaways_against], takeaways)
    check_proposals("proposals.toml", outcome.proposals, outcome.findings, priorities)
    if len(outcome.proposals) != N_PROPOSALS:
        raise ContentError(f"proposals.toml: {len(outcome.proposals)} proposals, expected {N_PROPOSALS}")
    _check_commitments(outcome, content)
    if outcome.meeting.simulated or not outcome.communique.simulated:
        raise ContentError("decision.toml: the meeting is a fact, the communiqué is not")
    if outcome.meeting.date != content.mandate.due_date:
        raise ContentError("decision.toml, meeting: the mandate asks for an answer on another day")


def _check_commitments(outcome: Outcome, content: DemonstrationContent) -> None:
    n_clauses = {each.key: len(each.clauses) for each in outcome.proposals}
    pages = [source.key for source in content.sources if source.url]
    for each in outcome.commitments:
        here = f"decision.toml, {each.title.en}"
        check_known(here, "proposal", [each.proposal], n_clauses)
        if each.clause is not None and not 1 <= each.clause <= n_clauses[each.proposal]:
            raise ContentError(f"{here}: {each.proposal} has no clause {each.clause}")
        dated: list[StepContent | ProgressContent] = [*each.milestones, *each.reports]
        check_known(here, "source with an address", {each.source, *(row.source for row in dated)}, pages)
        if each.simulated or any(row.date < outcome.meeting.date for row in dated):
            raise ContentError(f"{here}: follow-up is a fact, and follows the meeting")
    if {each.proposal for each in outcome.commitments} != set(n_clauses):
        raise ContentError("decision.toml: each proposal has its follow-up, or says that none is on record")

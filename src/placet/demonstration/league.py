"""The invented league of the demonstration: seven islands whose members disagree, and come to agree.

What must not be shown with real nations is shown here: a silence that is broken, an amendment, a reservation,
a commitment that is overdue. Read from ``content/league.toml`` and checked; dates are days from the day of
loading. It knows nothing of Django.
"""

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
from placet.demonstration.outcome import REPORT_KINDS
from placet.demonstration.shapes import (
    Bilingual,
    DescribedContent,
    Language,
    MemberContent,
    NamedContent,
)
from placet.demonstration.tables import ContentError, Table, check_known, check_unique, read_file, read_rows

N_ISLANDS = 7
N_GROUPS = 2
OWN_USE = frozenset(f"X{letter}" for letter in "ABCDEFGHIJLMNOPQRSTUVWXYZ")  # XK is in use for Kosovo


@dataclass(frozen=True)
class LeagueFrameContent:
    slug: str
    reference_prefix: str
    accent_colour: str
    timezone: str
    emblem: str
    name: Bilingual
    summary: Bilingual


@dataclass(frozen=True)
class LeagueMandateContent:
    given_day: int
    due_day: int
    issuer: Bilingual
    meeting: Bilingual
    text: Bilingual
    scope: Bilingual


@dataclass(frozen=True)
class LeagueStatementContent:
    """A statement, with the chance of agreement in each planted opinion group."""

    key: str
    original: Language
    text: Bilingual
    p_agree_in_group: tuple[float, ...]


@dataclass(frozen=True)
class LeagueConsultationContent:
    priority: str
    opened_day: int
    closed_day: int
    n_participants: int
    question: Bilingual
    introduction: Bilingual
    statements: tuple[LeagueStatementContent, ...]


@dataclass(frozen=True)
class SilenceContent:
    """A silence procedure; ``member`` broke it with ``reason``, where it did not hold."""

    proposal: str
    opened_day: int
    deadline_day: int
    member: str | None = None
    reason: Bilingual | None = None


@dataclass(frozen=True)
class AmendmentContent:
    """A change asked for, what others said of it, and the words that came of it."""

    proposal: str
    clause: int
    member: str
    submitted_day: int
    supported_by: tuple[str, ...]
    opposed_by: tuple[str, ...]
    answered_day: int
    wording: Bilingual
    justification: Bilingual
    result: Bilingual
    answer: Bilingual


@dataclass(frozen=True)
class CouncilContent:
    """The meeting at which all members join one proposal, one of them with a reservation."""

    proposal: str
    day: int
    title: Bilingual
    place: Bilingual
    reserving_member: str
    reservation: Bilingual


@dataclass(frozen=True)
class LeagueCommuniqueContent:
    day: int
    title: Bilingual
    preamble: Bilingual


@dataclass(frozen=True)
class LeagueStepContent:
    due_day: int
    reached_day: int | None
    title: Bilingual


@dataclass(frozen=True)
class LeagueReportContent:
    kind: str
    day: int
    text: Bilingual


@dataclass(frozen=True)
class LeagueCommitmentContent:
    proposal: str
    clause: int
    lead: str
    members: tuple[str, ...]
    due_day: int
    title: Bilingual
    description: Bilingual
    milestones: tuple[LeagueStepContent, ...]
    reports: tuple[LeagueReportContent, ...]


@dataclass(frozen=True)
class League:
    """All of it."""

    frame: LeagueFrameContent
    mandate: LeagueMandateContent
    priorities: tuple[DescribedContent, ...]
    members: tuple[MemberContent, ...]
    constituencies: tuple[NamedContent, ...]
    consultation: LeagueConsultationContent
    findings: tuple[FindingContent, ...]
    proposals: tuple[ProposalContent, ...]
    broken_silence: SilenceContent
    amendment: AmendmentContent
    kept_silence: SilenceContent
    running_silence: SilenceContent
    meeting: CouncilContent
    communique: LeagueCommuniqueContent
    commitments: tuple[LeagueCommitmentContent, ...]


def load_league(folder: Traversable | None = None) -> League:
    """Read the invented league and check that it holds together.

    Raises
    ------
    ContentError
        If the file is missing or not TOML, or a text, key or day is not as it must be. The message names
        the place.
    """
    table = read_file(folder, "league.toml")
    if not table.boolean("simulated"):
        raise ContentError("league.toml: simulated must be true")
    league = League(
        frame=_frame(table.table("reflection")),
        mandate=_mandate(table.table("mandate")),
        priorities=read_rows(table, "priorities", _priority),
        members=read_rows(
            table, "members", lambda row: MemberContent(row.string("code"), row.bilingual("name"))
        ),
        constituencies=read_rows(
            table, "constituencies", lambda row: NamedContent(row.string("key"), row.bilingual("name"))
        ),
        consultation=_consultation(table.table("consultation")),
        findings=read_rows(table, "findings", read_finding),
        proposals=read_rows(table, "proposals", read_proposal),
        broken_silence=_silence(table.table("broken_silence")),
        amendment=_amendment(table.table("amendment")),
        kept_silence=_silence(table.table("kept_silence")),
        running_silence=_silence(table.table("running_silence")),
        meeting=_council(table.table("meeting")),
        communique=_communique(table.table("communique")),
        commitments=read_rows(table, "commitments", _commitment),
    )
    table.finish()
    _check(league)
    return league


def _frame(table: Table) -> LeagueFrameContent:
    frame = LeagueFrameContent(
        slug=table.string("slug"),
        reference_prefix=table.string("reference_prefix"),
        accent_colour=table.string("accent_colour"),
        timezone=table.string("timezone"),
        emblem=table.string("emblem"),
        name=table.bilingual("name"),
        summary=table.bilingual("summary"),
    )
    table.finish()
    return frame


def _mandate(table: Table) -> LeagueMandateContent:
    mandate = LeagueMandateContent(
        given_day=table.integer("given_day"),
        due_day=table.integer("due_day"),
        issuer=table.bilingual("issuer"),
        meeting=table.bilingual("meeting"),
        text=table.bilingual("text"),
        scope=table.bilingual("scope"),
    )
    table.finish()
    return mandate


def _priority(row: Table) -> DescribedContent:
    return DescribedContent(row.string("key"), row.bilingual("title"), row.bilingual("description"))


def _consultation(table: Table) -> LeagueConsultationContent:
    consultation = LeagueConsultationContent(
        priority=table.string("priority"),
        opened_day=table.integer("opened_day"),
        closed_day=table.integer("closed_day"),
        n_participants=table.integer("n_participants"),
        question=table.bilingual("question"),
        introduction=table.bilingual("introduction"),
        statements=read_rows(table, "statements", _statement),
    )
    table.finish()
    return consultation


def _statement(row: Table) -> LeagueStatementContent:
    return LeagueStatementContent(
        key=row.string("key"),
        original="en" if row.choice("original", ("en", "fr")) == "en" else "fr",
        text=row.bilingual("text"),
        p_agree_in_group=row.probabilities("p", N_GROUPS),
    )


def _silence(table: Table) -> SilenceContent:
    silence = SilenceContent(
        proposal=table.string("proposal"),
        opened_day=table.integer("opened_day"),
        deadline_day=table.integer("deadline_day"),
        member=table.string("member") if "member" in table else None,
        reason=table.bilingual("reason") if "reason" in table else None,
    )
    table.finish()
    return silence


def _amendment(table: Table) -> AmendmentContent:
    amendment = AmendmentContent(
        proposal=table.string("proposal"),
        clause=table.integer("clause"),
        member=table.string("member"),
        submitted_day=table.integer("submitted_day"),
        supported_by=table.strings("supported_by"),
        opposed_by=table.strings("opposed_by"),
        answered_day=table.integer("answered_day"),
        wording=table.bilingual("wording"),
        justification=table.bilingual("justification"),
        result=table.bilingual("result"),
        answer=table.bilingual("answer"),
    )
    table.finish()
    return amendment


def _council(table: Table) -> CouncilContent:
    council = CouncilContent(
        proposal=table.string("proposal"),
        day=table.integer("day"),
        title=table.bilingual("title"),
        place=table.bilingual("place"),
        reserving_member=table.string("reserving_member"),
        reservation=table.bilingual("reservation"),
    )
    table.finish()
    return council


def _communique(table: Table) -> LeagueCommuniqueContent:
    communique = LeagueCommuniqueContent(
        day=table.integer("day"), title=table.bilingual("title"), preamble=table.bilingual("preamble")
    )
    table.finish()
    return communique


def _commitment(row: Table) -> LeagueCommitmentContent:
    return LeagueCommitmentContent(
        proposal=row.string("proposal"),
        clause=row.integer("clause"),
        lead=row.string("lead"),
        members=row.texts("members"),
        due_day=row.integer("due_day"),
        title=row.bilingual("title"),
        description=row.bilingual("description"),
        milestones=read_rows(row, "milestones", _step),
        reports=read_rows(row, "reports", _report),
    )


def _step(row: Table) -> LeagueStepContent:
    return LeagueStepContent(
        due_day=row.integer("due_day"),
        reached_day=row.integer("reached_day") if "reached_day" in row else None,
        title=row.bilingual("title"),
    )


def _report(row: Table) -> LeagueReportContent:
    return LeagueReportContent(row.choice("kind", REPORT_KINDS), row.integer("day"), row.bilingual("text"))


def _check(league: League) -> None:
    members = [each.code for each in league.members]
    priorities = [each.key for each in league.priorities]
    statements = [each.key for each in league.consultation.statements]
    if len(members) != N_ISLANDS or not set(members) <= OWN_USE:
        raise ContentError("league.toml, members: seven, with codes that ISO 3166 leaves to everybody")
    check_unique("league.toml", "member", members)
    check_unique("league.toml", "statement", statements)
    check_known("league.toml, consultation", "priority", [league.consultation.priority], priorities)
    check_findings("league.toml", league.findings, statements=statements, priorities=priorities)
    check_proposals("league.toml", league.proposals, league.findings, priorities)
    _check_decisions(league, members)
    _check_days(league)


def _check_decisions(league: League, members: list[str]) -> None:
    n_clauses = {each.key: len(each.clauses) for each in league.proposals}
    silences = (league.broken_silence, league.kept_silence, league.running_silence)
    amendment = league.amendment
    places = [(amendment.proposal, amendment.clause)]
    places += [(each.proposal, each.clause) for each in league.commitments]
    decided = {*(each.proposal for each in silences), league.meeting.proposal, *(key for key, _ in places)}
    check_known("league.toml", "proposal", decided, n_clauses)
    for proposal, clause in places:
        if not 1 <= clause <= n_clauses[proposal]:
            raise ContentError(f"league.toml: {proposal} has no clause {clause}")
    if league.broken_silence.member is None or league.broken_silence.reason is None:
        raise ContentError("league.toml, broken_silence: a silence is broken by a member, with a reason")
    named = {
        league.broken_silence.member,
        league.meeting.reserving_member,
        *(amendment.member, *amendment.supported_by, *amendment.opposed_by),
        *(code for each in league.commitments for code in (each.lead, *each.members)),
    }
    check_known("league.toml", "member", named, members)


def _check_days(league: League) -> None:
    """What the league did is in the past, and in its order; one silence runs still."""
    course = [
        league.mandate.given_day,
        league.consultation.opened_day,
        league.consultation.closed_day,
        league.broken_silence.opened_day,
        league.broken_silence.deadline_day,
        league.amendment.submitted_day,
        league.amendment.answered_day,
        league.kept_silence.opened_day,
        league.kept_silence.deadline_day,
        league.meeting.day,
        league.running_silence.opened_day,
        -1,
    ]
    if course != sorted(course) or league.running_silence.deadline_day < 1:
        raise ContentError("league.toml: the days are out of order")

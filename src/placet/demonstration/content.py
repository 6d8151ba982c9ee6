"""The content of the demonstration reflection, read from the TOML files in ``content/`` and checked.

The files are the source: texts in English and French, dated facts with their sources, statements with
the structure that the simulation plants in their votes. This module turns them into frozen dataclasses
and refuses anything incomplete with a sentence that names the file and the place. It knows nothing of
Django; ``simulation`` and the command that loads the demonstration build on it.
"""

import re
import tomllib
from collections.abc import Callable, Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import TypeVar, cast, get_args
from zoneinfo import available_timezones

from placet.demonstration.shapes import (
    Bilingual,
    ConstituencyContent,
    ConsultationContent,
    DatePrecision,
    DemonstrationContent,
    Language,
    MandateContent,
    MemberContent,
    MemberRule,
    MilestoneContent,
    MilestoneKind,
    OpinionGroupContent,
    PriorityContent,
    ReflectionContent,
    SimulationContent,
    SourceContent,
    StatementContent,
    StatementKind,
    StatementStatus,
)
from placet.demonstration.tables import ContentError, Table

__all__ = [
    "Bilingual",
    "ConstituencyContent",
    "ConsultationContent",
    "ContentError",
    "DatePrecision",
    "DemonstrationContent",
    "Language",
    "MandateContent",
    "MemberContent",
    "MemberRule",
    "MilestoneContent",
    "MilestoneKind",
    "OpinionGroupContent",
    "PriorityContent",
    "ReflectionContent",
    "SimulationContent",
    "SourceContent",
    "StatementContent",
    "StatementKind",
    "StatementStatus",
    "load_content",
]

T = TypeVar("T")


MAX_STATEMENT_LENGTH = 280
N_MEMBERS = 30
N_PRIORITIES = 3
N_CONSTITUENCIES = 5
N_GROUPS = 3
# What the planted structure is called has to be what it is.
CONSENSUS_MARGIN = 0.25  # every p within this of 1, or every p within this of 0
DIVISIVE_SPREAD = 0.40  # largest p minus smallest p, at least


def _unique(place: str, what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ContentError(f"{place}: {what} {key!r} appears twice")
        seen.add(key)


def _known(place: str, what: str, keys: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(keys) - set(known))
    if unknown:
        raise ContentError(f"{place}: unknown {what}: {', '.join(unknown)}")


def _count(place: str, what: str, found: int, expected: int) -> None:
    if found != expected:
        raise ContentError(f"{place}: {found} {what}, expected {expected}")


def _sum_to_one(place: str, what: str, shares: Iterable[float]) -> None:
    if abs(sum(shares) - 1.0) > 1e-9:
        raise ContentError(f"{place}: {what} must sum to 1")


def _rows(table: Table, name: str, read: Callable[[Table], T]) -> tuple[T, ...]:
    rows = []
    for row in table.tables(name):
        rows.append(read(row))
        row.finish()
    table.finish()
    return tuple(rows)


def _read_source(row: Table) -> SourceContent:
    return SourceContent(row.string("key"), row.bilingual("title"), row.string("url") if "url" in row else "")


def _read_reflection(table: Table) -> ReflectionContent:
    reflection = ReflectionContent(
        slug=table.string("slug"),
        reference_prefix=table.string("reference_prefix"),
        accent_colour=table.string("accent_colour"),
        languages=table.strings("languages"),
        timezone=table.string("timezone"),
        name=table.bilingual("name"),
        summary=table.bilingual("summary"),
        disclaimer=table.bilingual("disclaimer"),
    )
    table.finish()
    if not re.fullmatch(r"#[0-9a-f]{6}", reflection.accent_colour):
        raise ContentError(f"{table.place}: accent_colour must be written like #1a2b3c")
    if set(reflection.languages) != set(get_args(Language)):
        raise ContentError(f"{table.place}: languages must be {', '.join(get_args(Language))}")
    if reflection.timezone not in available_timezones():
        raise ContentError(f"{table.place}: no such timezone: {reflection.timezone}")
    return reflection


def _read_mandate(table: Table) -> MandateContent:
    mandate = MandateContent(
        start_date=table.date("start_date"),
        end_date=table.date("end_date"),
        due_date=table.date("due_date"),
        title=table.bilingual("title"),
        place=table.bilingual("place"),
        given_by=table.bilingual("given_by"),
        given_to=table.bilingual("given_to"),
        due_at=table.bilingual("due_at"),
        text=table.bilingual("text"),
        scope=table.bilingual("scope"),
        sources=table.strings("sources"),
        simulated=table.boolean("simulated"),
    )
    table.finish()
    if not mandate.start_date <= mandate.end_date < mandate.due_date:
        raise ContentError(f"{table.place}: the dates are out of order")
    return mandate


def _read_priority(row: Table) -> PriorityContent:
    return PriorityContent(
        number=row.integer("number"),
        key=row.string("key"),
        slug=row.string("slug"),
        title=row.bilingual("title"),
        description=row.bilingual("description"),
    )


def _read_member(row: Table) -> MemberContent:
    member = MemberContent(row.string("code"), row.bilingual("name"))
    if not re.fullmatch(r"[A-Z]{2}", member.code):
        raise ContentError(f"{row.place}: {member.code!r} is not an ISO 3166-1 alpha-2 code")
    return member


def _read_constituency(row: Table) -> ConstituencyContent:
    return ConstituencyContent(row.string("key"), row.bilingual("name"), row.bilingual("description"))


def _read_milestone(row: Table) -> MilestoneContent:
    precision = cast(DatePrecision, row.choice("precision", get_args(DatePrecision)))
    start_date = row.date("start_date")
    labelled = precision in {"within", "year"}
    milestone = MilestoneContent(
        key=row.string("key"),
        kind=cast(MilestoneKind, row.choice("kind", get_args(MilestoneKind))),
        precision=precision,
        start_date=start_date,
        end_date=start_date if precision == "day" else row.date("end_date"),
        date_label=row.bilingual("date_label") if labelled else None,
        date_note=row.bilingual("date_note") if labelled else None,
        title=row.bilingual("title"),
        sentence=row.bilingual("sentence"),
        sources=row.strings("sources"),
        simulated=row.boolean("simulated"),
    )
    if precision != "day" and not milestone.start_date < milestone.end_date:
        raise ContentError(f"{row.place}: end_date must come after start_date")
    return milestone


def _read_notice(row: Table) -> tuple[str, Bilingual]:
    return row.string("key"), row.bilingual("text")


def _read_group(row: Table) -> OpinionGroupContent:
    return OpinionGroupContent(
        row.string("key"), row.probability("share"), row.bilingual("name"), row.bilingual("description")
    )


def _read_simulation(
    table: Table, members: Iterable[MemberContent], constituencies: Iterable[ConstituencyContent]
) -> SimulationContent:
    if not table.boolean("simulated"):
        raise ContentError(f"{table.place}: simulated must be true")
    pass_rate = table.probability("pass_rate")
    changed_rate = table.probability("changed_rate")
    votes_per_consultation = table.number("votes_per_consultation")
    participation_shares = table.probabilities("participation_shares", N_PRIORITIES)
    constituency_shares = table.numbers_for("constituency_shares", [row.key for row in constituencies])
    member_weights = table.numbers_for("member_weights", [row.code for row in members])
    groups = _rows(table, "groups", _read_group)
    _count(table.place, "opinion groups", len(groups), N_GROUPS)
    _sum_to_one(table.place, "shares of the groups", [group.share for group in groups])
    _sum_to_one(table.place, "constituency_shares", constituency_shares)
    _sum_to_one(table.place, "participation_shares", participation_shares)
    if votes_per_consultation <= 0:
        raise ContentError(f"{table.place}: votes_per_consultation must be positive")
    return SimulationContent(
        groups=groups,
        constituency_shares=constituency_shares,
        member_weights=member_weights,
        participation_shares=participation_shares,
        votes_per_consultation=votes_per_consultation,
        pass_rate=pass_rate,
        changed_rate=changed_rate,
    )


def _read_member_rule(table: Table) -> MemberRule:
    rule = MemberRule(
        p_high=table.probability("p_high"),
        p_low=table.probability("p_low"),
        members_high=table.strings("members_high"),
        members_low=table.strings("members_low"),
    )
    table.finish()
    return rule


def _check_kind(place: str, kind: StatementKind, p: tuple[float, ...]) -> None:
    """Refuse a planted structure that is not what it is called."""
    consensus = min(p) >= 1 - CONSENSUS_MARGIN or max(p) <= CONSENSUS_MARGIN
    divisive = max(p) - min(p) >= DIVISIVE_SPREAD - 1e-9
    actual = "consensus" if consensus else "divisive" if divisive else "neutral"
    if kind != actual:
        raise ContentError(f"{place}: kind is {kind!r}, but p = {list(p)} makes it {actual!r}")


def _read_statement(row: Table) -> StatementContent:
    key = row.string("key")
    row.place = f"{row.place} ({key})"
    status = cast(StatementStatus, row.choice("status", get_args(StatementStatus)))
    original = cast(Language, row.choice("original", get_args(Language)))
    text = row.bilingual("text")
    for language in get_args(Language):
        length = len(text.in_language(language))
        if length > MAX_STATEMENT_LENGTH:
            raise ContentError(
                f"{row.place}: {language} has {length} characters, {MAX_STATEMENT_LENGTH} at most"
            )
    kind: StatementKind | None = None
    p: tuple[float, ...] = ()
    rule: MemberRule | None = None
    if status == "approved":
        kind = cast(StatementKind, row.choice("kind", get_args(StatementKind)))
        if kind == "member":
            rule = _read_member_rule(row.table("member_rule"))
        else:
            p = row.probabilities("p", N_GROUPS)
            _check_kind(row.place, kind, p)
    return StatementContent(
        key=key,
        status=status,
        original=original,
        constituency=row.string("constituency"),
        text=text,
        reason=row.bilingual("reason") if status == "rejected" else None,
        kind=kind,
        p_agree_in_group=p,
        member_rule=rule,
    )


def _read_consultation(
    table: Table, members: Iterable[MemberContent], constituencies: Iterable[ConstituencyContent]
) -> ConsultationContent:
    consultation = ConsultationContent(
        priority=table.string("priority"),
        question=table.bilingual("question"),
        introduction=table.bilingual("introduction"),
        simulated=table.boolean("simulated"),
        statements=_rows(table, "statements", _read_statement),
    )
    statements = consultation.statements
    if not consultation.simulated:
        raise ContentError(f"{table.place}: simulated must be true, its statements are invented")
    _unique(table.place, "English text", [s.text.en.casefold() for s in consultation.approved])
    _unique(table.place, "French text", [s.text.fr.casefold() for s in consultation.approved])
    _known(table.place, "constituency", [s.constituency for s in statements], [c.key for c in constituencies])
    codes = [member.code for member in members]
    for statement in statements:
        if statement.member_rule is not None:
            place = f"{table.place}, {statement.key}"
            listed = statement.member_rule.members_high + statement.member_rule.members_low
            _unique(place, "member", listed)
            _known(place, "member", listed, codes)
            _count(place, "members in the rule", len(listed), len(codes))
    return consultation


def load_content(folder: Traversable | None = None) -> DemonstrationContent:
    """Read and check the content of the demonstration.

    Parameters
    ----------
    folder : Traversable, optional
        Where the TOML files are; the folder shipped with the package by default.

    Returns
    -------
    DemonstrationContent
        Everything, frozen; consultations in the order of their priorities.

    Raises
    ------
    ContentError
        If a file is missing or not TOML, or a text, key, date, number or count is not as it must be.
        The message names the file and the place.
    """
    source_folder = files("placet.demonstration") / "content" if folder is None else folder

    def table(name: str) -> Table:
        try:
            return Table(tomllib.loads((source_folder / name).read_text(encoding="utf-8")), name)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ContentError(f"{name}: {error}") from error

    sources = _rows(table("sources.toml"), "sources", _read_source)
    priorities = _rows(table("priorities.toml"), "priorities", _read_priority)
    members = _rows(table("members.toml"), "members", _read_member)
    constituencies = _rows(table("constituencies.toml"), "constituencies", _read_constituency)
    milestones = _rows(table("calendar.toml"), "milestones", _read_milestone)
    notices = _rows(table("notices.toml"), "notices", _read_notice)
    mandate = _read_mandate(table("mandate.toml"))

    _count("priorities.toml", "priorities", len(priorities), N_PRIORITIES)
    _count("members.toml", "members", len(members), N_MEMBERS)
    _count("constituencies.toml", "constituencies", len(constituencies), N_CONSTITUENCIES)
    _unique("sources.toml", "key", [source.key for source in sources])
    _unique("priorities.toml", "key", [priority.key for priority in priorities])
    _unique("members.toml", "code", [member.code for member in members])
    _unique("constituencies.toml", "key", [constituency.key for constituency in constituencies])
    _unique("calendar.toml", "key", [milestone.key for milestone in milestones])
    _unique("notices.toml", "key", [key for key, _ in notices])
    _known("mandate.toml", "source", mandate.sources, [source.key for source in sources])
    for milestone in milestones:
        place = f"calendar.toml, {milestone.key}"
        _known(place, "source", milestone.sources, [source.key for source in sources])
    if [priority.number for priority in priorities] != list(range(1, N_PRIORITIES + 1)):
        raise ContentError("priorities.toml: numbers must be 1, 2, 3 in this order")
    if [milestone.start_date for milestone in milestones] != sorted(m.start_date for m in milestones):
        # A year-long milestone sorts by its first day, as a calendar shows it.
        raise ContentError("calendar.toml: milestones must stand in the order of their dates")

    consultations = []
    for priority in priorities:
        name = f"statements-{priority.key}.toml"
        consultation = _read_consultation(table(name), members, constituencies)
        if consultation.priority != priority.key:
            raise ContentError(f"{name}: priority must be {priority.key!r}, not {consultation.priority!r}")
        consultations.append(consultation)
    keys = [statement.key for consultation in consultations for statement in consultation.statements]
    _unique("statements-*.toml", "key", keys)

    return DemonstrationContent(
        reflection=_read_reflection(table("reflection.toml")),
        mandate=mandate,
        priorities=priorities,
        members=members,
        constituencies=constituencies,
        milestones=milestones,
        consultations=tuple(consultations),
        sources=sources,
        notices=MappingProxyType(dict(notices)),
        simulation=_read_simulation(table("simulation.toml"), members, constituencies),
    )

"""What the demonstration's content is made of: frozen dataclasses, without Django and without reading."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "fr"]
StatementStatus = Literal["approved", "submitted", "rejected"]
StatementKind = Literal["consensus", "divisive", "neutral", "member"]
MilestoneKind = Literal["mandate", "launch", "report", "youth", "dialogue", "meeting", "follow-up"]
DatePrecision = Literal["day", "span", "within", "year"]


@dataclass(frozen=True)
class Bilingual:
    """One text in both languages of the demonstration."""

    en: str
    fr: str

    def in_language(self, language: Language) -> str:
        """The text in one language."""
        return self.en if language == "en" else self.fr


@dataclass(frozen=True)
class SourceContent:
    """A public source of facts; ``url`` is empty where the source is a document and not a page."""

    key: str
    title: Bilingual
    url: str


@dataclass(frozen=True)
class ReflectionContent:
    """The reflection itself."""

    slug: str
    reference_prefix: str
    accent_colour: str
    languages: tuple[str, ...]
    timezone: str
    name: Bilingual
    summary: Bilingual
    disclaimer: Bilingual


@dataclass(frozen=True)
class MandateContent:
    """Who asked for the reflection, what for, by when. ``text`` has paragraphs parted by blank lines."""

    start_date: dt.date
    end_date: dt.date
    due_date: dt.date
    title: Bilingual
    place: Bilingual
    given_by: Bilingual
    given_to: Bilingual
    due_at: Bilingual
    text: Bilingual
    scope: Bilingual
    sources: tuple[str, ...]
    simulated: bool


@dataclass(frozen=True)
class PriorityContent:
    """One axis of the reflection."""

    number: int
    key: str
    slug: str
    title: Bilingual
    description: Bilingual


@dataclass(frozen=True)
class MemberContent:
    """A member nation: ISO 3166-1 alpha-2 code and short name."""

    code: str
    name: Bilingual


@dataclass(frozen=True)
class ConstituencyContent:
    """A kind of contributor."""

    key: str
    name: Bilingual
    description: Bilingual


@dataclass(frozen=True)
class NamedContent:
    """Something with a key and a title: a constituency of the invented league."""

    key: str
    title: Bilingual


@dataclass(frozen=True)
class DescribedContent(NamedContent):
    """The same with a description: a priority of the invented league."""

    description: Bilingual


@dataclass(frozen=True)
class MilestoneContent:
    """A dated fact.

    ``precision`` says how to read the dates: ``day`` (happened on ``start_date``), ``span`` (lasted from
    ``start_date`` to ``end_date``), ``within`` (happened on one unknown day between them), ``year``
    (known to the year only). For the last two ``date_label`` is what to show and ``date_note`` why.
    """

    key: str
    kind: MilestoneKind
    precision: DatePrecision
    start_date: dt.date
    end_date: dt.date
    date_label: Bilingual | None
    date_note: Bilingual | None
    title: Bilingual
    sentence: Bilingual
    sources: tuple[str, ...]
    simulated: bool


@dataclass(frozen=True)
class MemberRule:
    """Invented: the chance of agreement is ``p_high`` in some member nations, ``p_low`` in the others."""

    p_high: float
    p_low: float
    members_high: tuple[str, ...]
    members_low: tuple[str, ...]


@dataclass(frozen=True)
class StatementContent:
    """One simulated statement.

    ``kind`` is None, and ``p_agree_in_group`` empty, for a statement that is not open to votes; for
    ``kind="member"`` the chances come from ``member_rule`` and ``p_agree_in_group`` is empty.
    ``p_agree_in_group`` is the chance of agreement among those who do not pass, in the order of
    ``SimulationContent.groups``. ``reason`` is there for a rejected statement only.
    """

    key: str
    status: StatementStatus
    original: Language
    constituency: str
    text: Bilingual
    reason: Bilingual | None
    kind: StatementKind | None
    p_agree_in_group: tuple[float, ...]
    member_rule: MemberRule | None


@dataclass(frozen=True)
class ConsultationContent:
    """The consultation under one priority, with all its statements in the order of the file."""

    priority: str
    question: Bilingual
    introduction: Bilingual
    statements: tuple[StatementContent, ...]
    simulated: bool

    @property
    def approved(self) -> tuple[StatementContent, ...]:
        """The statements open to votes; the simulation's statement indices point into this tuple."""
        return tuple(statement for statement in self.statements if statement.status == "approved")


@dataclass(frozen=True)
class OpinionGroupContent:
    """A planted opinion group: a way of thinking, not a nation."""

    key: str
    share: float
    name: Bilingual
    description: Bilingual


@dataclass(frozen=True)
class SimulationContent:
    """How the simulated participants are made up; every number is invented."""

    groups: tuple[OpinionGroupContent, ...]
    constituency_shares: tuple[float, ...]
    member_weights: tuple[float, ...]
    participation_shares: tuple[float, ...]
    votes_per_consultation: float
    pass_rate: float
    changed_rate: float


@dataclass(frozen=True)
class DemonstrationContent:
    """Everything that the demonstration reflection is made of."""

    reflection: ReflectionContent
    mandate: MandateContent
    priorities: tuple[PriorityContent, ...]
    members: tuple[MemberContent, ...]
    constituencies: tuple[ConstituencyContent, ...]
    milestones: tuple[MilestoneContent, ...]
    consultations: tuple[ConsultationContent, ...]
    sources: tuple[SourceContent, ...]
    notices: Mapping[str, Bilingual]
    simulation: SimulationContent

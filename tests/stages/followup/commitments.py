"""A small commitment to test with: made by the actions that people use, from a decision that is written down.

``SmallCommitment(SmallReflection())`` has one adopted proposal with two clauses, its decision at a meeting,
and a published commitment that France leads and Poland contributes to, due a hundred days from today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from placet.stages.decisions.models import Decision, Meeting
from placet.stages.followup.committing import (
    NewCommitment,
    add_milestone,
    make_commitment,
    publish_commitment,
)
from placet.stages.followup.models import Commitment, CommitmentMilestone, ProgressReport
from placet.stages.followup.queries import CommitmentView, commitment_view
from placet.stages.followup.reporting import report_progress
from placet.stages.mandates import references
from placet.stages.mandates.models import Member, Priority, Role
from placet.stages.mandates.participation import grant_role
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from placet.stages.proposals.freezing import canonical, composed, digest_of
from placet.stages.proposals.models import Clause, FrozenText, Proposal
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Text
from tests.stages.reflections import SmallReflection

ZONE = ZoneInfo("Europe/Brussels")
DECIDED_DAYS_AGO = 200


def today() -> date:
    return timezone.localdate(timezone=ZONE)


def in_days(days: int) -> date:
    """A day before or after today, where the reflection is at home."""
    return today() + timedelta(days=days)


def text(body: str, **others: str) -> Text:
    return create_text({"en": body, **others}, original="en")


@dataclass
class SmallCommitment:
    """An adopted proposal, its decision, and a commitment; ``new`` changes what is committed to."""

    small: SmallReflection
    is_published: bool = True
    new: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.decision = self.add_decision()
        self.clauses = list(Clause.objects.filter(proposal=self.decision.text.proposal))
        self.commitment = self.add(is_published=self.is_published, **self.new)

    @property
    def secretariat(self) -> Account:
        return self.small.secretariat

    def member(self, code: str) -> Member:
        return Member.objects.get(reflection=self.small.reflection, code=code)

    def delegate(self, code: str) -> Account:
        """A delegate of that member, with an account of its own."""
        account = create_account(f"delegate-{code}@{self.small.slug}.example".lower(), is_verified=True)
        member = self.member(code)
        grant_role(self.secretariat, self.small.reflection, account, Role.DELEGATE, member=member)
        return account

    def add_proposal(self, priority: Priority | None = None, state: str = Proposal.State.ADOPTED) -> Proposal:
        """A proposal with two clauses."""
        reflection = self.small.reflection
        proposal = Proposal.objects.create(
            priority=priority or self.small.priority,
            reference=next(references.take_references(reflection, references.PROPOSAL)),
            state=state,
            title=text("Keep the lights on", fr="Garder la lumière"),
            summary=text("Together."),
            published_at=None if state == Proposal.State.DRAFT else timezone.now(),
        )
        for position in (1, 2):
            Clause.objects.create(
                proposal=proposal,
                reference=next(references.take_references(reflection, references.CLAUSE)),
                position=position,
                text=text(f"Clause {position}.", fr=f"Article {position}."),
            )
        return proposal

    def add_decision(self, priority: Priority | None = None, days_ago: int = DECIDED_DAYS_AGO) -> Decision:
        """A text adopted at a meeting, so many days ago at noon."""
        reflection = self.small.reflection
        day = in_days(-days_ago)
        adopted_at = datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)
        meeting = Meeting.objects.create(
            reflection=reflection,
            reference=next(references.take_references(reflection, references.MEETING)),
            title=text("Summit", fr="Sommet"),
            starts_at=adopted_at,
            time_zone="Europe/Brussels",
            state=Meeting.State.CLOSED,
            closed_at=adopted_at,
        )
        proposal = self.add_proposal(priority)
        document = canonical(composed(proposal, 1))
        frozen = FrozenText.objects.create(
            proposal=proposal,
            number=1,
            document=document,
            digest=digest_of(document),
            frozen_at=adopted_at,
        )
        return Decision.objects.create(
            text=frozen,
            reference=next(references.take_references(reflection, references.DECISION)),
            way=Decision.Way.MEETING,
            meeting=meeting,
            adopted_at=adopted_at,
            positions={},
        )

    def said(self, **changes: Any) -> NewCommitment:
        """What is committed to."""
        values: dict[str, Any] = {
            "title": {"en": "Build the grid", "fr": "Construire le réseau"},
            "description": {"en": "Across borders."},
            "lead": self.member("FR"),
            "members": (self.member("PL"),),
            "due_date": in_days(100),
            "clause": self.clauses[0],
            "source_url": "https://record.example/communique",
        }
        return NewCommitment(**(values | changes))

    def add(
        self, *, is_published: bool = True, decision: Decision | None = None, **changes: Any
    ) -> Commitment:
        """One more commitment."""
        if decision is not None:
            changes = {"clause": None} | changes
        made = make_commitment(self.secretariat, decision or self.decision, self.said(**changes))
        if is_published:
            publish_commitment(self.secretariat, made)
        return made

    def step(self, days: int, *, reached: int | None = None, **changes: Any) -> CommitmentMilestone:
        """A milestone due so many days from today."""
        return add_milestone(
            self.secretariat,
            self.commitment,
            {"en": "Half way", "fr": "À mi-chemin"},
            due_date=in_days(days),
            reached_date=None if reached is None else in_days(reached),
            **changes,
        )

    def report(
        self,
        kind: str = ProgressReport.Kind.PROGRESS,
        days_ago: int = 10,
        *,
        actor: Account | None = None,
        on: Commitment | None = None,
        evidence: Sequence[tuple[str, str]] = (("The decree", "https://law.example/1"),),
        **changes: Any,
    ) -> ProgressReport:
        """A report of so many days ago."""
        return report_progress(
            actor or self.secretariat,
            on or self.commitment,
            kind,
            {"en": "The first lines stand.", "fr": "Les premières lignes sont posées."},
            of_date=in_days(-days_ago),
            evidence=evidence,
            **changes,
        )

    def finding(self, title: str = "Grids are weak", state: str = Finding.State.PUBLISHED) -> Finding:
        """A finding of the reflection."""
        reflection = self.small.reflection
        return Finding.objects.create(
            reflection=reflection,
            reference=next(references.take_references(reflection, references.FINDING)),
            state=state,
            title=text(title),
            text=text("They say so."),
            published_at=timezone.now() if state == Finding.State.PUBLISHED else None,
        )

    def view(self, commitment: Commitment | None = None, *, day: date | None = None) -> CommitmentView:
        """As its page shows it, today or on another day."""
        return commitment_view(commitment or self.commitment, "en", today=day or today())

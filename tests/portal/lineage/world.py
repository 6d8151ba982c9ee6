"""A reflection in which everything happened, to walk through: rows as the stages' own actions leave them."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from placet.stages.consultations.merging import merge_statement
from placet.stages.consultations.models import Statement
from placet.stages.decisions.models import Decision, Meeting
from placet.stages.dialogues.models import PointStatement
from placet.stages.followup.models import Commitment, ProgressReport
from placet.stages.mandates import references
from placet.stages.mandates.models import Member
from placet.stages.proposals.freezing import canonical, composed, digest_of
from placet.stages.proposals.models import (
    Citation,
    Clause,
    ClauseSuccession,
    FrozenText,
    NotTakenUp,
    Proposal,
)
from placet.stages.sensemaking.finding_models import Evidence, Finding
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment, ThemeRun
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Text, TextVersion
from tests.stages.contributions.writing import SmallContributions
from tests.stages.dialogues.reports import Reporting

Bodies = Mapping[str, str]


def text(english: str) -> Text:
    """A text in both languages."""
    return create_text({"en": english, "fr": f"{english} (fr)"}, original="en")


class World:
    """A dialogue that was reported, contributions, statements, and ways to put something above them."""

    def __init__(self, *, house_rule: str = "chatham-house") -> None:
        self.reporting = Reporting(house_rule=house_rule)
        self.small = self.reporting.small
        self.reflection = self.small.reflection
        self.statements: list[Statement] = list(self.small.statements)
        self.writing = SmallContributions(on=self.small)
        self.now = timezone.now()

    def reference(self, kind: str) -> str:
        return next(references.take_references(self.reflection, kind))

    def statement(self, words: str = "One more.", **changes: object) -> Statement:
        """An accepted statement, by nobody in particular unless an author is given."""
        values = {
            "consultation": self.small.consultation,
            "reference": self.reference(references.STATEMENT),
            "text": text(words),
            "state": Statement.State.ACCEPTED,
            "submitted_at": self.now,
        }
        return Statement.objects.create(**(values | changes))

    def theme(self, name: str, *statements: Statement, **changes: object) -> Theme:
        """A theme in which the statements stand."""
        theme = Theme.objects.create(
            consultation=self.small.consultation, reference=self.reference("TH"), name=text(name), **changes
        )
        self.put_in(theme, *statements)
        return theme

    def put_in(self, theme: Theme, *statements: Statement) -> None:
        """Let statements stand in a theme."""
        run = ThemeRun.objects.filter(consultation=theme.consultation).first() or ThemeRun.objects.create(
            consultation=theme.consultation,
            reference=self.reference("TR"),
            state=ThemeRun.State.DONE,
            requested_by=self.small.secretariat,
            enqueued_at=self.now,
            finished_at=self.now,
            seed=1,
            result="{}",
        )
        ThemeAssignment.objects.bulk_create(
            ThemeAssignment(
                statement=each,
                theme=theme,
                version=TextVersion.objects.get(text=each.text_id),
                run=run,
                first_run=run,
            )
            for each in statements
        )

    def finding(self, title: str, *items: object, state: str = "published", **changes: object) -> Finding:
        """A finding that cites the items."""
        moments = {"published_at": self.now} if state != "draft" else {}
        if state == "withdrawn":
            moments |= {"withdrawn_at": self.now, "withdrawal_reason": text("It was wrong.")}
        finding = Finding.objects.create(
            reflection=self.reflection,
            reference=self.reference(references.FINDING),
            state=state,
            title=text(title),
            text=text(f"Text of {title}"),
            **(moments | changes),
        )
        for item in items:
            self.cite(finding, item)
        return finding

    def cite(self, finding: Finding, item: object, **changes: object) -> Evidence:
        """A finding cites an item."""
        return Evidence.objects.create(finding=finding, **({type(item).__name__.lower(): item} | changes))

    def proposal(self, title: str, *, state: str = "published", **changes: object) -> Proposal:
        """A proposal without clauses."""
        moments = {"published_at": self.now} if state != "draft" else {}
        return Proposal.objects.create(
            priority=self.small.priority,
            reference=self.reference(references.PROPOSAL),
            state=state,
            title=text(title),
            summary=text(f"Summary of {title}"),
            **(moments | changes),
        )

    def clause(self, proposal: Proposal, words: str, *findings: Finding, **changes: object) -> Clause:
        """A clause that rests on the findings."""
        clause = Clause.objects.create(
            proposal=proposal,
            reference=self.reference(references.CLAUSE),
            position=Clause.objects.filter(proposal=proposal).count() + 1,
            text=text(words),
        )
        for each in findings:
            Citation.objects.create(clause=clause, finding=each, **changes)
        return clause

    def split(self, clause: Clause, *parts: str, carries: bool = True) -> list[Clause]:
        """A clause lives on in several."""
        cited = [each.finding for each in Citation.objects.filter(clause=clause, taken_back_at=None)]
        made = [self.clause(clause.proposal, part, *(cited if carries else ())) for part in parts]
        Clause.objects.filter(pk=clause.pk).update(removed_at=timezone.now())
        for each in made:
            ClauseSuccession.objects.create(
                kind=ClauseSuccession.Kind.SPLIT, earlier=clause, later=each, made_by=self.small.secretariat
            )
        return made

    def freeze(self, proposal: Proposal) -> FrozenText:
        """Its text, word for word."""
        document = canonical(composed(proposal, 1))
        Proposal.objects.filter(pk=proposal.pk).update(state=Proposal.State.FROZEN)
        return FrozenText.objects.create(
            proposal=proposal,
            number=1,
            document=document,
            digest=digest_of(document),
            frozen_at=timezone.now(),
        )

    def adopt(self, proposal: Proposal) -> Decision:
        """The members adopt it at a meeting."""
        frozen = self.freeze(proposal)
        meeting = Meeting.objects.create(
            reflection=self.reflection,
            reference=self.reference(references.MEETING),
            title=text("Summit"),
            starts_at=self.now,
            time_zone="UTC",
        )
        Proposal.objects.filter(pk=proposal.pk).update(state=Proposal.State.ADOPTED)
        return Decision.objects.create(
            text=frozen,
            reference=self.reference(references.DECISION),
            way=Decision.Way.MEETING,
            meeting=meeting,
            adopted_at=timezone.now(),
        )

    def commit(
        self, decision: Decision, title: str, clause: Clause | None = None, *, is_published: bool = True
    ) -> Commitment:
        """Something is undertaken."""
        return Commitment.objects.create(
            decision=decision,
            clause=clause,
            reference=self.reference(references.COMMITMENT),
            title=text(title),
            lead_member=Member.objects.filter(reflection=self.reflection).first(),
            due_date=(self.now + timedelta(days=400)).date(),
            published_at=timezone.now() if is_published else None,
        )

    def fulfil(self, commitment: Commitment) -> ProgressReport:
        """It is done."""
        return ProgressReport.objects.create(
            commitment=commitment,
            kind=ProgressReport.Kind.FULFILLED,
            text=text("Done."),
            of_date=self.now.date(),
        )

    def not_taken_up(self, finding: Finding, reason: str) -> NotTakenUp:
        """No clause takes a finding up, and why."""
        return NotTakenUp.objects.create(finding=finding, reason=text(reason))

    def merge(self, statement: Statement, into: Statement) -> None:
        """A statement gives way to another."""
        merge_statement(self.small.secretariat, statement, into)

    def came_from_point(self, statement: Statement, words: str = "A point.") -> object:
        """The statement came from a point; returns the published takeaway that rests on it."""
        (point,) = self.reporting.points(words)
        takeaway = self.reporting.takeaway([point])
        PointStatement.objects.create(point=point, statement=statement, made_date=self.now.date())
        return takeaway

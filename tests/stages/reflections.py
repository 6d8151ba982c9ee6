"""A small reflection to test with: made by the same actions that people use."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from placet.stages.consultations import actions as consultations
from placet.stages.consultations.ballots.actions import cast_ballots
from placet.stages.consultations.ballots.casting import BallotResult, NewBallot
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates import actions as mandates
from placet.stages.mandates.models import Member, Participant, Priority, Reflection, Role, Standing
from placet.stages.mandates.participation import grant_role, participant_for
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from placet.stages.texts.queries import wordings

NOBODY = AnonymousUser()


@dataclass
class SmallReflection:
    """A published reflection with one priority, one open consultation, and an account of every role."""

    slug: str = "small"
    prefix: str = "SMALL"
    n_statements: int = 3
    is_published: bool = True
    is_open: bool = True
    eligibility: str = Consultation.Eligibility.OPEN
    accounts: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role in [*Role.values, "participant", "stranger"]:
            self.accounts[role] = create_account(
                f"{role}@{self.slug}.example",
                is_verified=True,
                may_found_reflections=role == Role.SECRETARIAT,
            )
        self.reflection: Reflection = mandates.found_reflection(
            self.secretariat,
            mandates.ReflectionFrame(
                slug=self.slug,
                reference_prefix=self.prefix,
                name={"en": f"Reflection {self.slug}", "fr": f"Réflexion {self.slug}"},
                summary={"en": "Where are we going?", "fr": "Où allons-nous ?"},
                languages=("en", "fr"),
                time_zone="Europe/Brussels",
                accent_colour="#2c4f80",
                emblem="compass",
            ),
        )
        today = timezone.now().date()
        mandates.write_mandate(
            self.secretariat,
            self.reflection,
            issuer={"en": "The leaders"},
            meeting={"en": "A summit"},
            body={"en": "Think ahead."},
            scope={"en": "Everything."},
            given_date=today,
            due_date=today + timedelta(days=300),
        )
        self.priority: Priority = mandates.add_priority(
            self.secretariat, self.reflection, title={"en": "First"}, description={"en": "Of all."}
        )
        mandates.add_members(
            self.secretariat,
            self.reflection,
            {"FR": {"en": "France", "fr": "France"}, "PL": {"en": "Poland", "fr": "Pologne"}},
        )
        mandates.add_constituencies(
            self.secretariat,
            self.reflection,
            {"young-leaders": {"en": "Young leaders", "fr": "Jeunes leaders"}},
        )
        mandates.add_milestones(
            self.secretariat,
            self.reflection,
            [mandates.NewMilestone("launch", {"en": "Launch"}, {}, today, today)],
        )
        self._grant_roles()
        if self.is_published:
            mandates.publish_reflection(self.secretariat, self.reflection)
        self.consultation: Consultation = self.add_consultation()

    @property
    def secretariat(self) -> Account:
        return self.accounts[Role.SECRETARIAT]

    def add_consultation(self) -> Consultation:
        now = timezone.now()
        consultation = consultations.create_consultation(
            self.secretariat,
            self.priority,
            consultations.ConsultationFrame(
                question={"en": "What first?", "fr": "Quoi d’abord ?"},
                introduction={"en": "An introduction."},
                eligibility=self.eligibility,
                opens_at=now - timedelta(days=1),
                closes_at=now + timedelta(days=30),
            ),
        )
        self.statements: list[Statement] = consultations.add_statements(
            self.secretariat,
            consultation,
            [
                consultations.SeedStatement({"en": f"Statement {n}.", "fr": f"Énoncé {n}."}, "en")
                for n in range(1, self.n_statements + 1)
            ],
        )
        if self.is_open and self.is_published:
            consultations.open_consultation(self.secretariat, consultation)
        return consultation

    def participant(self, member: str | None = None) -> Participant:
        """A new participant without an account."""
        of = Member.objects.get(reflection=self.reflection, code=member) if member else None
        return Participant.objects.create(reflection=self.reflection, standing=Standing.ANONYMOUS, member=of)

    def linked_participant(self) -> Participant:
        """The participant of the account ``participant``."""
        return participant_for(self.accounts["participant"], self.reflection)

    def vote(
        self,
        participant: Participant,
        statement: Statement,
        vote: int,
        *,
        language: str = "en",
        **changes: object,
    ) -> BallotResult:
        """Cast one ballot on the wording in a language."""
        ballot = ballot_on(statement, vote, language=language, **changes)
        (result,) = cast_ballots(self.consultation, participant, [ballot])
        return result

    def _grant_roles(self) -> None:
        member = Member.objects.get(reflection=self.reflection, code="FR")
        for role in Role:
            if role != Role.SECRETARIAT:
                of = member if role == Role.DELEGATE else None
                grant_role(self.secretariat, self.reflection, self.accounts[role], role, member=of)


def ballot_on(statement: Statement, vote: int, *, language: str = "en", **changes: object) -> NewBallot:
    """A ballot on a statement's current wording in a language."""
    wording = wordings([statement.text_id], language)[statement.text_id]
    values = {
        "statement_id": statement.id,
        "vote": vote,
        "client_key": uuid4(),
        "version_id": wording.version_id,
        "translation_id": wording.translation_id,
    }
    return NewBallot(**(values | changes))  # type: ignore[arg-type]

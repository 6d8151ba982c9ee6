"""A call with a jury and entries to test with, brought to any of its states by what people do."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from placet.stages.contributions.calls import deciding, judging, setup
from placet.stages.contributions.calls.audience import cast_audience_vote
from placet.stages.contributions.models import Call, Contribution, Criterion
from placet.stages.mandates.models import Participant
from placet.stages.mandates.participation import participant_for
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from tests.stages.contributions.writing import SmallContributions

ORDER = ("draft", "open", "judging", "deliberating", "decided")
# Of three jurors by two criteria. The third one is severe; the first and the second entry are close.
SCORES = (
    ((9, 9), (9, 8), (3, 2), (1, 2)),
    ((9, 8), (9, 9), (2, 3), (2, 1)),
    ((6, 6), (6, 5), (1, 0), (0, 0)),
)


@dataclass
class SmallCall:
    """Three jurors, four entries, two criteria of 60 and 40 per cent, an audience."""

    state: str = "judging"
    has_audience: bool = True
    writing: SmallContributions = field(default_factory=SmallContributions)

    def __post_init__(self) -> None:
        self.reflection = self.writing.reflection
        self.jurors: list[Account] = [self._account(f"juror{number}") for number in (1, 2, 3)]
        self.call: Call = setup.create_call(self.secretariat, self.reflection, self.frame())
        for number, juror in enumerate(self.jurors, start=1):
            setup.name_juror(
                self.secretariat,
                self.call,
                email=juror.email,
                public_name=f"Juror {number}",
                public_title="Dr",
            )
        authors = [self.writing.participant, *(self._participant(f"author{n}") for n in (2, 3, 4))]
        self.entries: list[Contribution] = [
            self.writing.contribution(title=f"Entry {number}", author=author, call=self.call)
            for number, author in enumerate(authors, start=1)
        ]
        self._bring_to(self.state)

    @property
    def secretariat(self) -> Account:
        return self.writing.secretariat

    @property
    def criteria(self) -> list[int]:
        return list(Criterion.objects.filter(call=self.call).values_list("pk", flat=True))

    def frame(self, **changes: object) -> setup.CallFrame:
        """What is said of the call, with changes."""
        now = timezone.now()
        values: dict[str, object] = {
            "title": {"en": "Hackathon", "fr": "Hackathon"},
            "description": {"en": "Show what you built.", "fr": "Montrez ce que vous avez construit."},
            "opens_at": now - timedelta(days=2),
            "closes_at": now + timedelta(days=1),
            "criteria": [
                setup.CriterionFrame({"en": "Novelty", "fr": "Nouveauté"}, 60),
                setup.CriterionFrame({"en": "Use", "fr": "Utilité"}, 40),
            ],
            "audience_closes_at": now + timedelta(days=9) if self.has_audience else None,
        }
        return setup.CallFrame(**(values | changes))  # type: ignore[arg-type]

    def score(self, juror: int, entry: int, *values: int) -> bool:
        """Let a juror score an entry by every criterion."""
        scores = dict(zip(self.criteria, values, strict=True))
        return judging.give_scores(self.jurors[juror], self.call, self.entries[entry], scores)

    def score_all(self) -> None:
        for juror, rows in enumerate(SCORES):
            for entry, values in enumerate(rows):
                self.score(juror, entry, *values)

    def vote(self, name: str, entry: int) -> None:
        """Let somebody with an account of that name vote for an entry."""
        cast_audience_vote(self._account(name), self.call, self.entries[entry].reference)

    def end_audience_vote(self) -> None:
        """Let the end of the audience's vote be past."""
        past = timezone.now() - timedelta(minutes=1)
        Call.objects.filter(pk=self.call.pk).update(
            opens_at=past - timedelta(days=3), closes_at=past - timedelta(days=2), audience_closes_at=past
        )
        self.call.refresh_from_db()

    def _bring_to(self, state: str) -> None:
        steps = ORDER[1 : ORDER.index(state) + 1]
        for step in steps:
            if step == "open":
                setup.open_call(self.secretariat, self.call)
            elif step == "judging":
                setup.begin_judging(self.secretariat, self.call)
            elif step == "deliberating":
                self.score_all()
                judging.end_judging(self.secretariat, self.call)
            else:
                if self.has_audience:
                    self.end_audience_vote()
                frame = deciding.VerdictFrame(True, {"en": "First prize"}, {"en": "Because."})
                deciding.write_verdict(self.secretariat, self.call, self.entries[0], frame)
                deciding.decide_call(self.secretariat, self.call, result={"en": "Decided."})

    def _account(self, name: str) -> Account:
        email = f"{name}@{self.writing.slug}.example"
        return Account.objects.filter(email=email).first() or create_account(email, is_verified=True)

    def _participant(self, name: str) -> Participant:
        return participant_for(self._account(name), self.reflection)

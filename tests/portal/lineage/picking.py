"""What deeds are done with: the people, the items that there are, and the book that is told of them."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from hypothesis.stateful import RuleBasedStateMachine

from placet.portal.lineage.items import Kind, kind_of
from placet.stages.consultations.models import Statement
from placet.stages.contributions.models import Contribution
from placet.stages.mandates.models import Participant
from placet.stages.people.models import Account
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.theme_models import Theme
from tests.portal.lineage.book import Book
from tests.portal.lineage.world import World
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.reflections import SmallReflection


class Picking(RuleBasedStateMachine):
    """A few inputs, findings and proposals, and everybody who might do something."""

    world: ClassVar[World]
    proposals: ClassVar[SmallProposal]
    actors: ClassVar[dict[str, Account | AnonymousUser]]
    writers: ClassVar[dict[str, Participant]]
    theme: Theme

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.book = Book()
        self.erased: set[str] = set()
        self.n_done = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @property
    def small(self) -> SmallReflection:
        return self.world.small

    def do(self, who: str, entitled: tuple[str, ...], deed: Callable[[Any], Any]) -> Any:
        """Do something or be refused; whoever is not entitled to it, or erased, is."""
        try:
            with transaction.atomic():
                made = deed(self.actors[who])
        except (PermissionDenied, ValidationError, Http404):
            return None
        assert who in entitled, (who, deed)
        assert who not in self.erased, (who, deed)
        self.n_done += 1
        return True if made is None else made

    def kept(self, clause: Clause) -> None:
        """The book is told of a new clause."""
        self.book.proposal_of[clause.reference] = clause.proposal.reference
        self.book.rests[clause.reference] = set()

    def live_on(self, earlier: Sequence[Clause], later: Sequence[Clause]) -> None:
        """The book is told that clauses live on in others, with all that they rest on."""
        rests = self.book.rests
        carried = set().union(*(rests.pop(each.reference) for each in earlier))
        for each in later:
            self.kept(each)
            rests[each.reference] |= carried
        for each in earlier:
            self.book.later[each.reference] = [successor.reference for successor in later]

    def pick(self, known: Any, place: int) -> str:
        references: list[str] = list(known)
        return references[place % len(references)]

    def items(self) -> list[Any]:
        """All inputs, as they stand."""
        references = list(self.book.states)
        statements = Statement.objects.filter(reference__in=references).select_related("consultation")
        return [*statements, *Contribution.objects.filter(reference__in=references)]

    def item(self, reference: str) -> Any:
        if reference == "theme":
            return self.theme
        model = Statement if kind_of(reference) == Kind.STATEMENT else Contribution
        return model.objects.get(reference=reference)

    def statement(self, place: int) -> Statement:
        known = [each for each in self.book.states if kind_of(each) == Kind.STATEMENT]
        return Statement.objects.get(reference=self.pick(known, place))

    def finding(self, place: int) -> Finding | None:
        known = self.book.findings
        return Finding.objects.get(reference=self.pick(known, place)) if known else None

    def proposal(self, place: int) -> Proposal | None:
        known = self.book.is_published
        return Proposal.objects.get(reference=self.pick(known, place)) if known else None

    def clause(self, place: int) -> Clause | None:
        """A clause that stands; at the last place one that does not, where there is one."""
        gone = [each for each in self.book.proposal_of if each not in self.book.rests]
        known = gone if gone and place == 7 else list(self.book.rests)
        return Clause.objects.get(reference=self.pick(known, place)) if known else None

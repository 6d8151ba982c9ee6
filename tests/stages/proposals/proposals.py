"""A small proposal to test with: made by the same actions that people use."""

from dataclasses import dataclass, field

from django.utils import timezone

from placet.stages.mandates import actions as mandates
from placet.stages.mandates.models import Member, Role
from placet.stages.mandates.participation import grant_role
from placet.stages.mandates.references import FINDING, take_references
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from placet.stages.proposals.drafting.actions import NewProposal, draft_proposal, publish_proposal
from placet.stages.proposals.drafting.clauses import add_clause
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.texts.actions import create_text
from tests.stages.reflections import SmallReflection

MEMBERS = ("CA", "FR", "PL")


def both(english: str, french: str = "") -> dict[str, str]:
    """A text in the two languages of the small reflection."""
    return {"en": english, "fr": french or f"{english} (fr)"}


@dataclass
class SmallProposal:
    """A proposal of two clauses in a small reflection of three members, each with its delegate.

    ``state`` is draft or published. ``delegates`` are by member code, ``secretary`` is a second account of
    the secretariat.
    """

    small: SmallReflection = field(default_factory=SmallReflection)
    state: str = "published"
    n_clauses: int = 2

    def __post_init__(self) -> None:
        small = self.small
        mandates.add_members(small.secretariat, small.reflection, {"CA": {"en": "Canada", "fr": "Canada"}})
        self.members = {code: Member.objects.get(reflection=small.reflection, code=code) for code in MEMBERS}
        self.delegates: dict[str, Account] = {
            code: small.accounts[Role.DELEGATE] if code == "FR" else self.add_delegate(code)
            for code in MEMBERS
        }
        self.secretary = create_account(f"secretary@{small.slug}.example", is_verified=True)
        grant_role(small.secretariat, small.reflection, self.secretary, Role.SECRETARIAT)
        self.proposal = self.add_proposal(n_clauses=self.n_clauses, state=self.state)
        self.clauses = list(self.proposal.clauses.order_by("position"))

    @property
    def secretariat(self) -> Account:
        return self.small.secretariat

    def add_delegate(self, code: str, name: str = "delegate") -> Account:
        """One more account that speaks for a member."""
        small = self.small
        account = create_account(f"{name}-{code.lower()}@{small.slug}.example", is_verified=True)
        grant_role(small.secretariat, small.reflection, account, Role.DELEGATE, member=self.members[code])
        return account

    def add_proposal(self, *, n_clauses: int = 2, state: str = "published") -> Proposal:
        """One more proposal, under the first priority."""
        actor = self.small.secretariat
        new = NewProposal(both("A proposal", "Une proposition"), both("What it asks.", "Ce qu’elle demande."))
        proposal = draft_proposal(actor, self.small.priority, new)
        for number in range(1, n_clauses + 1):
            add_clause(actor, proposal, both(f"Clause {number} text.", f"Texte {number}."))
        if state == "published":
            publish_proposal(actor, proposal)
        return proposal

    def add_clause(self, english: str = "One more.", *, proposal: Proposal | None = None) -> Clause:
        """One more clause at the end."""
        return add_clause(self.small.secretariat, proposal or self.proposal, both(english))

    def add_finding(self, title: str = "A finding", *, state: str = "published") -> Finding:
        """A finding without evidence of its own, published or a draft."""
        return add_finding(self.small, title, state=state)


def add_finding(small: SmallReflection, title: str = "A finding", *, state: str = "published") -> Finding:
    """A finding of a reflection without evidence of its own, published or a draft."""
    return Finding.objects.create(
        reflection=small.reflection,
        priority=small.priority,
        reference=next(take_references(small.reflection, FINDING)),
        state=state,
        title=create_text(both(title), original="en"),
        text=create_text(both(f"{title} in full."), original="en"),
        written_by=small.secretariat,
        published_at=timezone.now() if state == "published" else None,
    )

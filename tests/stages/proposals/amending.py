"""Amendments to test with: made by the same actions that people use."""

from dataclasses import dataclass, field

from placet.stages.proposals.amending.actions import (
    NewAmendment,
    open_to_amendments,
    submit_amendment,
)
from placet.stages.proposals.drafting.wording import last_version
from placet.stages.proposals.models import Amendment, Clause, Proposal
from placet.stages.texts.queries import all_wordings
from tests.stages.proposals.proposals import SmallProposal, both

WHY = {"en": "Because."}


@dataclass
class Amendable:
    """A small proposal that is open to amendments."""

    world: SmallProposal = field(default_factory=SmallProposal)

    def __post_init__(self) -> None:
        open_to_amendments(self.world.secretariat, self.world.proposal)

    @property
    def proposal(self) -> Proposal:
        return self.world.proposal

    @property
    def clauses(self) -> list[Clause]:
        return self.world.clauses

    def amend(
        self,
        member: str = "FR",
        *,
        kind: str = "reword",
        clause: Clause | None = None,
        wording: dict[str, str] | None = None,
        first: bool = False,
    ) -> Amendment:
        """An amendment of a member's delegate to a clause, the first by default."""
        about = None if first else clause or self.clauses[0]
        if wording is None and kind != "delete":
            wording = both(f"{member} asks for this.")
        seen = last_version(about.text_id).number if about else None
        new = NewAmendment(kind, about, wording, WHY, seen)
        return submit_amendment(self.world.delegates[member], self.proposal, new)


def says(clause: Clause) -> dict[str, str]:
    """What a clause says now, by language."""
    return {each.language: each.body for each in all_wordings(clause.text_id)}


def texts_of(proposal: Proposal) -> list[str]:
    """What the clauses of a proposal say in its working language, in their order."""
    kept = Clause.objects.filter(proposal=proposal, removed_at=None).order_by("position")
    return [all_wordings(clause.text_id)[0].body for clause in kept]

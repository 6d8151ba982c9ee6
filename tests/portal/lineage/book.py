"""A plain book of what was linked to what, by permanent references alone: to hold beside the platform."""

from dataclasses import dataclass, field

from placet.portal.lineage.items import Kind, kind_of

Reached = dict[str, set[str]]  # by item above the inputs, the inputs that it rests on


@dataclass
class Book:
    """What was linked to what, by references; ``rests`` and ``later`` are about clauses."""

    states: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)
    in_theme: set[str] = field(default_factory=set)
    findings: dict[str, str] = field(default_factory=dict)
    cites: dict[str, set[str]] = field(default_factory=dict)
    is_published: dict[str, bool] = field(default_factory=dict)
    proposal_of: dict[str, str] = field(default_factory=dict)
    rests: dict[str, set[str]] = field(default_factory=dict)
    later: dict[str, list[str]] = field(default_factory=dict)
    rested: set[tuple[str, str]] = field(default_factory=set)
    decisions: dict[str, list[str]] = field(default_factory=dict)
    commitments: dict[str, tuple[list[str], bool]] = field(default_factory=dict)

    def target(self, statement: str) -> str:
        return self.target(self.into[statement]) if statement in self.into else statement

    def together(self, item: str) -> set[str]:
        """All that say the same as an input, itself among them."""
        return {each for each in self.states if self.target(each) == self.target(item)}

    def inputs_of(self, finding: str) -> set[str]:
        cited = {
            item: self.cites[finding] & {*self.together(item), *self.theme_of(item)} for item in self.states
        }
        return {item for item, found in cited.items() if found}

    def theme_of(self, item: str) -> set[str]:
        target = self.target(item)
        return {"theme"} if target in self.in_theme and self.states[target] == "accepted" else set()

    def sees(self, reader: str, reference: str) -> bool:
        """Whether a reader sees a finding, clause, decision or commitment; the secretariat sees them all."""
        kind = kind_of(reference)
        if reader == "secretariat" or kind == Kind.DECISION:
            return True
        if kind == Kind.FINDING:
            return self.findings[reference] != "draft"
        if kind == Kind.CLAUSE:
            return self.is_published[self.proposal_of[reference]]
        return self.commitments[reference][1]

    def reached(self, reader: str) -> Reached:
        """By item that a reader sees, the inputs that it rests on."""
        found = {each: self.inputs_of(each) for each in self.findings if self.sees(reader, each)}
        for clause, findings in self.rests.items():
            if self.sees(reader, clause):
                found[clause] = set().union(*(found.get(each, set()) for each in findings))
        for decision, clauses in self.decisions.items():
            found[decision] = set().union(*(found[each] for each in clauses))
        for commitment, (clauses, _is_published) in self.commitments.items():
            if self.sees(reader, commitment):
                found[commitment] = set().union(*(found[each] for each in clauses))
        return found

    def heirs(self, clause: str) -> set[str]:
        return {clause}.union(*(self.heirs(each) for each in self.later.get(clause, ())))

    def past(self, finding: str) -> set[str]:
        """The clauses that rested on a finding for everybody to read, and live on in none that does."""
        rested = {clause for clause, on in self.rested if on == finding}
        return {c for c in rested if not any(finding in self.rests.get(each, ()) for each in self.heirs(c))}

    def turn_page(self) -> None:
        """Remember what everybody could read."""
        for clause, findings in self.rests.items():
            if self.is_published[self.proposal_of[clause]]:
                self.rested |= {(clause, each) for each in findings}

"""Whoever does whatever in whatever order: no lineage breaks, upwards or downwards.

Hypothesis draws sequences of deeds of all roles, from statements to commitments. Beside the platform a plain
book keeps what was linked to what, and both are compared after every step.
"""

from collections import defaultdict
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from placet.portal.lineage.downwards import Voices, find_subject, voices_of
from placet.portal.lineage.inputs import find_input
from placet.portal.lineage.items import Kind
from placet.portal.lineage.sight import Sight
from placet.portal.lineage.steps import FindingStep
from placet.portal.lineage.upwards import became_of
from placet.stages.consultations.models import Statement, StatementMerge
from placet.stages.followup.committing import NewCommitment, make_commitment
from placet.stages.mandates.participation import participant_for
from placet.stages.proposals.models import Citation, ClauseSuccession
from placet.stages.sensemaking.finding_models import Evidence
from tests.portal.lineage.book import Reached
from tests.portal.lineage.deeds import Deeds
from tests.portal.lineage.world import World
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import NOBODY, SmallReflection

READERS = ("public", "secretariat")
LINKS = (ClauseSuccession, Evidence, Citation, StatementMerge)


class Tracing(Deeds):
    """What must hold after each deed that was done."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[Any, set[int]] = {each: set() for each in LINKS}
        self.n_looked = 0

    @invariant()
    def no_link_is_lost(self) -> None:
        for model, known in self.links.items():
            found = set(model.objects.values_list("pk", flat=True))
            assert found >= known
            self.links[model] = found

    @invariant()
    def every_lineage_is_whole(self) -> None:
        if self.n_looked == self.n_done:
            return
        self.n_looked = self.n_done
        self.book.turn_page()
        for reader in READERS:
            expected = self.book.reached(reader)
            self.check_upwards(reader, expected)
            reference = list(expected)[self.n_looked % len(expected)]  # in turns: this look is the dearest
            self.check_downwards(reader, reference, expected[reference])

    def check_upwards(self, reader: str, expected: Reached) -> None:
        """What is cited is found under its reference, and reaches what the book says, and nothing else."""
        book, items = self.book, self.items()
        actor = self.reader(reader)
        found: Reached = defaultdict(set)
        for became in became_of(
            Sight(actor, self.world.reflection), items, "en", is_readable=lambda _i: True
        ):
            for step in became.findings:
                for reference in all_of(step):
                    found[reference].add(became.input.reference)
                assert {each.split()[1] for each in step.past} == book.past(step.reference)
            into = book.target(became.input.reference)
            shown = into != became.input.reference and book.states[into] in ("accepted", "merged")
            assert (became.gave_way_to.reference if became.gave_way_to else None) == (into if shown else None)
        assert found == {reference: inputs for reference, inputs in expected.items() if inputs}
        for finding in expected.keys() & book.cites.keys():
            for reference in book.cites[finding] - {"theme"}:
                assert find_input(reference, actor).item.reference == reference

    def check_downwards(self, reader: str, reference: str, inputs: set[str]) -> None:
        """The voices are the inputs that reach it, each by itself or by the one that it stands with."""
        voices = self.voices(reader, reference, Kind.STATEMENT)
        told: set[str] = set()
        for voice in voices.rows:
            together = self.book.together(voice.input.reference)
            assert voice.n_same == len(together) - 1
            told |= together
        if voices.counts[Kind.CONTRIBUTION]:
            told |= {each.input.reference for each in self.voices(reader, reference, Kind.CONTRIBUTION).rows}
        assert told == inputs
        assert voices.n_inputs == len(inputs)

    def reader(self, name: str) -> Any:
        return NOBODY if name == "public" else self.small.secretariat

    def voices(self, reader: str, reference: str, kind: Kind) -> Voices:
        return voices_of(find_subject(reference, self.reader(reader)), "en", kind=kind, page="1")


def all_of(step: FindingStep) -> list[str]:
    """The references of a finding and of all that is told above it."""
    decisions = [each.decision for each in step.clauses if each.decision]
    commitments = [each.reference for decision in decisions for each in decision.commitments]
    clauses = [each.reference for each in step.clauses]
    return [step.reference, *clauses, *(each.reference for each in decisions), *commitments]


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_what_a_part_took_back_does_not_come_again_with_its_own_parts(world: World) -> None:
    """Found beside it: the citation of the first clause came down to what its part was split into."""
    finding = world.finding("Many agree", world.statements[0])
    one, other = world.split(world.clause(world.proposal("A plan"), "All.", finding), "One.", "Other.")
    Citation.objects.filter(clause=one).update(taken_back_at=timezone.now())
    parts = world.split(one, "Half.", "Other half.")
    (became,) = became_of(Sight(NOBODY, world.reflection), world.statements[:1], "en", is_readable=bool)
    assert [each.reference for each in became.findings[0].clauses] == [other.reference]
    for each in parts:
        found = voices_of(find_subject(each.reference, NOBODY), "en", kind="", page="1")
        assert (found.findings, found.n_inputs) == ([], 0)


def test_what_gave_way_to_a_rejected_statement_counts_in_no_theme(world: World) -> None:
    """Found beside the machine: counted below the finding, although nothing of it was listed."""
    kept, gone, _other = world.statements
    finding = world.finding("By theme", world.theme("Ports", kept))
    world.merge(gone, kept)
    Statement.objects.filter(pk=kept.pk).update(state=Statement.State.REJECTED, moderation_reason="No.")
    assert voices_of(find_subject(finding.reference, NOBODY), "en", kind="", page="1").n_inputs == 0


def test_two_ideas_of_one_page_tell_that_one_gave_way_to_the_other(world: World) -> None:
    """Found beside the machine: told only where the other one was not asked for as well."""
    kept, gone, _other = world.statements
    world.merge(gone, kept)
    sight = Sight(NOBODY, world.reflection)
    told = became_of(sight, [kept, gone], "en", is_readable=bool)
    into = [each.gave_way_to.reference if each.gave_way_to else "" for each in told]
    assert into == ["", kept.reference]


def test_a_commitment_names_no_clause_that_was_not_adopted(world: World) -> None:
    """Found beside the machine: it hung on a clause that had been split before, and rested on no voice."""
    proposal = world.proposal("A plan")
    clause = world.clause(proposal, "All.")
    world.split(clause, "One.", "Other.")
    new = NewCommitment(both("Do it"), None, both("We"), clause=clause)
    with pytest.raises(ValidationError, match="the text that was adopted"):
        make_commitment(world.small.secretariat, world.adopt(proposal), new)


@pytest.mark.django_db
def test_no_sequence_of_deeds_breaks_a_lineage() -> None:
    world = World()
    proposals = SmallProposal(world.small)
    foreign = SmallReflection(slug="other", prefix="OTHER")
    participant = world.small.accounts["participant"]
    Tracing.world, Tracing.proposals = world, proposals
    Tracing.actors = {
        **proposals.delegates,
        "secretariat": world.small.secretariat,
        "secretary": proposals.secretary,
        "moderator": world.small.accounts["moderator"],
        "analyst": world.small.accounts["analyst"],
        "author": world.writing.author,
        "participant": participant,
        "foreign": foreign.secretariat,
        "nobody": AnonymousUser(),
    }
    Tracing.writers = {
        "author": world.writing.participant,
        "participant": participant_for(participant, world.reflection),
        "foreign": foreign.participant(),
    }
    run_state_machine_as_test(
        Tracing,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

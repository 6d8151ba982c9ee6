"""Notes in the margin: written, answered, settled; and where they stand when a clause is split or removed."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from placet.stages.proposals.drafting.clauses import remove_clause, reword_clause, split_clause
from placet.stages.proposals.drafting.notes import answer_note, reopen_note, settle_note, write_note
from placet.stages.proposals.showing.margin import find_note, margin_of
from placet.stages.record.models import AuditEntry
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallProposal:
    return SmallProposal(state="draft")


def test_a_note_holds_to_the_wording_that_it_speaks_of(made: SmallProposal) -> None:
    clause = made.clauses[0]
    write_note(made.secretary, made.proposal, " Too long?\r\nI think so. ", clause=clause)
    reword_clause(made.secretariat, clause, both("Short."), seen_version=1)
    (view,) = margin_of(made.proposal).by_clause[clause.pk]
    assert (view.body, view.author, view.version_number) == (
        "Too long?\nI think so.",
        str(made.secretary),
        1,
    )


def test_answers_stand_under_their_note_and_open_it_again(made: SmallProposal) -> None:
    note = write_note(made.secretary, made.proposal, "Why?")
    settle_note(made.secretariat, note)
    settle_note(made.secretariat, note)
    assert margin_of(made.proposal).on_the_whole[0].settled_by == str(made.secretariat)
    answer = answer_note(made.secretariat, note, "Because.")
    answer_note(made.secretary, answer, "I see.")
    margin = margin_of(made.proposal)
    (view,) = margin.on_the_whole
    assert [each.body for each in view.answers] == ["Because.", "I see."]
    assert (view.is_settled, margin.n_open) == (False, 1)
    settle_note(made.secretary, answer)
    assert margin_of(made.proposal).n_open == 0
    reopen_note(made.secretary, note)
    assert margin_of(made.proposal).n_open == 1
    assert AuditEntry.objects.filter(action="proposals.settle_note").count() == 2


def test_notes_stand_beside_what_a_clause_lives_on_in(made: SmallProposal) -> None:
    first, second = made.clauses
    write_note(made.secretary, made.proposal, "Two things in one.", clause=first)
    write_note(made.secretary, made.proposal, "Drop it?", clause=second)
    parts = split_clause(made.secretariat, first, [both("A."), both("B.")])
    remove_clause(made.secretariat, second)
    margin = margin_of(made.proposal)
    for part in parts:
        (note,) = margin.by_clause[part.pk]
        assert (note.body, note.about) == ("Two things in one.", first.reference)
    assert [(note.body, note.about) for note in margin.on_the_whole] == [("Drop it?", second.reference)]
    assert margin.n_open == 2


def test_notes_that_say_nothing_or_too_much_are_refused(made: SmallProposal) -> None:
    for body in ("  ", "x" * 2_001):
        with pytest.raises(ValidationError):
            write_note(made.secretariat, made.proposal, body)
    with pytest.raises(ValidationError):
        write_note(made.secretariat, made.add_proposal(), "Wrong place.", clause=made.clauses[0])


def test_the_margin_is_for_those_who_draft(made: SmallProposal) -> None:
    note = write_note(made.secretariat, made.proposal, "Between us.")
    foreign = SmallReflection(slug="other", prefix="OTHER").secretariat
    for actor in (foreign, made.delegates["PL"], made.small.accounts["moderator"]):
        for deed in (
            lambda actor=actor: write_note(actor, made.proposal, "Hello"),
            lambda actor=actor: answer_note(actor, note, "Hello"),
            lambda actor=actor: settle_note(actor, note),
            lambda actor=actor: reopen_note(actor, note),
        ):
            with pytest.raises(PermissionDenied):
                deed()
    other = made.add_proposal()
    with pytest.raises(Http404):
        find_note(other, note.pk)


def test_the_margin_takes_the_same_queries_however_many_the_notes(made: SmallProposal) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            margin_of(made.proposal)
        return len(captured)

    write_note(made.secretary, made.proposal, "One.", clause=made.clauses[0])
    before = count()
    for number in range(10):
        note = write_note(made.secretary, made.proposal, f"{number}.", clause=made.clauses[number % 2])
        answer_note(made.secretariat, note, "Yes.")
    assert count() == before

"""The consolidated text: what changed since the proposal was opened, and through which amendments."""

from dataclasses import replace

import pytest

from placet.stages.proposals.amending.actions import answer_amendment
from placet.stages.proposals.amending.comparing import word_change
from placet.stages.proposals.amending.consolidating import (
    ComparedText,
    Fate,
    compare_texts,
    consolidated_text,
)
from placet.stages.proposals.drafting.clauses import reword_clause
from placet.stages.proposals.freezing import freeze_proposal, frozen_document, thaw_proposal
from tests.stages.proposals.amending import Amendable
from tests.stages.proposals.proposals import SmallProposal, both

ANSWER = both("Yes.")


def consolidated(case: Amendable, language: str = "en") -> ComparedText:
    text = consolidated_text(case.proposal, language)
    assert text is not None
    return text


class TestWordChange:
    def test_in_the_language_that_both_have(self) -> None:
        change = word_change({"en": "One two.", "fr": "Un deux."}, {"fr": "Un trois."}, ["en"])
        assert change.language == "fr"
        assert change.marked == "Un [-deux-]{+trois+}."

    def test_in_no_common_language_they_stand_beside_each_other(self) -> None:
        change = word_change({"en": "One."}, {"fr": "Un."}, ["en"])
        assert (change.passages, change.language, change.marked) == ((), "", "")
        assert (change.before.body, change.after.body) == ("One.", "Un.")

    def test_all_new_and_all_gone(self) -> None:
        assert word_change({}, {"fr": "Un."}, ["en"]).marked == "{+Un.+}"
        assert word_change({"en": "One."}, {}, ["fr"]).marked == "[-One.-]"


@pytest.mark.django_db
class TestConsolidated:
    def test_before_it_is_opened_there_is_none(self) -> None:
        assert consolidated_text(SmallProposal().proposal, "en") is None

    def test_not_a_word_has_changed_yet(self) -> None:
        text = consolidated(Amendable())
        assert text.is_same
        assert [clause.fate for clause in text.clauses] == [Fate.SAME, Fate.SAME]

    def test_all_accepted_amendments_are_in_it_and_named(self) -> None:
        case = Amendable()
        reworded = case.amend(wording=both("Clause 1 words."))
        deleted = case.amend("PL", kind="delete", clause=case.clauses[1])
        inserted = case.amend("CA", kind="insert", wording=both("New."))
        refused = case.amend("CA", kind="delete")
        for amendment in (reworded, deleted, inserted):
            answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)
        answer_amendment(case.world.secretariat, refused, "refused", ANSWER)
        first, gone, new = consolidated(case).clauses
        assert (first.fate, first.number, first.amendments) == (Fate.CHANGED, 1, ("SMALL-AM-0001",))
        assert first.change.marked == "Clause 1 [-text-]{+words+}."
        assert (new.fate, new.number, new.amendments) == (Fate.ADDED, 2, ("SMALL-AM-0003",))
        assert (gone.fate, gone.number, gone.amendments) == (Fate.REMOVED, None, ("SMALL-AM-0002",))
        assert consolidated(case).n_changed == 3
        assert not consolidated(case).is_same

    def test_in_the_readers_language(self) -> None:
        case = Amendable()
        amendment = case.amend(wording=both("Clause 1 words.", "Mots 1."))
        answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)
        assert consolidated(case, "fr").clauses[0].change.marked == "[-Texte -]{+Mots +}1."
        assert consolidated(case, "de").clauses[0].change.language == "en"

    def test_what_changed_in_another_language_alone_is_changed(self) -> None:
        case = Amendable()
        reword_clause(
            case.world.secretariat,
            case.clauses[0],
            both("Clause 1 text.", "Autre texte."),
            seen_version=1,
        )
        clause = consolidated(case).clauses[0]
        assert clause.fate == Fate.CHANGED
        assert clause.change.before == clause.change.after

    def test_what_was_frozen_without_amendments_is_compared_with_what_was_frozen(self) -> None:
        world = SmallProposal()
        freeze_proposal(world.secretariat, world.proposal)
        thaw_proposal(world.secretariat, world.proposal, reason="broken")
        text = consolidated_text(world.proposal, "en")
        assert text is not None
        assert text.is_same


@pytest.mark.django_db
class TestComparing:
    def test_a_clause_in_another_place_is_said_to_be(self) -> None:
        world = SmallProposal(n_clauses=3)
        before = frozen_document(freeze_proposal(world.secretariat, world.proposal))
        reordered = before.clauses[0], before.clauses[2], before.clauses[1]
        compared = compare_texts(before, replace(before, clauses=reordered), "en")
        assert [clause.has_moved for clause in compared.clauses] == [False, True, True]
        assert not compared.is_same

    def test_a_title_that_changed_in_another_language_is_not_passed_over(self) -> None:
        world = SmallProposal()
        before = frozen_document(freeze_proposal(world.secretariat, world.proposal))
        after = replace(before, title=before.title | {"fr": "Autre titre"})
        assert compare_texts(before, after, "en").changed_elsewhere
        assert not compare_texts(before, after, "en").is_same
        assert compare_texts(before, after, "fr").title.is_change
        assert compare_texts(before, before, "fr").is_same

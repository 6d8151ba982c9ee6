"""Clauses: added, reworded by several at once, moved, removed, split and put together."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from placet.stages.people.models import Account
from placet.stages.proposals.drafting.access import ChangedMeanwhile, clause_mark
from placet.stages.proposals.drafting.clauses import (
    add_clause,
    kept_clauses,
    merge_clauses,
    move_clause,
    remove_clause,
    reword_clause,
    split_clause,
)
from placet.stages.proposals.drafting.evidence import cite_finding
from placet.stages.proposals.drafting.wording import last_version
from placet.stages.proposals.models import Citation, Clause, ClauseSuccession, Proposal
from placet.stages.proposals.queries import clause_views
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking.finding_models import Stance
from placet.stages.texts.models import TextVersion
from placet.stages.texts.queries import all_wordings
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallProposal:
    return SmallProposal()


def bodies(clause: Clause) -> dict[str, str]:
    return {wording.language: wording.body for wording in all_wordings(clause.text_id)}


def texts(proposal: Proposal) -> list[str]:
    return [view.wording.body for view in clause_views(proposal, "en")]


def test_clauses_are_added_at_the_end_or_after_another(made: SmallProposal) -> None:
    last = made.add_clause("Last.")
    between = add_clause(made.secretary, made.proposal, both("Between."), after=made.clauses[0])
    assert texts(made.proposal) == ["Clause 1 text.", "Between.", "Clause 2 text.", "Last."]
    assert (last.reference, between.reference) == ("SMALL-PC-0003", "SMALL-PC-0004")
    assert [clause.position for clause in kept_clauses(made.proposal)] == [1, 2, 3, 4]


def test_a_clause_is_not_added_after_one_of_another_proposal(made: SmallProposal) -> None:
    other = made.add_proposal()
    with pytest.raises(ValidationError):
        add_clause(made.secretariat, other, both("New."), after=made.clauses[0])
    with pytest.raises(ValidationError) as refused:
        add_clause(made.secretariat, other, {"en": " ", "fr": "Du français seul."})
    assert "text" in refused.value.error_dict


def test_rewording_keeps_what_was_said_and_is_idempotent(made: SmallProposal) -> None:
    clause = made.clauses[0]
    version = reword_clause(made.secretary, clause, both("New.", "Nouveau."), seen_version=1)
    assert (version.number, version.author_id) == (2, made.secretary.id)
    again = reword_clause(made.secretary, clause, both("New.", "Nouveau."), seen_version=2)
    assert again == version
    assert AuditEntry.objects.filter(action="proposals.reword_clause").count() == 1
    assert [row.body for row in TextVersion.objects.filter(text=clause.text).order_by("number")] == [
        "Clause 1 text.",
        "New.",
    ]


def test_a_translation_left_as_it_was_is_vouched_for(made: SmallProposal) -> None:
    reword_clause(made.secretariat, made.clauses[0], both("New.", "Texte 1."), seen_version=1)
    assert bodies(made.clauses[0]) == {"en": "New.", "fr": "Texte 1."}


def test_of_two_who_reword_the_second_writes_nothing_and_sees_the_first(made: SmallProposal) -> None:
    clause = made.clauses[0]
    reword_clause(made.secretariat, clause, both("First wins."), seen_version=1)
    with pytest.raises(ChangedMeanwhile) as overtaken:
        reword_clause(made.secretary, clause, both("Second."), seen_version=1)
    assert [wording.body for wording in overtaken.value.current] == ["First wins.", "First wins. (fr)"]
    assert bodies(clause)["en"] == "First wins."


def test_a_translation_corrected_meanwhile_is_noticed_too(made: SmallProposal) -> None:
    clause = made.clauses[0]
    seen = clause_mark(clause)
    corrected = both("Clause 1 text.", "Texte corrigé.")
    reword_clause(made.secretariat, clause, corrected, seen_version=1, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        reword_clause(made.secretary, clause, both("Clause 1 text.", "Autre."), seen_version=1, seen=seen)
    assert bodies(clause)["fr"] == "Texte corrigé."


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share no database in memory")
def test_two_who_save_in_the_same_moment_do_not_overwrite_each_other() -> None:
    made = SmallProposal()
    clause = made.clauses[0]

    def save(actor: Account) -> str:
        try:
            reword_clause(actor, clause, both(f"By {actor}"), seen_version=1)
        except ChangedMeanwhile as overtaken:
            return f"saw {overtaken.current[0].body}"
        finally:
            connection.close()
        return f"By {actor}"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(save, [made.secretariat, made.secretary]))
    winner = bodies(clause)["en"]
    assert sorted(outcomes) == sorted([winner, f"saw {winner}"])
    assert TextVersion.objects.filter(text=clause.text).count() == 2


def test_a_clause_is_moved_and_the_ends_are_the_ends(made: SmallProposal) -> None:
    first, second = made.clauses
    move_clause(made.secretariat, second, position=-5)
    assert kept_clauses(made.proposal) == [second, first]
    move_clause(made.secretariat, second, position=99)
    assert kept_clauses(made.proposal) == [first, second]
    deeds = AuditEntry.objects.filter(action="proposals.move_clause").count()
    move_clause(made.secretariat, second, position=2)
    assert AuditEntry.objects.filter(action="proposals.move_clause").count() == deeds


def test_a_removed_clause_keeps_its_reference_and_its_text(made: SmallProposal) -> None:
    first, second = made.clauses
    remove_clause(made.secretariat, first)
    remove_clause(made.secretariat, first)
    assert first.removed_at is not None
    assert kept_clauses(made.proposal) == [second]
    assert bodies(first)["en"] == "Clause 1 text."
    assert made.add_clause().reference == "SMALL-PC-0003"
    with pytest.raises(ValidationError, match="removed meanwhile"):
        reword_clause(made.secretary, first, both("New."), seen_version=1)


def test_a_split_clause_lives_on_in_its_parts_with_all_it_rests_on(made: SmallProposal) -> None:
    first, second = made.clauses
    for stance in Stance:
        cite_finding(made.secretariat, first, made.add_finding(f"It {stance}"), stance=stance)
    parts = split_clause(made.secretariat, first, [both("One half."), both("Other half.")])
    assert texts(made.proposal) == ["One half.", "Other half.", "Clause 2 text."]
    assert kept_clauses(made.proposal) == [*parts, second]
    successions = ClauseSuccession.objects.filter(earlier=first, kind="split")
    assert set(successions.values_list("later", flat=True)) == {part.pk for part in parts}
    for view in clause_views(made.proposal, "en")[:2]:
        assert [each.finding.title.body for each in view.supporting] == ["It supports"]
        assert [each.finding.title.body for each in view.against] == ["It against"]
        assert view.lives_on_from == (first.reference,)
    assert Citation.objects.filter(clause=first, taken_back_at=None).count() == 2  # kept where it was


def test_clauses_put_together_keep_what_both_rest_on_and_the_contrary_view(made: SmallProposal) -> None:
    first, second = made.clauses
    disputed, own = made.add_finding("Disputed"), made.add_finding("Own")
    cite_finding(made.secretariat, first, disputed, stance=Stance.AGAINST)
    cite_finding(made.secretariat, second, disputed, stance=Stance.SUPPORTS)
    cite_finding(made.secretariat, second, own)
    merged = merge_clauses(made.secretariat, [second, first], both("Both in one."))
    (view,) = clause_views(made.proposal, "en")
    assert (view.reference, view.wording.body) == (merged.reference, "Both in one.")
    assert [each.finding.title.body for each in view.supporting] == ["Own"]
    assert [each.finding.title.body for each in view.against] == ["Disputed"]
    assert view.lives_on_from == (first.reference, second.reference)


def test_lineage_survives_splitting_and_putting_together_again(made: SmallProposal) -> None:
    first, second = made.clauses
    finding = made.add_finding()
    cite_finding(made.secretariat, first, finding)
    parts = split_clause(made.secretariat, first, [both("A."), both("B.")])
    merged = merge_clauses(made.secretariat, [parts[1], second], both("B and 2."))
    reached, ends = [first], set()
    while reached:
        clause = reached.pop()
        later = [row.later for row in ClauseSuccession.objects.filter(earlier=clause)]
        reached += later
        if not later:
            ends.add(clause)
    assert ends == {parts[0], merged} == set(kept_clauses(made.proposal))
    assert all(view.has_evidence for view in clause_views(made.proposal, "en"))


def test_a_succession_is_never_changed(made: SmallProposal) -> None:
    split_clause(made.secretariat, made.clauses[0], [both("A."), both("B.")])
    with pytest.raises(IntegrityError), transaction.atomic():
        ClauseSuccession.objects.update(kind="merged")


def test_splitting_asks_for_two_parts_and_putting_together_for_two_clauses(made: SmallProposal) -> None:
    with pytest.raises(ValidationError):
        split_clause(made.secretariat, made.clauses[0], [both("Alone.")])
    with pytest.raises(ValidationError):
        merge_clauses(made.secretariat, [made.clauses[0], made.clauses[0]], both("Alone."))
    other = made.add_proposal()
    foreign = kept_clauses(other)[0]
    with pytest.raises(ValidationError):
        merge_clauses(made.secretariat, [made.clauses[0], foreign], both("Two proposals."))
    assert ClauseSuccession.objects.count() == 0


def test_what_was_reworded_meanwhile_is_neither_split_nor_put_together(made: SmallProposal) -> None:
    first, second = made.clauses
    seen, seen_both = clause_mark(first), clause_mark(first, second)
    reword_clause(made.secretary, first, both("Reworded."), seen_version=1)
    with pytest.raises(ChangedMeanwhile):
        split_clause(made.secretariat, first, [both("A."), both("B.")], seen=seen)
    with pytest.raises(ChangedMeanwhile):
        merge_clauses(made.secretariat, [first, second], both("One."), seen=seen_both)
    assert kept_clauses(made.proposal) == [first, second]


def test_while_delegations_amend_clauses_are_neither_moved_nor_split(made: SmallProposal) -> None:
    Proposal.objects.filter(pk=made.proposal.pk).update(state="amendable")
    first, second = made.clauses
    for deed in (
        lambda: move_clause(made.secretariat, first, position=2),
        lambda: split_clause(made.secretariat, first, [both("A."), both("B.")]),
        lambda: merge_clauses(made.secretariat, [first, second], both("One.")),
    ):
        with pytest.raises(ValidationError):
            deed()
    reword_clause(made.secretariat, first, both("As amended."), seen_version=1)


def test_nobody_else_changes_clauses(made: SmallProposal) -> None:
    foreign = SmallReflection(slug="other", prefix="OTHER").secretariat
    first, second = made.clauses
    for actor in (foreign, made.delegates["PL"], made.small.accounts["stranger"]):
        for deed in (
            lambda actor=actor: add_clause(actor, made.proposal, both("New.")),
            lambda actor=actor: reword_clause(actor, first, both("New."), seen_version=1),
            lambda actor=actor: move_clause(actor, first, position=2),
            lambda actor=actor: remove_clause(actor, first),
            lambda actor=actor: split_clause(actor, first, [both("A."), both("B.")]),
            lambda actor=actor: merge_clauses(actor, [first, second], both("One.")),
        ):
            with pytest.raises(PermissionDenied):
                deed()
    assert texts(made.proposal) == ["Clause 1 text.", "Clause 2 text."]


DEEDS = ("add", "reword", "move", "remove", "split", "merge", "cite")
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=12
)


def test_no_sequence_of_deeds_breaks_the_order_or_the_lineage() -> None:
    made = SmallProposal(state="draft", n_clauses=0)
    findings = [made.add_finding(f"Finding {number}") for number in range(3)]

    @settings(max_examples=12, deadline=None, derandomize=True)
    @given(STEPS)
    def walk(steps: list[tuple[str, int, int]]) -> None:
        proposal = made.add_proposal(n_clauses=2, state="draft")
        for deed, first, second in steps:
            order = kept_clauses(proposal)
            if deed == "add" or len(order) < 2:
                made.add_clause(f"Text {first}.", proposal=proposal)
                continue
            clause, other = order[first % len(order)], order[second % len(order)]
            before = heirs_of(clause)
            cited = cited_by(clause)
            if deed == "reword":
                version = last_version(clause.text_id).number
                reword_clause(made.secretary, clause, both(f"{first}, {second}."), seen_version=version)
            elif deed == "move":
                move_clause(made.secretary, clause, position=second)
            elif deed == "remove":
                remove_clause(made.secretary, clause)
            elif deed == "split":
                split_clause(made.secretary, clause, [both("A."), both("B.")])
            elif deed == "merge" and clause != other:
                merge_clauses(made.secretary, [clause, other], both("One."))
            elif deed == "cite":
                stance = Stance.AGAINST if second % 2 else Stance.SUPPORTS
                cite_finding(made.secretary, clause, findings[second % 3], stance=stance)
            assert before == {clause}
            for heir in heirs_of(clause):
                assert (
                    cited_by(heir) >= cited
                )  # what a clause rested on stays, through all that becomes of it
        kept = kept_clauses(proposal)
        assert [clause.position for clause in kept] == list(range(1, len(kept) + 1))
        every = Clause.objects.filter(proposal=proposal)
        assert all(all_wordings(clause.text_id)[0].body for clause in every)

    walk()


def heirs_of(clause: Clause) -> set[Clause]:
    """The clauses in which one lives on, itself where it stands."""
    later = [row.later for row in ClauseSuccession.objects.filter(earlier=clause).select_related("later")]
    return {heir for each in later for heir in heirs_of(each)} if later else {clause}


def cited_by(clause: Clause) -> set[object]:
    """The findings that a clause cites, for it or against it."""
    standing = Citation.objects.filter(clause=clause, taken_back_at=None)
    return set(standing.values_list("finding_id", flat=True))

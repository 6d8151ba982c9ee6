"""Amendments: who submits, withdraws, supports and answers what, and what comes of it in the text."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from placet.stages.mandates.models import RoleGrant
from placet.stages.proposals.amending.actions import (
    NewAmendment,
    answer_amendment,
    last_stand,
    open_to_amendments,
    submit_amendment,
    take_stand,
    withdraw_amendment,
)
from placet.stages.proposals.drafting.access import ChangedMeanwhile
from placet.stages.proposals.drafting.actions import withdraw_proposal
from placet.stages.proposals.drafting.clauses import remove_clause, reword_clause, split_clause
from placet.stages.proposals.drafting.evidence import cite_finding
from placet.stages.proposals.freezing import freeze_proposal
from placet.stages.proposals.models import Amendment, AmendmentStand, Citation, Clause, OpenedText, Proposal
from placet.stages.record.models import AuditEntry
from placet.stages.texts.models import Origin, Translation
from tests.stages.proposals.amending import WHY, Amendable, says, texts_of
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db

ANSWER = both("We see it so.")


def test_opening_keeps_the_text_and_is_done_once() -> None:
    world = SmallProposal()
    until = timezone.now() + timedelta(days=3)
    open_to_amendments(world.secretariat, world.proposal, until=until)
    open_to_amendments(world.secretariat, world.proposal, until=until)
    assert (world.proposal.state, world.proposal.amendable_until) == (Proposal.State.AMENDABLE, until)
    assert OpenedText.objects.count() == 1
    assert AuditEntry.objects.filter(action="proposals.open_to_amendments").count() == 1
    open_to_amendments(world.secretariat, world.proposal)  # the day is taken back
    assert world.proposal.amendable_until is None
    assert OpenedText.objects.count() == 1


def test_a_draft_is_not_opened_nor_is_one_until_yesterday() -> None:
    draft = SmallProposal(state="draft")
    with pytest.raises(ValidationError, match="draft"):
        open_to_amendments(draft.secretariat, draft.proposal)
    published = draft.add_proposal()
    with pytest.raises(ValidationError, match="still to come"):
        open_to_amendments(draft.secretariat, published, until=timezone.now() - timedelta(minutes=1))
    with pytest.raises(PermissionDenied):
        open_to_amendments(draft.delegates["FR"], published)


def test_an_amendment_is_in_any_language_of_the_reflection() -> None:
    case = Amendable()
    amendment = case.amend(wording={"fr": "En français."})
    assert amendment.reference == "SMALL-AM-0001"
    assert amendment.wording is not None
    assert amendment.wording.language == "fr"
    assert amendment.based_on is not None
    assert amendment.based_on.number == 1
    with pytest.raises(ValidationError, match="not led in this language: Deutsch"):
        case.amend(wording={"de": "Auf Deutsch."})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wording": {}}, "Write the wording"),
        ({"wording": {"en": "  \n "}}, "Write the wording"),
        ({"wording": {"en": "Clause 1 text."}}, "says already"),
        ({"wording": {"en": "x" * 3_001}}, "At most 3000"),
        ({"justification": {"en": ""}}, "Say why"),
        ({"kind": "merge"}, "Say whether the clause"),
        ({"kind": "delete"}, "there is no wording"),
        ({"clause": None}, "Choose the clause"),
    ],
)
def test_what_is_refused(change: dict[str, object], message: str) -> None:
    case = Amendable()
    values: dict[str, object] = {
        "kind": "reword",
        "clause": case.clauses[0],
        "wording": {"en": "Other."},
        "justification": WHY,
        "seen_version": 1,
    }
    new = NewAmendment(**(values | change))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match=message):
        submit_amendment(case.world.delegates["FR"], case.proposal, new)
    assert not Amendment.objects.exists()


def test_after_the_day_none_is_taken() -> None:
    world = SmallProposal()
    until = timezone.now() + timedelta(days=1)
    open_to_amendments(world.secretariat, world.proposal, until=until)
    new = NewAmendment("delete", world.clauses[0], None, WHY, 1)
    with pytest.raises(ValidationError, match="time for amendments is over"):
        submit_amendment(world.delegates["FR"], world.proposal, new, now=until)
    submit_amendment(world.delegates["FR"], world.proposal, new, now=until - timedelta(seconds=1))


def test_none_is_taken_before_it_is_opened_or_on_a_clause_that_is_gone_or_elsewhere() -> None:
    world = SmallProposal()
    new = NewAmendment("delete", world.clauses[0], None, WHY, 1)
    with pytest.raises(ValidationError, match="not open to amendments"):
        submit_amendment(world.delegates["FR"], world.proposal, new)
    case = Amendable(world)
    remove_clause(world.secretariat, case.clauses[0])
    elsewhere = world.add_proposal().clauses.get(position=1)
    for clause in (case.clauses[0], elsewhere):
        with pytest.raises(ValidationError, match="not in the proposal any more"):
            case.amend(clause=clause)


def test_what_changed_meanwhile_is_seen_first() -> None:
    case = Amendable()
    reword_clause(case.world.secretariat, case.clauses[0], both("Reworded."), seen_version=1)
    new = NewAmendment("reword", case.clauses[0], {"en": "Other."}, WHY, 1)
    with pytest.raises(ChangedMeanwhile) as refusal:
        submit_amendment(case.world.delegates["FR"], case.proposal, new)
    assert refusal.value.current[0].body == "Reworded."
    assert not Amendment.objects.exists()


def test_strangers_and_delegates_of_elsewhere_are_refused() -> None:
    case = Amendable()
    amendment = case.amend("PL")
    foreign = SmallProposal(SmallReflection(slug="foreign", prefix="FORGN"))
    new = NewAmendment("delete", case.clauses[0], None, WHY, 1)
    accounts = (case.world.small.accounts["stranger"], case.world.secretariat, foreign.delegates["FR"])
    for account in accounts:
        with pytest.raises(PermissionDenied):
            submit_amendment(account, case.proposal, new)
        with pytest.raises(PermissionDenied):
            take_stand(account, amendment, "supports")
        with pytest.raises(PermissionDenied):
            withdraw_amendment(account, amendment)
    for account in (*case.world.delegates.values(), foreign.secretariat):
        with pytest.raises(PermissionDenied):
            answer_amendment(account, amendment, "refused", ANSWER)


def test_whose_grant_is_revoked_speaks_for_nobody() -> None:
    case = Amendable()
    own, other = case.amend("FR"), case.amend("PL", kind="delete")
    RoleGrant.objects.filter(account=case.world.delegates["FR"]).update(revoked_at=timezone.now())
    with pytest.raises(PermissionDenied):
        case.amend("FR", kind="insert")
    with pytest.raises(PermissionDenied):
        withdraw_amendment(case.world.delegates["FR"], own)
    with pytest.raises(PermissionDenied):
        take_stand(case.world.delegates["FR"], other, "supports")


def test_a_delegation_withdraws_its_own_alone_while_unanswered() -> None:
    case = Amendable()
    amendment = case.amend("FR")
    with pytest.raises(PermissionDenied):
        withdraw_amendment(case.world.delegates["PL"], amendment)
    colleague = case.world.add_delegate("FR", "colleague")
    withdraw_amendment(colleague, amendment)  # the delegation's, not the person's
    withdraw_amendment(colleague, amendment)
    assert amendment.state == Amendment.State.WITHDRAWN
    assert AuditEntry.objects.filter(action="proposals.withdraw_amendment").count() == 1
    with pytest.raises(ValidationError, match="was withdrawn"):
        answer_amendment(case.world.secretariat, amendment, "refused", ANSWER)
    answered = case.amend("FR", kind="delete")
    answer_amendment(case.world.secretariat, answered, "refused", ANSWER)
    with pytest.raises(ValidationError, match="answered already"):
        withdraw_amendment(colleague, answered)


def test_the_last_stand_counts_and_all_are_kept() -> None:
    case = Amendable()
    amendment, member = case.amend("FR"), case.world.members["PL"]
    for stand in ("supports", "supports", "opposes", "none", "none"):
        take_stand(case.world.delegates["PL"], amendment, stand)
    assert last_stand(amendment, member) == "none"
    taken = AmendmentStand.objects.filter(amendment=amendment).order_by("pk")
    assert list(taken.values_list("stand", flat=True)) == ["supports", "opposes", "none"]
    with pytest.raises(DatabaseError), transaction.atomic():
        taken.update(stand="supports")


def test_no_stand_on_ones_own_nor_after_the_answer_nor_an_unknown_one() -> None:
    case = Amendable()
    amendment = case.amend("FR")
    with pytest.raises(ValidationError, match="other delegations"):
        take_stand(case.world.delegates["FR"], amendment, "supports")
    with pytest.raises(ValidationError, match="supports or opposes"):
        take_stand(case.world.delegates["PL"], amendment, "abstains")
    answer_amendment(case.world.secretariat, amendment, "refused", ANSWER)
    with pytest.raises(ValidationError, match="answered already"):
        take_stand(case.world.delegates["PL"], amendment, "supports")
    assert not AmendmentStand.objects.exists()


def test_accepted_the_clause_says_what_the_delegation_wrote() -> None:
    case = Amendable()
    finding = case.world.add_finding()
    cite_finding(case.world.secretariat, case.clauses[0], finding)
    amendment = case.amend("FR", wording=both("Asked for."))
    result = answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)
    assert says(case.clauses[0]) == both("Asked for.")
    assert result == amendment.result
    assert result is not None
    assert (result.number, amendment.state) == (2, Amendment.State.ACCEPTED)
    assert case.clauses[0].text.versions.get(number=1).body == "Clause 1 text."
    assert Citation.objects.filter(clause=case.clauses[0], taken_back_at=None).count() == 1
    assert amendment.answered_by == case.world.secretariat


def test_accepted_in_one_language_the_others_wait_for_their_translation() -> None:
    case = Amendable()
    amendment = case.amend(wording={"en": "In English."})
    answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)
    assert says(case.clauses[0]) == {"en": "In English."}
    with pytest.raises(ValidationError, match="missing in this language: français"):
        freeze_proposal(case.world.secretariat, case.proposal)


def test_what_is_not_in_the_working_language_is_translated_by_who_answers() -> None:
    case = Amendable()
    amendment = case.amend(wording={"fr": "En français."})
    with pytest.raises(ValidationError, match="working language first: English"):
        answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)
    answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER, wording={"en": "In English."})
    assert says(case.clauses[0]) == {"en": "In English.", "fr": "En français."}


def test_a_machine_translation_is_not_taken_for_the_delegations_wording() -> None:
    case = Amendable()
    amendment = case.amend(wording={"en": "In English."})
    assert amendment.wording is not None
    Translation.objects.create(
        version=amendment.wording.versions.get(), language="fr", body="Machinal.", origin=Origin.MACHINE
    )
    answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER, wording={"fr": "En français."})
    assert says(case.clauses[0]) == {"en": "In English.", "fr": "En français."}


def test_accepted_is_not_another_wording() -> None:
    case = Amendable()
    amendment = case.amend(wording={"en": "Asked for."})
    with pytest.raises(ValidationError, match="not what the delegation wrote"):
        answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER, wording={"en": "Other."})
    assert says(case.clauses[0]) == both("Clause 1 text.", "Texte 1.")


def test_in_part_it_is_the_secretariats_wording() -> None:
    case = Amendable()
    amendment = case.amend()
    with pytest.raises(ValidationError, match="working language first"):
        answer_amendment(case.world.secretariat, amendment, "partly", ANSWER)
    answer_amendment(case.world.secretariat, amendment, "partly", ANSWER, wording=both("Halfway."))
    assert says(case.clauses[0]) == both("Halfway.")
    assert amendment.state == Amendment.State.PARTLY


def test_not_accepted_changes_nothing_and_says_why() -> None:
    case = Amendable()
    amendment = case.amend()
    with pytest.raises(ValidationError, match="working language"):
        answer_amendment(case.world.secretariat, amendment, "refused", {"fr": "Non."})
    with pytest.raises(ValidationError, match="changes nothing"):
        answer_amendment(case.world.secretariat, amendment, "refused", ANSWER, wording=both("Other."))
    answer_amendment(case.world.secretariat, amendment, "refused", ANSWER)
    assert says(case.clauses[0]) == both("Clause 1 text.", "Texte 1.")
    with pytest.raises(ValidationError, match="answered already"):
        answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)


def test_an_answer_is_one_of_three() -> None:
    case = Amendable()
    with pytest.raises(ValidationError, match="accepted, in part, or not"):
        answer_amendment(case.world.secretariat, case.amend(), "withdrawn", ANSWER)


def test_a_clause_is_deleted_and_kept_on_record() -> None:
    case = Amendable()
    amendment = case.amend(kind="delete")
    assert answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER) is None
    case.clauses[0].refresh_from_db()
    assert case.clauses[0].removed_at is not None
    assert texts_of(case.proposal) == ["Clause 2 text."]


def test_a_deletion_in_part_is_another_wording() -> None:
    case = Amendable()
    answer_amendment(
        case.world.secretariat, case.amend(kind="delete"), "partly", ANSWER, wording=both("Shorter.")
    )
    assert texts_of(case.proposal) == ["Shorter.", "Clause 2 text."]


def test_the_only_clause_is_not_deleted() -> None:
    case = Amendable(SmallProposal(n_clauses=1))
    amendment = case.amend(kind="delete")
    with pytest.raises(ValidationError, match="only clause"):
        answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)
    amendment.refresh_from_db()
    assert amendment.state == Amendment.State.SUBMITTED


def test_a_new_clause_stands_where_it_is_wanted() -> None:
    case = Amendable()
    after, before = (
        case.amend("FR", kind="insert", wording=both("Between.")),
        case.amend("PL", kind="insert", first=True, wording=both("First.")),
    )
    for amendment in (after, before):
        answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)
    assert texts_of(case.proposal) == ["First.", "Clause 1 text.", "Between.", "Clause 2 text."]
    assert after.result is not None
    assert Clause.objects.get(text=after.result.text).reference == "SMALL-PC-0003"
    kept = Clause.objects.filter(proposal=case.proposal, removed_at=None)
    assert list(kept.values_list("position", flat=True)) == [1, 2, 3, 4]


def test_a_new_clause_after_one_that_is_gone_stands_at_the_end() -> None:
    case = Amendable()
    amendment = case.amend(kind="insert", wording=both("New."))
    remove_clause(case.world.secretariat, case.clauses[0])
    answer_amendment(case.world.secretariat, amendment, "accepted", ANSWER)
    assert texts_of(case.proposal) == ["Clause 2 text.", "New."]


def test_two_amendments_to_one_clause_the_second_is_answered_against_the_present_wording() -> None:
    case = Amendable()
    first, second = case.amend("FR"), case.amend("PL", wording=both("Poland's."))
    answer_amendment(case.world.secretariat, first, "accepted", ANSWER)
    with pytest.raises(ChangedMeanwhile) as refusal:
        answer_amendment(case.world.secretariat, second, "accepted", ANSWER)
    assert refusal.value.current[0].body == "FR asks for this."
    with pytest.raises(ChangedMeanwhile):
        answer_amendment(case.world.secretariat, second, "partly", ANSWER, wording=both("X."), seen_version=1)
    answer_amendment(case.world.secretariat, second, "accepted", ANSWER, seen_version=2)
    assert says(case.clauses[0]) == both("Poland's.")
    assert case.clauses[0].text.versions.count() == 3


def test_to_say_no_the_present_wording_need_not_be_seen() -> None:
    case = Amendable()
    first, second = case.amend("FR"), case.amend("PL")
    answer_amendment(case.world.secretariat, first, "accepted", ANSWER)
    answer_amendment(case.world.secretariat, second, "refused", ANSWER)
    assert says(case.clauses[0])["en"] == "FR asks for this."


def test_what_is_asked_of_a_clause_that_is_gone() -> None:
    case = Amendable()
    gone, again, reword = (
        case.amend("FR", kind="delete"),
        case.amend("PL", kind="delete"),
        case.amend("CA"),
    )
    answer_amendment(case.world.secretariat, gone, "accepted", ANSWER)
    answer_amendment(case.world.secretariat, again, "accepted", ANSWER)
    with pytest.raises(ValidationError, match="clause is gone"):
        answer_amendment(case.world.secretariat, reword, "accepted", ANSWER)
    with pytest.raises(ValidationError, match="clause is gone"):
        answer_amendment(case.world.secretariat, reword, "partly", ANSWER, wording=both("X."))
    answer_amendment(case.world.secretariat, reword, "partly", both("Taken up in clause 2."))
    assert reword.result is None
    assert texts_of(case.proposal) == ["Clause 2 text."]


def test_answers_are_given_while_it_is_open_to_amendments_alone() -> None:
    case = Amendable()
    amendment = case.amend()
    withdraw_proposal(case.world.secretariat, case.proposal, reason=both("No."))
    with pytest.raises(ValidationError, match="withdrawn"):
        answer_amendment(case.world.secretariat, amendment, "refused", ANSWER)
    withdraw_amendment(case.world.delegates["FR"], amendment)  # its delegation still may


def test_clauses_that_are_amended_are_not_split() -> None:
    case = Amendable()
    with pytest.raises(ValidationError, match="open to amendments"):
        split_clause(case.world.secretariat, case.clauses[0], [both("One."), both("Two.")])

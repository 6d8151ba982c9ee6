"""Proposals as a whole: drafted, changed, published, withdrawn; and who sees which."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from placet.stages.mandates.models import Role
from placet.stages.proposals.drafting.access import ChangedMeanwhile, proposal_mark
from placet.stages.proposals.drafting.actions import (
    NewProposal,
    change_proposal,
    draft_proposal,
    publish_proposal,
    withdraw_proposal,
)
from placet.stages.proposals.drafting.clauses import remove_clause, reword_clause
from placet.stages.proposals.models import Proposal
from placet.stages.proposals.permissions import member_spoken_for, require_delegate, visible_proposals
from placet.stages.proposals.queries import draft_findings, find_clause, find_proposal, missing_languages
from placet.stages.record.models import AuditEntry
from placet.stages.texts.queries import wordings
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db
NEW = NewProposal(both("Better title"), both("Better summary"))


def title_of(proposal: Proposal, language: str = "en") -> str:
    return wordings([proposal.title_id], language)[proposal.title_id].body


def test_a_draft_is_seen_by_the_secretariat_alone() -> None:
    made = SmallProposal(state="draft")
    assert made.proposal.reference == "SMALL-P-0001"
    assert list(visible_proposals(made.secretary, made.small.reflection)) == [made.proposal]
    others = [account for name, account in made.small.accounts.items() if name != Role.SECRETARIAT]
    for actor in [*others, made.delegates["PL"], NOBODY]:
        assert not visible_proposals(actor, made.small.reflection).exists()
        with pytest.raises(Http404):
            find_proposal(actor, made.proposal.reference)


def test_the_secretariat_of_another_reflection_neither_sees_nor_changes_a_draft() -> None:
    made = SmallProposal(state="draft")
    foreign = SmallReflection(slug="other", prefix="OTHER").secretariat
    with pytest.raises(Http404):
        find_proposal(foreign, made.proposal.reference)
    for deed in (
        lambda: draft_proposal(foreign, made.small.priority, NEW),
        lambda: change_proposal(foreign, made.proposal, NEW, seen=proposal_mark(made.proposal)),
        lambda: publish_proposal(foreign, made.proposal),
        lambda: withdraw_proposal(foreign, made.proposal, reason=both("Because.")),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert title_of(made.proposal) == "A proposal"


def test_what_is_published_is_seen_by_everybody_and_stays_so_when_it_is_withdrawn() -> None:
    made = SmallProposal()
    publish_proposal(made.secretariat, made.proposal)  # a second time: nothing more
    published = AuditEntry.objects.filter(action="proposals.publish_proposal")
    assert published.count() == 1
    assert find_proposal(NOBODY, made.proposal.reference) == made.proposal
    withdraw_proposal(made.secretariat, made.proposal, reason=both("Overtaken."))
    withdraw_proposal(made.secretariat, made.proposal, reason=both("Again."))
    assert made.proposal.state == Proposal.State.WITHDRAWN
    assert find_proposal(NOBODY, made.proposal.reference) == made.proposal
    reason_id = made.proposal.withdrawal_reason_id
    assert wordings([reason_id], "fr")[reason_id].body == "Overtaken. (fr)"
    with pytest.raises(ValidationError):
        reword_clause(made.secretariat, made.clauses[0], both("New."), seen_version=1)


def test_a_draft_that_is_withdrawn_stays_unseen() -> None:
    made = SmallProposal(state="draft")
    withdraw_proposal(made.secretariat, made.proposal, reason=both("No."))
    assert not visible_proposals(NOBODY, made.small.reflection).exists()


@pytest.mark.parametrize("state", ["frozen", "adopted"])
def test_what_is_put_to_the_members_or_adopted_is_neither_changed_nor_withdrawn(state: str) -> None:
    made = SmallProposal()
    Proposal.objects.filter(pk=made.proposal.pk).update(state=state)
    for deed in (
        lambda: change_proposal(made.secretariat, made.proposal, NEW, seen=proposal_mark(made.proposal)),
        lambda: withdraw_proposal(made.secretariat, made.proposal, reason=both("No.")),
        lambda: reword_clause(made.secretariat, made.clauses[0], both("New."), seen_version=1),
        lambda: remove_clause(made.secretariat, made.clauses[0]),
        made.add_clause,
    ):
        with pytest.raises(ValidationError):
            deed()
    assert title_of(made.proposal) == "A proposal"


def test_a_proposal_without_clauses_or_of_a_draft_reflection_is_not_published() -> None:
    made = SmallProposal(state="draft", n_clauses=0)
    with pytest.raises(ValidationError, match="at least one clause"):
        publish_proposal(made.secretariat, made.proposal)
    unseen = SmallProposal(SmallReflection(slug="unseen", prefix="UNSN", is_published=False), state="draft")
    with pytest.raises(ValidationError, match="Publish the reflection first"):
        publish_proposal(unseen.secretariat, unseen.proposal)


def test_the_last_clause_of_a_published_proposal_is_not_removed() -> None:
    made = SmallProposal(n_clauses=1)
    with pytest.raises(ValidationError, match="only clause"):
        remove_clause(made.secretariat, made.clauses[0])


def test_of_two_who_change_the_title_the_second_is_shown_what_the_first_wrote() -> None:
    made = SmallProposal(state="draft")
    seen = proposal_mark(made.proposal)
    change_proposal(made.secretariat, made.proposal, NEW, seen=seen)
    with pytest.raises(ChangedMeanwhile) as overtaken:
        change_proposal(made.secretary, made.proposal, NewProposal(both("Mine"), both("Mine")), seen=seen)
    assert "Better title" in {wording.body for wording in overtaken.value.current}
    assert title_of(made.proposal) == "Better title"


def test_what_is_missing_before_publishing_is_named() -> None:
    made = SmallProposal(state="draft")
    reword_clause(made.secretariat, made.clauses[1], {"en": "English alone."}, seen_version=1)
    (missing,) = missing_languages(made.proposal)
    assert (missing.reference, missing.languages) == (made.clauses[1].reference, ("fr",))
    assert draft_findings(made.proposal) == []
    publish_proposal(made.secretariat, made.proposal)  # warned, not refused


def test_texts_that_are_empty_or_too_long_are_refused() -> None:
    made = SmallProposal(state="draft")
    for new, name in (
        (NewProposal({"fr": "Sans anglais"}, both("A summary")), "title"),
        (NewProposal(both("x" * 201), both("A summary")), "title_en"),
    ):
        with pytest.raises(ValidationError) as refused:
            draft_proposal(made.secretariat, made.small.priority, new)
        assert name in refused.value.error_dict


def test_a_clause_removed_before_publication_is_seen_by_those_who_draft_alone() -> None:
    made = SmallProposal(state="draft")
    first, second = made.clauses
    remove_clause(made.secretariat, first)
    publish_proposal(made.secretariat, made.proposal)
    made.proposal.refresh_from_db()
    made.add_clause()
    remove_clause(made.secretariat, second)
    with pytest.raises(Http404):
        find_clause(NOBODY, made.proposal, first.reference)
    assert find_clause(made.secretary, made.proposal, first.reference) == first
    assert find_clause(NOBODY, made.proposal, second.reference) == second


def test_a_delegate_speaks_for_one_member_and_nobody_else_does() -> None:
    made = SmallProposal()
    account, member = require_delegate(made.delegates["PL"], made.small.reflection)
    assert (account, member.code) == (made.delegates["PL"], "PL")
    for actor in (made.secretariat, made.small.accounts["stranger"], NOBODY):
        assert member_spoken_for(actor, made.small.reflection) is None
        with pytest.raises(PermissionDenied):
            require_delegate(actor, made.small.reflection)
    other = SmallReflection(slug="other", prefix="OTHER")
    assert member_spoken_for(made.delegates["PL"], other.reflection) is None

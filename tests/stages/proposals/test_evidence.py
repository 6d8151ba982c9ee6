"""What clauses rest on: citing findings for and against, and why a finding was not taken up."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from placet.stages.proposals.drafting.actions import withdraw_proposal
from placet.stages.proposals.drafting.clauses import remove_clause
from placet.stages.proposals.drafting.evidence import (
    cite_finding,
    say_not_taken_up,
    take_back_citation,
    take_up_again,
    unanswered_findings,
)
from placet.stages.proposals.models import Citation, NotTakenUp, Proposal
from placet.stages.proposals.queries import clause_views, not_taken_up, proposal_views
from placet.stages.proposals.showing.desk import offered_findings
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking.finding_models import Finding, Stance
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallProposal:
    return SmallProposal()


def test_citing_is_idempotent_and_the_other_stance_takes_its_place(made: SmallProposal) -> None:
    clause, finding = made.clauses[0], made.add_finding()
    first = cite_finding(made.secretariat, clause, finding)
    assert cite_finding(made.secretary, clause, finding) == first
    turned = cite_finding(made.secretary, clause, finding, stance=Stance.AGAINST)
    first.refresh_from_db()
    assert (first.taken_back_by, turned.taken_back_at) == (made.secretary, None)
    assert AuditEntry.objects.filter(action="proposals.cite_finding").count() == 2
    view = clause_views(made.proposal, "en")[0]
    assert not view.has_evidence
    assert [each.finding.reference for each in view.against] == [finding.reference]


def test_a_clause_without_evidence_is_shown_as_such(made: SmallProposal) -> None:
    finding = made.add_finding()
    citation = cite_finding(made.secretariat, made.clauses[0], finding)
    assert [view.has_evidence for view in clause_views(made.proposal, "fr")] == [True, False]
    (view,) = proposal_views([made.proposal], "en")
    assert (view.n_clauses, view.n_without_evidence) == (2, 1)
    take_back_citation(made.secretary, citation)
    take_back_citation(made.secretary, citation)
    assert proposal_views([made.proposal], "en")[0].n_without_evidence == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Citation.objects.filter(pk=citation.pk).update(taken_back_at=None)


def test_findings_that_are_drafts_count_to_those_who_draft_alone(made: SmallProposal) -> None:
    cite_finding(made.secretariat, made.clauses[0], made.add_finding("Unseen", state="draft"))
    assert not clause_views(made.proposal, "en")[0].has_evidence
    assert clause_views(made.proposal, "en", with_drafts=True)[0].has_evidence


def test_findings_of_other_reflections_and_withdrawn_ones_are_not_cited(made: SmallProposal) -> None:
    other = SmallProposal(SmallReflection(slug="other", prefix="OTHER"))
    with pytest.raises(ValidationError, match="of this reflection"):
        cite_finding(made.secretariat, made.clauses[0], other.add_finding())
    gone = made.add_finding()
    kept = cite_finding(made.secretariat, made.clauses[1], gone)
    reason = made.proposal.title  # any text will do
    Finding.objects.filter(pk=gone.pk).update(
        state="withdrawn", withdrawal_reason=reason, withdrawn_at=kept.cited_at
    )
    with pytest.raises(ValidationError, match="withdrawn"):
        cite_finding(made.secretariat, made.clauses[0], gone)
    assert clause_views(made.proposal, "en")[1].supporting  # what was cited stays, with its state


def test_evidence_of_a_frozen_text_stands(made: SmallProposal) -> None:
    citation = cite_finding(made.secretariat, made.clauses[0], made.add_finding())
    Proposal.objects.filter(pk=made.proposal.pk).update(state="frozen")
    with pytest.raises(ValidationError):
        cite_finding(made.secretariat, made.clauses[0], made.add_finding("Late"))
    with pytest.raises(ValidationError):
        take_back_citation(made.secretariat, citation)


def test_a_finding_waits_until_it_is_cited_or_it_is_said_why_not(made: SmallProposal) -> None:
    reflection = made.small.reflection
    cited, refused, waiting = (made.add_finding(name) for name in ("Cited", "Refused", "Waiting"))
    made.add_finding("Draft", state="draft")
    cite_finding(made.secretariat, made.clauses[0], cited)
    say_not_taken_up(made.secretariat, refused, both("Outside the mandate."))
    assert list(unanswered_findings(reflection)) == [waiting]
    (said,) = not_taken_up(reflection.pk, "fr")
    assert (said.finding.reference, said.reason.body) == (refused.reference, "Outside the mandate. (fr)")
    remove_clause(made.secretariat, made.clauses[0])
    assert list(unanswered_findings(reflection)) == [cited, waiting]
    take_up_again(made.secretary, refused)
    take_up_again(made.secretary, refused)
    assert list(unanswered_findings(reflection)) == [cited, refused, waiting]


def test_what_a_withdrawn_proposal_cites_waits_again(made: SmallProposal) -> None:
    finding = made.add_finding()
    cite_finding(made.secretariat, made.clauses[0], finding)
    withdraw_proposal(made.secretariat, made.proposal, reason=both("No."))
    assert list(unanswered_findings(made.small.reflection)) == [finding]


def test_a_finding_is_either_cited_or_not_taken_up(made: SmallProposal) -> None:
    finding = made.add_finding()
    first = say_not_taken_up(made.secretariat, finding, both("No."))
    second = say_not_taken_up(made.secretary, finding, both("A better reason."))
    first.refresh_from_db()
    assert first.taken_back_at is not None
    assert NotTakenUp.objects.filter(taken_back_at=None).get() == second
    cite_finding(made.secretariat, made.clauses[0], finding)
    assert not NotTakenUp.objects.filter(taken_back_at=None).exists()
    with pytest.raises(ValidationError, match=made.clauses[0].reference):
        say_not_taken_up(made.secretariat, finding, both("No."))
    with pytest.raises(ValidationError):
        say_not_taken_up(made.secretariat, made.add_finding("Other"), {"en": "  "})


def test_nobody_else_cites_or_says_why_not(made: SmallProposal) -> None:
    finding = made.add_finding()
    citation = cite_finding(made.secretariat, made.clauses[0], finding)
    foreign = SmallReflection(slug="other", prefix="OTHER").secretariat
    for actor in (foreign, made.delegates["PL"], made.small.accounts["analyst"]):
        for deed in (
            lambda actor=actor: cite_finding(actor, made.clauses[1], finding),
            lambda actor=actor: take_back_citation(actor, citation),
            lambda actor=actor: say_not_taken_up(actor, finding, both("No.")),
            lambda actor=actor: take_up_again(actor, finding),
        ):
            with pytest.raises(PermissionDenied):
                deed()
    assert Citation.objects.filter(taken_back_at=None).count() == 1


def test_findings_are_found_by_words_in_any_language_or_by_reference(made: SmallProposal) -> None:
    wanted, other = made.add_finding("Ports of the Baltic"), made.add_finding("Something else")
    clause = made.clauses[0]

    def found(words: str) -> list[str]:
        return [each.view.reference for each in offered_findings(clause, words, "en")[0]]

    assert found("ports OF") == [wanted.reference]
    assert found(other.reference.lower()) == [other.reference]
    assert found("nothing like it") == []
    cite_finding(made.secretariat, clause, other, stance=Stance.AGAINST)
    assert found("") == [other.reference, wanted.reference]
    assert offered_findings(clause, "", "en")[0][0].stance == "against"

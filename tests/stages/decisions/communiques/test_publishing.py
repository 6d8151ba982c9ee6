"""Drafting a communiqué and publishing it: what freezes, what is refused, who may."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from placet.stages.decisions.communiques.actions import (
    change_communique,
    draft_communique,
    publish_communique,
)
from placet.stages.decisions.communiques.composing import compose
from placet.stages.decisions.communiques.document import as_canonical_json, read_document
from placet.stages.decisions.communiques.queries import (
    decision_rows,
    find_communique,
    find_managed_communique,
    published_document,
    visible_communiques,
)
from placet.stages.decisions.models import Communique, Decision
from placet.stages.mandates.actions import change_name
from placet.stages.proposals.freezing import frozen_document
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.texts.actions import revise_text
from tests.stages.decisions.communiques.drafts import PREAMBLE, TITLE, SmallCommunique, today
from tests.stages.decisions.decisions import SmallMeeting
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db


def test_a_published_communique_holds_what_was_adopted_word_for_word() -> None:
    small = SmallCommunique()
    communique = small.publish()
    document = published_document(communique)
    (text,) = document.texts
    frozen = frozen_document(small.decision.text)
    assert [clause.text for clause in text.clauses] == [clause.bodies for clause in frozen.clauses]
    assert (text.decision, text.proposal) == (small.decision.reference, small.proposals.proposal.reference)
    assert text.digest == small.decision.text.digest
    assert document.title == TITLE
    assert document.preamble == PREAMBLE
    assert document.languages == ("en", "fr")
    assert text.meeting is not None
    assert text.meeting.title["fr"] == "Réunion des dirigeants"


def test_the_digest_is_that_of_the_document_byte_for_byte() -> None:
    communique = SmallCommunique().publish()
    assert communique.digest == "sha256:" + sha256(communique.document.encode()).hexdigest()
    assert as_canonical_json(read_document(communique.document)) == communique.document
    again = json.dumps(
        json.loads(communique.document), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert again == communique.document


def test_reservations_stand_with_their_explanation_in_every_language() -> None:
    document = published_document(SmallCommunique().publish())
    (reservation,) = document.texts[0].reservations
    assert reservation.member == "PL"
    assert reservation.name == {"en": "Poland", "fr": "Pologne"}
    assert reservation.explanation == {"en": "It goes too far.", "fr": "Cela va trop loin."}


def test_only_the_position_that_counted_is_published() -> None:
    small = SmallCommunique.__new__(SmallCommunique)
    small.proposals = SmallProposal()
    small.meeting = SmallMeeting(small.proposals)
    small.meeting.say("PL", "reserves")
    small.meeting.all_join()  # Poland joins after all
    small.decision, small.reflection = small.meeting.adopt(), small.meeting.reflection
    assert published_document(small.publish()).texts[0].reservations == ()


def test_the_evidence_of_each_clause_is_in_it_with_the_words_of_that_day() -> None:
    small = SmallCommunique()
    communique = small.publish()
    revise_text(small.finding.text, both("Something else."), author_id=None)
    document = published_document(communique)
    first, second = document.texts[0].clauses
    assert (first.supported_by, first.against) == ((small.finding.reference,), (small.against.reference,))
    assert (second.supported_by, second.against) == ((), ())
    assert [each.reference for each in document.findings] == sorted(
        [small.finding.reference, small.against.reference]
    )
    assert document.findings[0].text == {"en": "Support in full.", "fr": "Support in full. (fr)"}


def test_a_published_communique_never_changes() -> None:
    small = SmallCommunique()
    communique = small.publish()
    before = communique.document
    change_name(small.secretariat, small.proposals.members["PL"], {"en": "Elsewhere", "fr": "Ailleurs"})
    publish_communique(small.secretariat, communique, now=timezone.now() + timedelta(days=3))
    communique.refresh_from_db()
    assert communique.document == before
    with pytest.raises(ValidationError, match="can no longer be changed"):
        change_communique(
            small.secretariat, communique, title=TITLE, issued_date=today(), decisions=[small.decision]
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        Communique.objects.filter(pk=communique.pk).update(document="{}")
    assert AuditEntry.objects.filter(action="decisions.publish_communique").count() == 1


def test_a_finding_that_is_a_draft_keeps_it_from_being_published() -> None:
    small = SmallCommunique()
    communique = small.draft()
    Finding.objects.filter(pk=small.finding.pk).update(state="draft")
    with pytest.raises(ValidationError, match=f"{small.finding.reference} is cited by a clause"):
        publish_communique(small.secretariat, communique)
    assert communique.published_at is None


def test_every_language_is_wanted() -> None:
    small = SmallCommunique()
    communique = small.draft(title={"en": "Only English"})
    with pytest.raises(ValidationError, match="français"):
        publish_communique(small.secretariat, communique)


def test_a_text_that_was_tampered_with_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    small = SmallCommunique()
    communique = small.draft()
    monkeypatch.setattr("placet.stages.decisions.communiques.composing.matches_digest", lambda _text: False)
    with pytest.raises(ValidationError, match="no longer matches its digest"):
        publish_communique(small.secretariat, communique)


def test_a_document_beyond_bounds_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    small = SmallCommunique()
    communique = small.draft()
    monkeypatch.setattr("placet.stages.decisions.communiques.actions.MAX_BYTES", 100)
    with pytest.raises(ValidationError, match="too long"):
        publish_communique(small.secretariat, communique)


@pytest.mark.parametrize("role", ["delegate", "moderator", "analyst", "participant", "stranger"])
def test_the_secretariat_alone_writes_communiques(role: str) -> None:
    small = SmallCommunique()
    communique = small.draft()
    account = small.proposals.small.accounts[role]
    with pytest.raises(PermissionDenied):
        draft_communique(
            account, small.reflection, title=TITLE, issued_date=today(), decisions=[small.decision]
        )
    with pytest.raises(PermissionDenied):
        publish_communique(account, communique)
    with pytest.raises(PermissionDenied):
        change_communique(account, communique, title=TITLE, issued_date=today(), decisions=[small.decision])


def test_what_cannot_stand_in_it_is_refused() -> None:
    small = SmallCommunique()
    other = SmallCommunique(SmallProposal(SmallReflection("other", "OTHER")))
    for changes, message in (
        ({"decisions": []}, "at least one"),
        ({"decisions": [small.decision, small.decision]}, "once"),
        ({"decisions": [other.decision]}, "of this reflection"),
        ({"issued_date": today() - timedelta(days=2)}, "no earlier day"),
        ({"title": {"en": "  "}}, "empty"),
    ):
        with pytest.raises(ValidationError, match=message):
            small.draft(**changes)
    assert not Communique.objects.exists()


def test_a_draft_is_for_the_secretariat_alone() -> None:
    small = SmallCommunique()
    communique = small.draft()
    other = SmallReflection("other", "OTHER")
    for actor in (NOBODY, small.proposals.small.accounts["delegate"], other.secretariat, small.secretariat):
        with pytest.raises(Http404):
            find_communique(actor, communique.reference)
        assert not visible_communiques(actor, small.reflection).exists()
    for actor in (NOBODY, small.proposals.small.accounts["delegate"], other.secretariat):
        with pytest.raises(Http404):
            find_managed_communique(actor, communique.reference)
    assert find_managed_communique(small.secretariat, communique.reference) == communique
    publish_communique(small.secretariat, communique)
    assert find_communique(NOBODY, communique.reference) == communique


def test_the_order_is_the_secretariats() -> None:
    small = SmallCommunique()
    second = _adopted_at_the_same_time(small)
    communique = small.draft(decisions=[second, small.decision])
    rows = decision_rows(small.reflection, "fr", communique)
    assert [(row.reference, row.place) for row in rows] == [
        (second.reference, 1),
        (small.decision.reference, 2),
    ]
    assert rows[0].title == "Une proposition"
    change_communique(
        small.secretariat, communique, title=TITLE, issued_date=today(), decisions=[small.decision]
    )
    assert communique.preamble is None
    publish_communique(small.secretariat, communique)
    assert [text.decision for text in published_document(communique).texts] == [small.decision.reference]


def test_composing_takes_as_many_queries_for_two_texts_as_for_one() -> None:
    small = SmallCommunique()
    second = _adopted_at_the_same_time(small)
    communique = small.draft()

    def n_queries(decisions: list[Decision]) -> int:
        pks = [decision.pk for decision in decisions]
        rows = list(
            Decision.objects.filter(pk__in=pks).select_related("text", "meeting", "silence").order_by("pk")
        )
        with CaptureQueriesContext(connection) as captured:
            compose(communique, rows, timezone.now())
        return len(captured)

    assert n_queries([small.decision]) == n_queries([small.decision, second])


def _adopted_at_the_same_time(small: SmallCommunique) -> Decision:
    """A second proposal of the same reflection, adopted at a meeting of its own."""
    proposals = small.proposals
    first = proposals.proposal
    proposals.proposal = proposals.add_proposal()
    meeting = SmallMeeting(proposals, delegates=small.meeting.delegates)
    meeting.all_join()
    proposals.proposal = first
    return meeting.adopt()

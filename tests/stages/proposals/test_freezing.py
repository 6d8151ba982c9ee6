"""Frozen texts: the document, its digest, and that nothing changes them."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from placet.stages.mandates.models import RoleGrant
from placet.stages.proposals.amending.actions import (
    open_to_amendments,
    withdraw_amendment,
)
from placet.stages.proposals.drafting.access import proposal_mark
from placet.stages.proposals.drafting.actions import (
    NewProposal,
    change_proposal,
    withdraw_proposal,
)
from placet.stages.proposals.drafting.clauses import (
    add_clause,
    merge_clauses,
    move_clause,
    remove_clause,
    reword_clause,
    split_clause,
)
from placet.stages.proposals.drafting.evidence import cite_finding, take_back_citation
from placet.stages.proposals.freezing import (
    canonical,
    digest_of,
    freeze_proposal,
    frozen_document,
    mark_adopted,
    matches_digest,
    read_document,
    thaw_proposal,
    what_is_missing,
)
from placet.stages.proposals.models import Clause, FrozenText, OpenedText, Proposal
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking.finding_models import Stance
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Origin, Translation
from tests.stages.proposals.amending import Amendable
from tests.stages.proposals.proposals import SmallProposal, both

pytestmark = pytest.mark.django_db

KNOWN = (
    '{"clauses":[{"against":[],"findings":["SMALL-F-0001"],"number":1,"reference":"SMALL-PC-0001",'
    '"text":{"en":{"body":"Clause 1 text.","origin":"original"},"fr":{"body":"Texte 1.","origin":"human"}}}],'
    '"languages":["en","fr"],"number":1,"reference":"SMALL-P-0001",'
    '"schema":{"name":"placet-frozen-text","version":1},'
    '"summary":{"en":{"body":"What it asks.","origin":"original"},'
    '"fr":{"body":"Ce qu’elle demande.","origin":"human"}},'
    '"title":{"en":{"body":"A proposal","origin":"original"},'
    '"fr":{"body":"Une proposition","origin":"human"}}}'
)
KNOWN_DIGEST = "sha256:7ea59d8459e42be79cdd12cdb251e9e6783f81ce74abef1479bccbc58daa691c"


def frozen(world: SmallProposal) -> FrozenText:
    return freeze_proposal(world.secretariat, world.proposal)


def test_the_digest_of_a_known_text_is_known() -> None:
    world = SmallProposal(n_clauses=1)
    cite_finding(world.secretariat, world.clauses[0], world.add_finding())
    text = frozen(world)
    assert text.document == KNOWN
    assert text.digest == KNOWN_DIGEST == f"sha256:{sha256(KNOWN.encode()).hexdigest()}"
    assert matches_digest(text)
    assert world.proposal.state == Proposal.State.FROZEN


def test_sha256sum_takes_the_same_digest_of_the_document(tmp_path: Path) -> None:
    text = frozen(SmallProposal())
    path = tmp_path / "text.json"
    path.write_bytes(text.document.encode())
    said = subprocess.run(["sha256sum", str(path)], capture_output=True, text=True, check=True).stdout
    assert f"sha256:{said.split()[0]}" == text.digest


def test_the_document_says_all_that_the_text_is() -> None:
    world = SmallProposal()
    for_it, against = world.add_finding(), world.add_finding()
    cite_finding(world.secretariat, world.clauses[0], for_it)
    cite_finding(world.secretariat, world.clauses[0], against, stance=Stance.AGAINST)
    remove_clause(world.secretariat, world.clauses[1])
    world.add_clause("Another one.")
    document = frozen_document(frozen(world))
    assert (document.reference, document.number, document.languages) == ("SMALL-P-0001", 1, ("en", "fr"))
    assert document.title == {"en": "A proposal", "fr": "Une proposition"}
    first, second = document.clauses
    assert (first.findings, first.against) == ((for_it.reference,), (against.reference,))
    assert (second.number, second.reference) == (2, "SMALL-PC-0003")
    assert second.bodies == both("Another one.")
    assert second.origins == {"en": "original", "fr": "human"}


def test_a_finding_that_nobody_can_read_is_not_named() -> None:
    world = SmallProposal(n_clauses=1)
    cite_finding(world.secretariat, world.clauses[0], world.add_finding(state="draft"))
    assert frozen_document(frozen(world)).clauses[0].findings == ()


def test_a_machine_translation_is_named_in_the_document() -> None:
    world = SmallProposal(n_clauses=1)
    clause = world.clauses[0]
    reword_clause(world.secretariat, clause, {"en": "Reworded."}, seen_version=1)
    Translation.objects.create(
        version=clause.text.versions.get(number=2), language="fr", body="Reformulé.", origin=Origin.MACHINE
    )
    assert frozen_document(frozen(world)).clauses[0].origins["fr"] == "machine"


def test_canonical_text_is_composed_and_in_order() -> None:
    assert canonical({"b": "e\u0301", "a": [1, None]}) == '{"a":[1,null],"b":"é"}'
    assert digest_of("é") == "sha256:" + sha256(b"\xc3\xa9").hexdigest()


def test_a_document_of_another_schema_is_not_read() -> None:
    with pytest.raises(ValueError, match="other 1 is not"):
        read_document('{"schema":{"name":"other","version":1}}')


def test_freezing_twice_gives_the_same_text() -> None:
    world = SmallProposal()
    assert frozen(world) == frozen(world)
    assert FrozenText.objects.count() == 1
    assert AuditEntry.objects.filter(action="proposals.freeze_proposal").count() == 1


def test_what_is_missing_is_listed() -> None:
    world = SmallProposal(n_clauses=1)
    reword_clause(world.secretariat, world.clauses[0], {"en": "In English alone."}, seen_version=1)
    with pytest.raises(ValidationError) as refusal:
        frozen(world)
    assert refusal.value.messages == ["Clause 1 is missing in this language: français."]
    assert what_is_missing(world.proposal) == refusal.value.messages
    assert not FrozenText.objects.exists()


def test_a_title_in_one_language_is_not_enough() -> None:
    world = SmallProposal()
    Proposal.objects.filter(pk=world.proposal.pk).update(
        title=create_text({"en": "English alone"}, original="en")
    )
    world.proposal.refresh_from_db()
    assert what_is_missing(world.proposal) == ["The title is missing in this language: français."]


def test_a_proposal_without_clauses_is_not_frozen() -> None:
    world = SmallProposal()
    Clause.objects.update(removed_at="2026-01-01T00:00Z")
    assert what_is_missing(world.proposal) == ["It has no clause yet."]


def test_an_unanswered_amendment_is_in_the_way() -> None:
    case = Amendable()
    amendment = case.amend()
    with pytest.raises(ValidationError, match="SMALL-AM-0001 waits for its answer"):
        frozen(case.world)
    withdraw_amendment(case.world.delegates["FR"], amendment)
    assert frozen(case.world).number == 1


@pytest.mark.parametrize("state", ["draft", "withdrawn", "adopted"])
def test_what_cannot_be_put_to_the_members(state: str) -> None:
    world = SmallProposal(state="draft" if state == "draft" else "published")
    if state == "withdrawn":
        withdraw_proposal(world.secretariat, world.proposal, reason=both("No."))
    if state == "adopted":
        frozen(world)
        mark_adopted(world.proposal)
    with pytest.raises(ValidationError, match="cannot be put to the members"):
        frozen(world)


def test_the_secretariat_alone_freezes() -> None:
    world = SmallProposal()
    for account in (*world.delegates.values(), world.small.accounts["stranger"]):
        with pytest.raises(PermissionDenied):
            freeze_proposal(account, world.proposal)


def test_the_database_refuses_to_change_a_frozen_text() -> None:
    text = frozen(SmallProposal())
    for change in ({"document": "{}"}, {"digest": "sha256:0"}, {"number": 2}):
        with pytest.raises(DatabaseError), transaction.atomic():
            FrozenText.objects.filter(pk=text.pk).update(**change)
    text.refresh_from_db()
    assert matches_digest(text)


def test_the_database_refuses_to_change_the_text_as_opened() -> None:
    Amendable()
    with pytest.raises(DatabaseError), transaction.atomic():
        OpenedText.objects.update(document="{}")


@pytest.mark.parametrize("is_adopted", [False, True])
def test_nothing_changes_a_text_that_is_put_to_the_members(is_adopted: bool) -> None:
    world = SmallProposal()
    finding, cited = world.add_finding(), world.add_finding()
    citation = cite_finding(world.secretariat, world.clauses[0], cited)
    text = frozen(world)
    if is_adopted:
        mark_adopted(world.proposal)
    actor, proposal, (first, second) = world.secretariat, world.proposal, world.clauses
    new = NewProposal(both("Other"), both("Other"))
    attempts = (
        lambda: add_clause(actor, proposal, both("More.")),
        lambda: reword_clause(actor, first, both("Other."), seen_version=1),
        lambda: move_clause(actor, second, position=1),
        lambda: remove_clause(actor, first),
        lambda: split_clause(actor, first, [both("One."), both("Two.")]),
        lambda: merge_clauses(actor, [first, second], both("Both.")),
        lambda: change_proposal(actor, proposal, new, seen=proposal_mark(proposal)),
        lambda: cite_finding(actor, first, finding),
        lambda: take_back_citation(actor, citation),
        lambda: withdraw_proposal(actor, proposal, reason=both("No.")),
        lambda: open_to_amendments(actor, proposal),
    )
    for attempt in attempts:
        with pytest.raises(ValidationError):
            attempt()
    again = FrozenText.objects.get(pk=text.pk)
    assert (again.document, again.digest) == (text.document, text.digest)


def test_what_is_thawed_is_frozen_anew_under_the_next_number() -> None:
    world = SmallProposal()
    first = frozen(world)
    thaw_proposal(world.secretariat, world.proposal, reason="a silence was broken")
    thaw_proposal(world.secretariat, world.proposal, reason="a silence was broken")  # again: nothing more
    assert world.proposal.state == Proposal.State.AMENDABLE
    reword_clause(world.secretariat, world.clauses[0], both("Reworded."), seen_version=1)
    second = frozen(world)
    assert (first.number, second.number) == (1, 2)
    assert first.digest != second.digest
    assert AuditEntry.objects.filter(action="proposals.thaw_proposal").count() == 1


def test_who_may_thaw() -> None:
    world = SmallProposal()
    frozen(world)
    with pytest.raises(PermissionDenied):
        thaw_proposal(world.small.accounts["stranger"], world.proposal, reason="no")
    RoleGrant.objects.filter(account=world.delegates["PL"]).update(revoked_at="2026-01-01T00:00Z")
    with pytest.raises(PermissionDenied):
        thaw_proposal(world.delegates["PL"], world.proposal, reason="no")
    thaw_proposal(world.delegates["FR"], world.proposal, reason="its silence")
    frozen(world)
    thaw_proposal(None, world.proposal, reason="the platform itself")
    assert world.proposal.state == Proposal.State.AMENDABLE


def test_what_is_not_frozen_is_neither_thawed_nor_adopted() -> None:
    world = SmallProposal()
    with pytest.raises(ValidationError, match="opened again"):
        thaw_proposal(world.secretariat, world.proposal, reason="no")
    with pytest.raises(ValidationError, match="adopted"):
        mark_adopted(world.proposal)


def test_adopted_is_adopted_once_and_for_good() -> None:
    world = SmallProposal()
    frozen(world)
    mark_adopted(world.proposal)
    mark_adopted(world.proposal)
    assert world.proposal.state == Proposal.State.ADOPTED
    with pytest.raises(ValidationError):
        thaw_proposal(world.secretariat, world.proposal, reason="no")
    assert AuditEntry.objects.filter(action="proposals.mark_adopted").count() == 1

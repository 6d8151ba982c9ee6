"""Bringing statements together: by a person, with lineage, undone; votes stay where they were cast."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from placet.stages.consultations import queries
from placet.stages.consultations.actions import moderate_statement
from placet.stages.consultations.ballots.actions import submit_statement
from placet.stages.consultations.ballots.casting import Refusal
from placet.stages.consultations.lineage import lineage_of
from placet.stages.consultations.merging import merge_statement, undo_merge, withdraw_in_favour
from placet.stages.consultations.models import Ballot, Statement, StatementMerge
from placet.stages.mandates.models import Participant, Role
from placet.stages.mandates.permissions import Actor
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking.snapshots import take_snapshot
from tests.stages.pages import ESCAPED, PAYLOAD, is_harmless
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection(n_statements=4)


def submitted(small: SmallReflection, author: Participant | None = None, body: str = "New.") -> Statement:
    return submit_statement(
        small.consultation, author or small.participant(), body=body, language="en", client_key=uuid4()
    )


def state(statement: Statement) -> str:
    return Statement.objects.get(pk=statement.pk).state


def test_a_statement_gives_way_and_comes_back(small: SmallReflection) -> None:
    first, second, *_ = small.statements
    voter = small.participant()
    small.vote(voter, first, 1)
    for _twice in range(2):
        merge_statement(small.secretariat, first, second, reason=" The same. ")
    merge = StatementMerge.objects.get()
    assert (merge.statement, merge.into, merge.reason) == (first, second, "The same.")
    assert state(first) == "merged"
    assert first not in queries.accepted_statements(small.consultation)
    assert small.vote(small.participant(), first, 1).refusal == Refusal.STATEMENT
    assert Ballot.objects.get(statement=first).vote == 1
    assert not Ballot.objects.filter(statement=second).exists()
    assert [undo_merge(small.secretariat, first) for _twice in range(2)] == [True, False]
    assert state(first) == "accepted"
    assert small.vote(voter, first, -1).refusal is None
    entries = AuditEntry.objects.filter(target=first.reference, actor_id=small.secretariat.id)
    assert [(e.action, e.detail["into"]) for e in entries] == [
        ("consultations.merge_statement", second.reference),
        ("consultations.undo_merge", second.reference),
    ]


def test_what_waited_waits_again_once_undone(small: SmallReflection) -> None:
    waiting = submitted(small)
    merge_statement(small.accounts[Role.MODERATOR], waiting, small.statements[0])
    assert state(waiting) == "merged"
    undo_merge(small.accounts[Role.MODERATOR], waiting)
    assert state(waiting) == "submitted"
    merge_statement(small.secretariat, waiting, small.statements[1])
    assert StatementMerge.objects.filter(statement=waiting).count() == 2


@pytest.mark.parametrize("who", [*Role.values, "participant", "stranger", "nobody", "moderator of another"])
def test_only_moderators_of_the_reflection_bring_together(small: SmallReflection, who: str) -> None:
    actor: Actor = NOBODY
    if who == "moderator of another":
        actor = SmallReflection(slug="other", prefix="OTHER").accounts[Role.MODERATOR]
    elif who != "nobody":
        actor = small.accounts[who]
    first, second, third, _ = small.statements
    merge_statement(small.secretariat, third, second)
    for deed in (lambda: merge_statement(actor, first, second), lambda: undo_merge(actor, third)):
        if who in (Role.SECRETARIAT, Role.MODERATOR):
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()
    assert (state(first) == "merged") == (who in (Role.SECRETARIAT, Role.MODERATOR))


def test_there_are_no_circles_and_a_chain_ends_where_people_vote(small: SmallReflection) -> None:
    first, second, third, fourth = small.statements
    merge_statement(small.secretariat, first, second)
    with pytest.raises(ValidationError, match="one already"):
        merge_statement(small.secretariat, second, first)
    with pytest.raises(ValidationError, match="one already"):
        merge_statement(small.secretariat, second, second)
    merge_statement(small.secretariat, second, third)
    merge_statement(small.secretariat, fourth, first)  # which stands for the third by now
    assert StatementMerge.objects.get(statement=fourth).into == third
    for merged in (first, second, fourth):
        merged.refresh_from_db()
        into = lineage_of(merged, "en").into
        assert into is not None
        assert into.reference == third.reference
    merged_into_third = [each.reference for each in lineage_of(third, "en").merged]
    assert merged_into_third == [first.reference, second.reference, fourth.reference]


def test_what_cannot_be_brought_together(small: SmallReflection) -> None:
    first, second, third, fourth = small.statements
    elsewhere = SmallReflection(slug="other", prefix="OTHER").statements[0]
    with pytest.raises(ValidationError, match="another consultation"):
        merge_statement(small.secretariat, first, elsewhere)
    with pytest.raises(ValidationError, match="not open for votes"):
        merge_statement(small.secretariat, first, submitted(small))
    moderate_statement(small.secretariat, second, accept=False, reason="No.")
    with pytest.raises(ValidationError, match="not open for votes"):
        merge_statement(small.secretariat, first, second)
    with pytest.raises(ValidationError, match="waits or is open"):
        merge_statement(small.secretariat, second, first)
    merge_statement(small.secretariat, first, third)
    with pytest.raises(ValidationError, match="waits or is open"):
        merge_statement(small.secretariat, first, fourth)  # another moderator was first
    with pytest.raises(ValidationError, match="Undo that first"):
        moderate_statement(small.secretariat, first, accept=True)
    assert StatementMerge.objects.count() == 1


def test_an_undone_merge_is_never_changed(small: SmallReflection) -> None:
    merge_statement(small.secretariat, small.statements[0], small.statements[1])
    undo_merge(small.secretariat, small.statements[0])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StatementMerge.objects.update(reason="Otherwise.")


def test_an_analysis_leaves_out_what_gave_way(small: SmallReflection) -> None:
    first, second, *_ = small.statements
    small.vote(small.participant(), first, 1)
    merge_statement(small.secretariat, first, second)
    entries = {each.id: each for each in take_snapshot(small.consultation, 1).statements}
    assert (entries[first.reference].moderated, entries[first.reference].text) == (-1, "")
    assert entries[second.reference].moderated == 1


def test_an_author_withdraws_in_favour_while_it_waits(small: SmallReflection) -> None:
    author = small.participant()
    own = submitted(small, author)
    with pytest.raises(PermissionDenied):
        withdraw_in_favour(small.participant(), own, small.statements[0])
    with pytest.raises(PermissionDenied):
        withdraw_in_favour(author, small.statements[1], small.statements[0])  # the secretariat's
    for _twice in range(2):
        withdraw_in_favour(author, own, small.statements[0])
    assert state(own) == "withdrawn"  # nobody has read it: nobody is shown it
    assert StatementMerge.objects.get().merged_by is None
    assert AuditEntry.objects.get(action="consultations.withdraw_in_favour").actor_id is None
    assert lineage_of(small.statements[0], "en").merged == []
    assert undo_merge(small.secretariat, own) is False
    accepted = submitted(small, author)
    moderate_statement(small.secretariat, accepted, accept=True)
    with pytest.raises(ValidationError, match="decided"):
        withdraw_in_favour(author, accepted, small.statements[0])


@pytest.mark.parametrize(("language", "words"), [("en", "Brought together with"), ("fr", "Rapproché")])
def test_both_pages_say_so(client: Client, small: SmallReflection, language: str, words: str) -> None:
    waiting = submitted(small, body=PAYLOAD)
    merge_statement(small.secretariat, waiting, small.statements[0])
    with override(language):
        merged = client.get(reverse("portal:statement", args=[waiting.reference]))
        target_address = reverse("portal:statement", args=[small.statements[0].reference])
    assert merged.status_code == 200
    assert words in merged.content.decode()
    assert f'href="{target_address}"' in merged.content.decode()
    target = client.get(target_address)
    assert ESCAPED in target.content.decode()
    assert is_harmless(merged)
    assert is_harmless(target)
    moderate_statement(small.secretariat, small.statements[0], accept=False, reason="No.")
    assert target_address not in client.get(merged.wsgi_request.path).content.decode()


def test_a_moderator_brings_together_on_the_page_and_undoes(client: Client, small: SmallReflection) -> None:
    client.force_login(small.accounts[Role.MODERATOR])
    waiting = submitted(small)
    address = reverse("consultations:merge", args=[waiting.reference])
    for typed in ("", "NO-SUCH", SmallReflection(slug="o", prefix="OTHER").statements[0].reference):
        refused = client.post(address, {"into": typed})
        assert refused.status_code == 422
        assert refused.context["card"].merge_form.errors["into"]
    reference = small.statements[0].reference
    fragment = client.post(address, {"into": reference.lower(), "why": "Same."}, headers=HTMX)
    assert "Give it back its own place" in fragment.content.decode()
    assert reference in fragment.content.decode()
    listed = client.get(
        reverse("consultations:manage-statements", args=[small.consultation.reference]), {"state": "merged"}
    )
    assert waiting.reference in listed.content.decode()
    answer = client.post(reverse("consultations:undo-merge", args=[waiting.reference]))
    assert answer["Location"] == reverse("consultations:manage-statement", args=[waiting.reference])
    assert state(waiting) == "submitted"


def test_an_author_withdraws_on_the_page(client: Client, small: SmallReflection) -> None:
    page = reverse("consultations:own-statements", args=[small.consultation.reference])
    withdraw = reverse("consultations:withdraw", args=[small.consultation.reference])
    client.force_login(small.accounts["participant"])
    own = submitted(small, small.linked_participant())
    other = submitted(small)
    into = small.statements[0].reference
    assert client.post(withdraw, {"statement": other.reference, "into": into}).status_code == 404
    assert client.post(withdraw, {"statement": own.reference, "into": other.reference}).status_code == 422
    assert client.post(withdraw, {"statement": own.reference, "into": into})["Location"] == page
    assert "It gave way to" in client.get(page).content.decode()
    assert Client().post(withdraw, {"statement": own.reference, "into": into}).status_code == 404


@pytest.mark.parametrize("name", ["own-statements", "manage-statements"])
def test_the_number_of_queries_does_not_grow(client: Client, small: SmallReflection, name: str) -> None:
    client.force_login(small.secretariat)
    author = small.linked_participant()
    if name == "own-statements":
        client.force_login(small.accounts["participant"])
    address = reverse(f"consultations:{name}", args=[small.consultation.reference])
    counts = []
    for _round in range(2):
        for _more in range(3):
            merge_statement(small.secretariat, submitted(small, author), small.statements[0])
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]

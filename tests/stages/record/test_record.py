"""The audit record: written with the deed, never changed."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from placet.stages.record.actions import record
from placet.stages.record.models import AuditEntry
from placet.stages.record.queries import entries_of


@pytest.mark.django_db
def test_an_entry_stands_or_falls_with_its_deed() -> None:
    scope = uuid4()
    with transaction.atomic():
        record("mandates.try", target="x", actor_id=None, scope_id=scope)
        transaction.set_rollback(True)  # as when the deed fails
    assert not entries_of(scope).exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction of its deed"):
        record("mandates.try", target="x", actor_id=None)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_the_database_refuses_to_change_an_entry() -> None:
    entry = record("mandates.try", target="x", actor_id=None, reason="as it was")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(action="mandates.nothing")
    entry.refresh_from_db()
    assert (entry.action, entry.detail) == ("mandates.try", {"reason": "as it was"})

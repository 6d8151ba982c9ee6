"""Writing the audit record: called by every action, inside the transaction of what it records."""

from uuid import UUID

from django.db import connection
from django.utils import timezone

from placet.stages.record.models import AuditEntry, HandledRequest


def record(
    action: str,
    *,
    target: str,
    actor_id: UUID | None,
    scope_id: UUID | None = None,
    **detail: str | int | bool | list[str] | None,
) -> AuditEntry:
    """Write one audit entry, in the transaction of the deed.

    Parameters
    ----------
    action : str
        Stage and verb, ``"consultations.open_consultation"``.
    target : str
        Public reference or identifier of the item acted on.
    actor_id : UUID or None
        The account; None where the system itself acted.
    scope_id : UUID or None
        The reflection.
    **detail
        What else a reader needs to understand the deed. Never personal data.

    Raises
    ------
    RuntimeError
        Outside a transaction: a deed and its entry must stand or fall together.
    """
    _require_transaction(action)
    return AuditEntry.objects.create(
        action=action, target=target, actor_id=actor_id, scope_id=scope_id, detail=detail
    )


def record_without_actor(
    action: str, *, target: str, scope_id: UUID | None = None, **detail: str | int | bool | list[str] | None
) -> AuditEntry:
    """Write the audit entry of a deed under the Chatham House Rule: no actor, the day instead of the moment.

    Who did what would tell who said what, and so would the moment, beside a log or a list of who came when.
    The rest is as with :func:`record`.
    """
    _require_transaction(action)
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return AuditEntry.objects.create(
        recorded_at=today, action=action, target=target, scope_id=scope_id, detail=detail
    )


def first_time(key: UUID) -> bool:
    """Whether a request is here for the first time; its key is kept, in the transaction of what it asks for.

    Two at the same moment: the second one waits for the first, and is told no.

    Raises
    ------
    RuntimeError
        Outside a transaction: the key and the deed must stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a request is marked as handled in the transaction of its deed")
    return HandledRequest.objects.get_or_create(key=key)[1]


def _require_transaction(action: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError(f"{action}: an audit entry is written in the transaction of its deed")

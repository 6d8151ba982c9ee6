"""Reading the audit record."""

from uuid import UUID

from django.db.models import QuerySet

from placet.stages.record.models import AuditEntry


def entries_of(scope_id: UUID) -> QuerySet[AuditEntry]:
    """All entries of a reflection, oldest first."""
    return AuditEntry.objects.filter(scope_id=scope_id)

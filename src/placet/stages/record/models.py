"""Audit entries: who did what to which item, written in the transaction of the deed itself.

This stage stands before all others, so it points to none of them: actors, scopes and targets are
identifiers, not foreign keys, and outlive the rows they name.
"""

from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    """One deed. Append-only: the database refuses to change an entry (see the migrations)."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=80)
    actor_id = models.UUIDField(null=True, help_text="Account; empty where the system itself acted.")
    scope_id = models.UUIDField(null=True, db_index=True, help_text="Reflection, where there is one.")
    target = models.CharField(max_length=80, help_text="Public reference or identifier of the item.")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("target", "id"), name="audit_target"),)

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M} {self.action} {self.target}"


class HandledRequest(models.Model):
    """The key of a request that has been carried out: sent again, it has no second effect."""

    key = models.UUIDField(primary_key=True)
    handled_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.key)

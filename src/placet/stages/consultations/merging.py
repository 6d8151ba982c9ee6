"""Bringing statements together that say the same: never by a machine, with lineage kept, and undone.

Ballots stay where they were cast: somebody who agreed to one wording has not agreed to another.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.consultations.lineage import live_merges, target_of
from placet.stages.consultations.models import Consultation, Statement, StatementMerge
from placet.stages.consultations.queries import MODERATING_ROLES, require_open
from placet.stages.mandates.models import Participant
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record

MERGEABLE_STATES = (Statement.State.SUBMITTED, Statement.State.ACCEPTED)


@transaction.atomic
def merge_statement(
    actor: Actor, statement: Statement, into: Statement, *, reason: str = ""
) -> StatementMerge:
    """Bring a statement together with one that says the same: the other one alone is voted on from now on.

    Asked twice for the same, it does nothing the second time. Where ``into`` has given way to another one
    itself, that one is meant.

    Raises
    ------
    PermissionDenied
        To all but moderators and the secretariat.
    ValidationError
        Where the two are of different consultations or one already, the statement was rejected or withdrawn
        or brought together with a third one (code ``decided``), or the other one is not open for votes.
    """
    account = require_role(actor, statement.consultation.priority.reflection, *MODERATING_ROLES)
    current, target = _locked_pair(statement, into)
    existing = StatementMerge.objects.filter(statement=current, undone_at=None).first()
    if existing and target.pk == target_of(existing.into_id, live_merges([current.consultation_id])):
        return existing
    _check(current, target)
    merge = _write(current, target, Statement.State.MERGED, account, reason.strip())
    statement.refresh_from_db()
    return merge


@transaction.atomic
def undo_merge(actor: Actor, statement: Statement) -> bool:
    """Give a statement back its own place, in the state that it had before.

    Returns
    -------
    bool
        Whether there was anything to undo.
    """
    account = require_role(actor, statement.consultation.priority.reflection, *MODERATING_ROLES)
    _lock(statement.consultation_id)
    current = Statement.objects.select_for_update().get(pk=statement.pk)
    merge = StatementMerge.objects.filter(statement=current, undone_at=None).first()
    if merge is None or current.state != Statement.State.MERGED:
        return False
    now = timezone.now()
    merge.undone_at, merge.undone_by = now, account
    merge.save(update_fields=["undone_at", "undone_by"])
    current.state = merge.state_before
    current.moderated_by, current.moderated_at = account, now
    current.save(update_fields=["state", "moderated_by", "moderated_at"])
    statement.refresh_from_db()
    _record("undo_merge", current, merge.into.reference, account)
    return True


@transaction.atomic
def withdraw_in_favour(participant: Participant, statement: Statement, into: Statement) -> StatementMerge:
    """Take back one's own statement, while it waits for a moderator, because another one says the same.

    Nobody has read it yet, so it is shown to nobody: it counts as withdrawn.

    Raises
    ------
    PermissionDenied
        To all but its author.
    ValidationError
        Where it no longer waits, the consultation is not open, or the other one is not open for votes there.
    """
    if statement.author_id is None or statement.author_id != participant.pk:
        raise PermissionDenied(_("This is not your statement."))
    current, target = _locked_pair(statement, into)
    existing = StatementMerge.objects.filter(statement=current, undone_at=None).first()
    if existing and existing.into_id == target.pk:
        return existing
    require_open(current.consultation, timezone.now())
    if current.state != Statement.State.SUBMITTED:
        raise ValidationError(_("A moderator has decided on this statement already."), code="decided")
    _check(current, target)
    merge = _write(current, target, Statement.State.WITHDRAWN, None, "")
    statement.refresh_from_db()
    return merge


def _lock(consultation_id: UUID) -> None:
    """Ballots and other merges of the consultation come before or after this one, never in between."""
    Consultation.objects.select_for_update().get(pk=consultation_id)


def _locked_pair(statement: Statement, into: Statement) -> tuple[Statement, Statement]:
    """Both as they stand, under their locks; the second one as what it has given way to, if anything."""
    if into.consultation_id != statement.consultation_id:
        raise ValidationError({"into": _("That statement is of another consultation.")})
    _lock(statement.consultation_id)
    target_id = target_of(into.pk, live_merges([statement.consultation_id]))
    found = Statement.objects.select_for_update().order_by("pk").in_bulk([statement.pk, target_id])
    return found[statement.pk], found[target_id]


def _check(current: Statement, target: Statement) -> None:
    if current.pk == target.pk:
        raise ValidationError({"into": _("These two are one already.")})
    if current.state not in MERGEABLE_STATES:
        raise ValidationError(
            _("Only a statement that waits or is open for votes is brought together with another."),
            code="decided",
        )
    if target.state != Statement.State.ACCEPTED:
        raise ValidationError({"into": _("That statement is not open for votes.")})


def _write(
    current: Statement, target: Statement, state: Statement.State, account: Account | None, reason: str
) -> StatementMerge:
    now = timezone.now()
    merge = StatementMerge.objects.create(
        statement=current,
        into=target,
        state_before=current.state,
        reason=reason,
        merged_by=account,
        merged_at=now,
    )
    current.state = state
    current.moderated_by, current.moderated_at = account, now
    current.save(update_fields=["state", "moderated_by", "moderated_at"])
    verb = "withdraw_in_favour" if account is None else "merge_statement"
    _record(verb, current, target.reference, account, reason=reason)
    return merge


def _record(verb: str, statement: Statement, into: str, account: Account | None, **detail: str) -> None:
    record(
        f"consultations.{verb}",
        target=statement.reference,
        actor_id=account.id if account else None,  # an author is a pseudonym
        scope_id=statement.consultation.priority.reflection_id,
        into=into,
        **detail,
    )

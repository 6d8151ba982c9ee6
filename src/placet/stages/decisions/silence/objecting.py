"""Breaking the silence: by one delegate’s signature, or by a letter that reached the secretariat in time."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from placet.stages.decisions.models import SilenceEvent, SilenceProcedure
from placet.stages.decisions.permissions import require_secretariat
from placet.stages.decisions.putting import give_back
from placet.stages.decisions.silence.database_clock import database_now
from placet.stages.decisions.silence.recording import note
from placet.stages.decisions.silence.settling import close, locked, settle_locked
from placet.stages.decisions.wording import said
from placet.stages.mandates.models import Member
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.permissions import require_delegate

Bodies = Mapping[str, str]
Kind = SilenceEvent.Kind
State = SilenceProcedure.State


@transaction.atomic
def break_silence(
    actor: Actor, procedure: SilenceProcedure, reason: Bodies, *, now: datetime | None = None
) -> SilenceEvent:
    """Object for one's member; one signature is enough, whatever the rules ask for at meetings.

    In time if and only if the clock of the database, read under the lock of the procedure, is before the
    deadline. Of the same member again, the first objection is the answer.

    Returns
    -------
    SilenceEvent
        Its kind says what became of it: the silence is broken, or the objection came too late. The latter is
        on record, too; the text stays adopted.

    Raises
    ------
    PermissionDenied
        To all but accredited delegates of members.
    ValidationError
        Where no reason is given, or the procedure has ended otherwise than by its deadline.
    """
    account, member = require_delegate(actor, procedure.reflection)
    return _object(account, member, procedure, reason, received_at=None, now=now)


@transaction.atomic
def record_written_objection(
    actor: Actor,
    procedure: SilenceProcedure,
    member: Member,
    reason: Bodies,
    *,
    received_at: datetime,
    now: datetime | None = None,
) -> SilenceEvent:
    """Record an objection that reached the secretariat by other means, at a moment before the deadline.

    It counts only where it is recorded while the procedure still runs: nothing waits for it, and a decision
    that is written down is never taken back. Recorded later, it is on record as too late.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it was received at the deadline or after it, before the procedure began, or in the future; where
        the member is of another reflection; and as with :func:`break_silence`.
    """
    account = require_secretariat(actor, procedure.reflection)
    if member.reflection_id != procedure.reflection_id:
        raise ValidationError({"member": _("Choose a member of this reflection.")})
    return _object(account, member, procedure, reason, received_at=received_at, now=now)


def _object(
    account: Account,
    member: Member,
    procedure: SilenceProcedure,
    reason: Bodies,
    *,
    received_at: datetime | None,
    now: datetime | None,
) -> SilenceEvent:
    current = locked(procedure)
    moment = now or database_now()  # under the lock: this is what decides
    settle_locked(current, moment)
    if received_at is not None:
        _check_received(current, received_at, moment)
    if current.state == State.BROKEN:
        return _earlier_break(current, member)
    if current.state == State.CANCELLED:
        raise ValidationError(
            _("This silence procedure was cancelled: there is nothing to object to any more.")
        )
    is_late = current.state == State.ADOPTED
    if not is_late:
        close(current, State.BROKEN, moment)
    event = note(
        current,
        Kind.TOO_LATE if is_late else Kind.BROKEN,
        moment,
        account=account,
        member=member,
        reason=said(current.reflection, account, reason, field="reason"),
        received_at=received_at,
    )
    if not is_late:
        give_back(account, current.text, reason=f"silence broken in {current.reference}")
    procedure.refresh_from_db()
    return event


def _earlier_break(current: SilenceProcedure, member: Member) -> SilenceEvent:
    """The objection that broke the silence, where it is of the same member."""
    event = SilenceEvent.objects.get(procedure=current, kind=Kind.BROKEN)
    if event.member_id != member.pk:
        raise ValidationError(_("The silence is broken already: the text is not adopted by this procedure."))
    return event


def _check_received(current: SilenceProcedure, received_at: datetime, now: datetime) -> None:
    if received_at > now:
        raise ValidationError({"received": _("This moment is still to come.")})
    if received_at < current.opened_at:
        raise ValidationError({"received": _("At this moment the procedure had not begun yet.")})
    if received_at >= current.deadline_at and current.state != State.SUSPENDED:
        raise ValidationError(
            {"received": _("It was received at the deadline or after it: it does not break the silence.")}
        )

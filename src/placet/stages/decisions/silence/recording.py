"""What each step of a procedure leaves behind: an event, an audit entry, a message to the delegations."""

from datetime import datetime

from placet.stages.decisions.models import Outage, SilenceEvent, SilenceProcedure
from placet.stages.decisions.silence.letters import tell
from placet.stages.mandates.models import Member
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.models import Text

Kind = SilenceEvent.Kind
_VERBS = {
    Kind.OPENED: "open_silence",
    Kind.REMINDED: "remind_of_silence",
    Kind.EXTENDED: "extend_silence",
    Kind.OUTAGE: "extend_after_outage",
    Kind.SUSPENDED: "suspend_silence",
    Kind.RESUMED: "resume_silence",
    Kind.BROKEN: "break_silence",
    Kind.TOO_LATE: "object_too_late",
    Kind.ADOPTED: "adopt_by_silence",
    Kind.CANCELLED: "cancel_silence",
}


def note(
    procedure: SilenceProcedure,
    kind: SilenceEvent.Kind,
    now: datetime,
    *,
    account: Account | None = None,
    member: Member | None = None,
    reason: Text | None = None,
    received_at: datetime | None = None,
    hours_before: int | None = None,
    outage: Outage | None = None,
    is_told: bool = True,
) -> SilenceEvent:
    """Write one event of a locked procedure down, in the transaction of what happened.

    Parameters
    ----------
    account : Account or None
        Who did it; None where the platform itself did.
    is_told : bool
        Whether the delegations get a message of it.
    """
    event = SilenceEvent.objects.create(
        procedure=procedure,
        kind=kind,
        happened_at=now,
        account=account,
        member=member,
        reason=reason,
        deadline_at=procedure.deadline_at,
        received_at=received_at,
        hours_before=hours_before,
        outage=outage,
    )
    record(
        f"decisions.{_VERBS[kind]}",
        target=procedure.reference,
        actor_id=account.id if account else None,
        scope_id=procedure.reflection_id,
        deadline=procedure.deadline_at.isoformat(),
        **({"member": member.code} if member else {}),
    )
    if is_told:
        tell(procedure, event)
    return event

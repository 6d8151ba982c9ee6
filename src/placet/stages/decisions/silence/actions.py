"""Silence procedures: opened by the secretariat, and changed by it while they run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placet.stages.decisions.models import SilenceEvent, SilenceProcedure
from placet.stages.decisions.permissions import members_without_delegate, require_secretariat, rules_of
from placet.stages.decisions.putting import check_free, give_back
from placet.stages.decisions.silence.database_clock import database_now
from placet.stages.decisions.silence.objecting import break_silence, record_written_objection
from placet.stages.decisions.silence.recording import note
from placet.stages.decisions.silence.settling import close, locked, settle_locked
from placet.stages.decisions.wording import said
from placet.stages.dialogues.setting_up.local_times import local_time, moment_of
from placet.stages.mandates import references
from placet.stages.mandates.models import Member, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.time_zones import known_time_zones
from placet.stages.proposals.freezing import freeze_proposal
from placet.stages.proposals.models import Proposal

__all__ = [
    "NewSilence",
    "break_silence",
    "cancel_silence",
    "extend_silence",
    "open_silence",
    "record_written_objection",
    "resume_silence",
    "suspend_silence",
]
Bodies = Mapping[str, str]
Kind = SilenceEvent.Kind
State = SilenceProcedure.State
REMINDERS_AT_MOST = 5
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewSilence:
    """What a procedure is opened with: its deadline, the time zone that it is stated in, and reminders."""

    deadline_at: datetime
    time_zone: str
    remind_hours_before: Sequence[int] = (24,)
    is_simulated: bool = False


@transaction.atomic
def open_silence(
    actor: Actor, proposal: Proposal, new: NewSilence, *, now: datetime | None = None
) -> SilenceProcedure:
    """Put a proposal to the members as a frozen text: adopted at the deadline unless one objects before.

    Every delegation is told.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the proposal cannot be frozen or is put to the members already; where a member has no delegate,
        who could not object; where the deadline is too near, or at an hour that the clocks of its time zone
        show twice.
    """
    reflection = proposal.priority.reflection
    account = require_secretariat(actor, reflection)
    text = freeze_proposal(actor, proposal, now=now)
    check_free(text)
    moment = now or database_now()
    _check_members(reflection)
    _check_new(reflection, new, moment)
    procedure = SilenceProcedure.objects.create(
        reflection=reflection,
        text=text,
        reference=next(references.take_references(reflection, references.SILENCE)),
        opened_at=moment,
        deadline_at=new.deadline_at,
        time_zone=new.time_zone,
        outage_allowance_minutes=rules_of(reflection).outage_allowance_minutes,
        remind_hours_before=sorted(set(new.remind_hours_before), reverse=True),
        opened_by=account,
        is_simulated=reflection.is_simulated or new.is_simulated,
    )
    note(procedure, Kind.OPENED, moment, account=account)
    return procedure


@transaction.atomic
def extend_silence(
    actor: Actor,
    procedure: SilenceProcedure,
    *,
    deadline_at: datetime,
    reason: Bodies,
    now: datetime | None = None,
) -> None:
    """Set a later deadline, while the procedure runs. The same deadline again changes nothing.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it does not run, the deadline is not later, or no reason is given.
    """
    account = require_secretariat(actor, procedure.reflection)
    current, moment = _settled(procedure, now)
    _require_state(current, State.RUNNING)
    if deadline_at == current.deadline_at:
        _show(procedure, current)
        return
    if deadline_at < current.deadline_at:
        raise ValidationError({"deadline": _("A deadline only moves to a later moment.")})
    _check_hour(deadline_at, current.time_zone)
    _check_length(deadline_at, moment)
    current.deadline_at = deadline_at
    current.save(update_fields=["deadline_at"])
    words = said(current.reflection, account, reason, field="reason")
    note(current, Kind.EXTENDED, moment, account=account, reason=words)
    _show(procedure, current)


@transaction.atomic
def suspend_silence(
    actor: Actor, procedure: SilenceProcedure, *, reason: Bodies, now: datetime | None = None
) -> None:
    """Let no time run until the procedure is resumed. Asked twice, it changes nothing.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it has ended, or no reason is given.
    """
    account = require_secretariat(actor, procedure.reflection)
    current, moment = _settled(procedure, now)
    if current.state != State.SUSPENDED:
        _require_state(current, State.RUNNING)
        current.state = State.SUSPENDED
        current.left_seconds = ceil((current.deadline_at - moment).total_seconds())
        current.save(update_fields=["state", "left_seconds"])
        words = said(current.reflection, account, reason, field="reason")
        note(current, Kind.SUSPENDED, moment, account=account, reason=words)
    _show(procedure, current)


@transaction.atomic
def resume_silence(
    actor: Actor, procedure: SilenceProcedure, *, reason: Bodies, now: datetime | None = None
) -> None:
    """Let time run again: what was left is left. Asked twice, it changes nothing.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it has ended, or no reason is given.
    """
    account = require_secretariat(actor, procedure.reflection)
    current, moment = _settled(procedure, now)
    if current.state != State.RUNNING:
        _require_state(current, State.SUSPENDED)
        current.deadline_at = moment + timedelta(seconds=current.left_seconds or 0)
        current.state, current.left_seconds = State.RUNNING, None
        current.save(update_fields=["state", "left_seconds", "deadline_at"])
        words = said(current.reflection, account, reason, field="reason")
        note(current, Kind.RESUMED, moment, account=account, reason=words)
    _show(procedure, current)


@transaction.atomic
def cancel_silence(
    actor: Actor, procedure: SilenceProcedure, *, reason: Bodies, now: datetime | None = None
) -> None:
    """End a procedure without a decision; its proposal is open to amendments again. Repeatable.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it has ended otherwise, or no reason is given.
    """
    account = require_secretariat(actor, procedure.reflection)
    current, moment = _settled(procedure, now)
    if current.state != State.CANCELLED:
        _require_state(current, State.RUNNING, State.SUSPENDED)
        close(current, State.CANCELLED, moment)
        words = said(current.reflection, account, reason, field="reason")
        note(current, Kind.CANCELLED, moment, account=account, reason=words)
        give_back(account, current.text, reason=f"silence procedure {current.reference} cancelled")
    _show(procedure, current)


def _settled(procedure: SilenceProcedure, now: datetime | None) -> tuple[SilenceProcedure, datetime]:
    """The procedure under its lock, brought up to date, and the moment by which that was done."""
    current = locked(procedure)
    moment = now or database_now()
    settle_locked(current, moment)
    return current, moment


def _require_state(current: SilenceProcedure, *states: SilenceProcedure.State) -> None:
    if current.state not in states:
        raise ValidationError(
            _("That cannot be done any more. How it stands with this procedure: %(state)s."),
            params={"state": current.get_state_display()},
        )


def _show(procedure: SilenceProcedure, current: SilenceProcedure) -> None:
    """Bring the caller's object up to date."""
    for name in ("state", "deadline_at", "left_seconds", "ended_at"):
        setattr(procedure, name, getattr(current, name))


def _check_members(reflection: Reflection) -> None:
    if not Member.objects.filter(reflection=reflection).exists():
        raise ValidationError(_("This reflection has no members yet: nobody could object."))
    if codes := members_without_delegate(reflection):
        raise ValidationError(
            _(
                "No delegate is accredited who could object for: %(codes)s. Accredit one for each member "
                "first."
            ),
            params={"codes": ", ".join(codes)},
        )


def _check_new(reflection: Reflection, new: NewSilence, now: datetime) -> None:
    if new.time_zone not in known_time_zones():
        raise ValidationError({"time_zone": _("Choose a time zone of the list.")})
    _check_hour(new.deadline_at, new.time_zone)
    hours = rules_of(reflection).least_silence_hours
    if new.deadline_at < now + timedelta(hours=hours):
        raise ValidationError(
            {
                "deadline": ngettext(
                    "By the rules of this reflection the deadline is at least %(hours)d hour away.",
                    "By the rules of this reflection the deadline is at least %(hours)d hours away.",
                    hours,
                )
                % {"hours": hours}
            }
        )
    _check_length(new.deadline_at, now)
    if len(set(new.remind_hours_before)) > REMINDERS_AT_MOST or any(
        not 1 <= each <= LONGEST.days * 24 for each in new.remind_hours_before
    ):
        raise ValidationError(
            {"reminders": _("At most five reminders, each a number of hours of at least 1.")}
        )


def _check_hour(deadline_at: datetime, zone: str) -> None:
    """Refuse a deadline that clocks in its time zone show twice: nobody could tell which one is meant."""
    try:
        moment_of(local_time(deadline_at, zone), zone)
    except ValidationError as refusal:
        raise ValidationError({"deadline": refusal.messages}) from None


def _check_length(deadline_at: datetime, now: datetime) -> None:
    if deadline_at > now + LONGEST:
        raise ValidationError({"deadline": _("A silence procedure takes a year at most.")})

"""Meetings: planned, with an agenda of frozen texts, opened and closed; and the rules of deciding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.decisions.models import AgendaItem, Decision, DecisionRules, Meeting
from placet.stages.decisions.permissions import require_secretariat, rules_of
from placet.stages.decisions.putting import check_free, give_back
from placet.stages.dialogues.setting_up.wording import check_written, revised, written
from placet.stages.mandates import references
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.time_zones import known_time_zones
from placet.stages.people.models import Account
from placet.stages.proposals.freezing import freeze_proposal
from placet.stages.proposals.models import Proposal
from placet.stages.record.actions import record
from placet.stages.texts.actions import revise_text

Bodies = Mapping[str, str]
LONGEST_ALLOWANCE_MINUTES = 7 * 24 * 60
LONGEST_LEAST_HOURS = 90 * 24


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """What is said of a meeting."""

    title: Bodies
    starts_at: datetime
    time_zone: str
    place: Bodies | None = None
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class NewRules:
    """The rules that a reflection decides by."""

    needs_second_delegate: bool
    outage_allowance_minutes: int
    least_silence_hours: int


@transaction.atomic
def plan_meeting(actor: Actor, reflection: Reflection, new: NewMeeting) -> Meeting:
    """Plan a meeting; everybody sees it.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it has no title in the working language, or an unknown time zone.
    """
    account = require_secretariat(actor, reflection)
    _check_meeting(reflection, new)
    meeting = Meeting.objects.create(
        reflection=reflection,
        reference=next(references.take_references(reflection, references.MEETING)),
        title=written(reflection, account, new.title),
        place=revised(reflection, account, None, new.place),
        starts_at=new.starts_at,
        time_zone=new.time_zone,
        is_simulated=reflection.is_simulated or new.is_simulated,
        created_by=account,
    )
    _record("plan_meeting", meeting, account)
    return meeting


@transaction.atomic
def change_meeting(actor: Actor, meeting: Meeting, new: NewMeeting) -> None:
    """Change what is said of a meeting that is not closed.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        As with :func:`plan_meeting`, and where it is closed.
    """
    account = require_secretariat(actor, meeting.reflection)
    _check_meeting(meeting.reflection, new)
    current = locked_meeting(meeting)
    if current.state == Meeting.State.CLOSED:
        raise ValidationError(_("A closed meeting stays as it was."))
    revise_text(current.title, new.title, author_id=account.id)
    current.place = revised(meeting.reflection, account, current.place, new.place)  # type: ignore[assignment]  # may be null
    current.starts_at, current.time_zone = new.starts_at, new.time_zone
    current.save(update_fields=["place", "starts_at", "time_zone"])
    meeting.refresh_from_db()
    _record("change_meeting", current, account)


@transaction.atomic
def put_on_agenda(actor: Actor, meeting: Meeting, proposal: Proposal) -> AgendaItem:
    """Put a proposal on the agenda, after the others: as a frozen text. Asked twice, it is there once.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the meeting is closed, the proposal is of another reflection, cannot be frozen, or is put to
        the members elsewhere.
    """
    account = require_secretariat(actor, meeting.reflection)
    current = locked_meeting(meeting)
    if current.state == Meeting.State.CLOSED:
        raise ValidationError(_("This meeting is closed: put the proposal on the agenda of another one."))
    if proposal.priority.reflection_id != meeting.reflection_id:
        raise ValidationError(_("Choose a proposal of this reflection."))
    text = freeze_proposal(actor, proposal)
    there = AgendaItem.objects.filter(meeting=current, text=text, taken_off_at=None).first()
    if there is not None:
        return there
    check_free(text)
    last = AgendaItem.objects.filter(meeting=current).order_by("-position").first()
    item = AgendaItem.objects.create(meeting=current, text=text, position=last.position + 1 if last else 1)
    _record("put_on_agenda", current, account, proposal=proposal.reference, digest=text.digest)
    return item


@transaction.atomic
def take_off_agenda(actor: Actor, item: AgendaItem) -> None:
    """Take a text off the agenda: its proposal is open to amendments again. The positions stay on record.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the text was adopted, or the meeting is closed.
    """
    account = require_secretariat(actor, item.meeting.reflection)
    meeting = locked_meeting(item.meeting)
    current = AgendaItem.objects.select_related("text__proposal").get(pk=item.pk)
    if current.taken_off_at is not None:
        return
    if Decision.objects.filter(text=current.text).exists():
        raise ValidationError(_("This text was adopted: it stays on the agenda."))
    if meeting.state == Meeting.State.CLOSED:
        raise ValidationError(_("A closed meeting stays as it was."))
    current.taken_off_at = timezone.now()
    current.save(update_fields=["taken_off_at"])
    item.taken_off_at = current.taken_off_at
    give_back(account, current.text, reason=f"off the agenda of {meeting.reference}")
    _record("take_off_agenda", meeting, account, proposal=current.text.proposal.reference)


@transaction.atomic
def open_meeting(actor: Actor, meeting: Meeting, *, now: datetime | None = None) -> None:
    """Say that the meeting has begun: from now on texts can be adopted. Asked twice, it changes nothing.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it is closed.
    """
    account = require_secretariat(actor, meeting.reflection)
    current = locked_meeting(meeting)
    if current.state == Meeting.State.CLOSED:
        raise ValidationError(_("This meeting is closed: plan another one."))
    if current.state == Meeting.State.PLANNED:
        current.state, current.opened_at = Meeting.State.OPEN, now or timezone.now()
        current.save(update_fields=["state", "opened_at"])
        _record("open_meeting", current, account)
    meeting.refresh_from_db()


@transaction.atomic
def close_meeting(actor: Actor, meeting: Meeting, *, now: datetime | None = None) -> None:
    """End the meeting: what was not adopted is open to amendments again. Asked twice, it changes nothing.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it was not opened.
    """
    account = require_secretariat(actor, meeting.reflection)
    current = locked_meeting(meeting)
    if current.state == Meeting.State.PLANNED:
        raise ValidationError(_("This meeting was not opened yet."))
    if current.state == Meeting.State.OPEN:
        current.state, current.closed_at = Meeting.State.CLOSED, now or timezone.now()
        current.save(update_fields=["state", "closed_at"])
        left = AgendaItem.objects.filter(meeting=current, taken_off_at=None).exclude(
            text__in=Decision.objects.filter(meeting=current).values("text")
        )
        for item in left.select_related("text__proposal"):
            give_back(account, item.text, reason=f"not adopted at {current.reference}")
        _record("close_meeting", current, account)
    meeting.refresh_from_db()


@transaction.atomic
def set_rules(actor: Actor, reflection: Reflection, new: NewRules) -> DecisionRules:
    """Set the rules that a reflection decides by. Procedures that run keep those of their opening.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where a number is out of its range, or the rule of the second delegate would change while texts are
        on an agenda.
    """
    account = require_secretariat(actor, reflection)
    _check_rules(new)
    Reflection.objects.select_for_update().get(pk=reflection.pk)  # two secretaries, one row
    if new.needs_second_delegate != rules_of(reflection).needs_second_delegate:
        waiting = AgendaItem.objects.filter(meeting__reflection=reflection, taken_off_at=None)
        if waiting.exclude(meeting__state=Meeting.State.CLOSED).exists():
            raise ValidationError(
                {
                    "needs_second_delegate": _(
                        "Texts are on the agenda of a meeting: what counts as a position stays until it is "
                        "closed."
                    )
                }
            )
    rules, _is_new = DecisionRules.objects.update_or_create(
        reflection=reflection,
        defaults={
            "needs_second_delegate": new.needs_second_delegate,
            "outage_allowance_minutes": new.outage_allowance_minutes,
            "least_silence_hours": new.least_silence_hours,
        },
    )
    record(
        "decisions.set_rules",
        target=reflection.slug,
        actor_id=account.id,
        scope_id=reflection.id,
        needs_second_delegate=new.needs_second_delegate,
        outage_allowance_minutes=new.outage_allowance_minutes,
        least_silence_hours=new.least_silence_hours,
    )
    return rules


def locked_meeting(meeting: Meeting) -> Meeting:
    """The meeting read anew under its lock: positions and adoptions come one after the other."""
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("reflection", "title", "place")
    return rows.get(pk=meeting.pk)


def _check_meeting(reflection: Reflection, new: NewMeeting) -> None:
    check_written(reflection, new.title, "title")
    if new.time_zone not in known_time_zones():
        raise ValidationError({"time_zone": _("Choose a time zone of the list.")})


def _check_rules(new: NewRules) -> None:
    if not 0 <= new.outage_allowance_minutes <= LONGEST_ALLOWANCE_MINUTES:
        raise ValidationError(
            {"outage_allowance_minutes": _("Give minutes, from none to those of a week (10,080).")}
        )
    if not 1 <= new.least_silence_hours <= LONGEST_LEAST_HOURS:
        raise ValidationError({"least_silence_hours": _("Give hours, from 1 to those of 90 days (2,160).")})


def _record(verb: str, meeting: Meeting, account: Account, **detail: str) -> None:
    record(
        f"decisions.{verb}",
        target=meeting.reference,
        actor_id=account.id,
        scope_id=meeting.reflection_id,
        **detail,
    )

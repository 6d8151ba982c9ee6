"""Making commitments from decisions: who carries what, by when, with which steps and measures.

While a commitment is a draft all of it may change. Once it is published, what was committed to stays as it
is: what changes afterwards is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.decisions.models import Decision
from placet.stages.dialogues.setting_up.wording import Bodies, check_written, revised, written
from placet.stages.followup.dates import last_day_of, today_in
from placet.stages.followup.models import (
    Commitment,
    CommitmentMember,
    CommitmentMilestone,
    Indicator,
    Precision,
)
from placet.stages.followup.permissions import reflection_of, require_reporter, require_secretariat
from placet.stages.mandates import references
from placet.stages.mandates.models import Member, Organisation, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.freezing import frozen_document
from placet.stages.proposals.models import Clause
from placet.stages.record.actions import record
from placet.stages.texts.actions import revise_text

Lead = Member | Organisation | Bodies


@dataclass(frozen=True, slots=True)
class NewCommitment:
    """What is committed to. The due date may be any day of the month or year of which alone it is known."""

    title: Bodies
    description: Bodies | None
    lead: Lead
    members: Sequence[Member] = ()
    due_date: date | None = None
    due_precision: str = Precision.DAY
    source_url: str = ""
    clause: Clause | None = None
    is_simulated: bool = False


@transaction.atomic
def make_commitment(actor: Actor, decision: Decision, new: NewCommitment) -> Commitment:
    """Make a commitment from a decision, as a draft. What follows from a simulated decision is simulated.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where its title or lead is missing, or a member, organisation or clause is not of this decision.
    """
    account = require_secretariat(actor, decision)
    reflection = reflection_of(decision)
    _check(reflection, decision, new)
    commitment = Commitment.objects.create(
        decision=decision,
        reference=next(references.take_references(reflection, references.COMMITMENT)),
        title=written(reflection, account, new.title),
        description=revised(reflection, account, None, new.description),
        created_by=account,
        is_simulated=new.is_simulated or decision.is_simulated,
        **_plain(new),
        **_lead(reflection, account, new.lead),
    )
    _set_members(commitment, new)
    _record("make_commitment", commitment, account, decision=decision.reference)
    return commitment


@transaction.atomic
def change_commitment(actor: Actor, commitment: Commitment, new: NewCommitment) -> None:
    """Change a draft; refusals are those of :func:`make_commitment`, and once it is published."""
    account = require_secretariat(actor, commitment)
    current = _locked_draft(commitment)
    reflection = reflection_of(commitment)
    _check(reflection, current.decision, new)
    revise_text(current.title, new.title, author_id=account.id)
    current.description = revised(  # type: ignore[assignment]
        reflection, account, current.description, new.description
    )
    for name, value in {**_plain(new), **_lead(reflection, account, new.lead)}.items():
        setattr(current, name, value)
    current.save()
    _set_members(current, new)
    commitment.refresh_from_db()
    _record("change_commitment", current, account)


@transaction.atomic
def publish_commitment(actor: Actor, commitment: Commitment, *, now: datetime | None = None) -> None:
    """Show a draft to everybody. Asked twice, it does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        While the reflection is a draft.
    """
    account = require_secretariat(actor, commitment)
    if reflection_of(commitment).state == Reflection.State.DRAFT:
        raise ValidationError(_("Publish the reflection first."))
    drafts = Commitment.objects.filter(pk=commitment.pk, published_at=None)
    if drafts.update(published_at=now or timezone.now()):
        _record("publish_commitment", commitment, account)
    commitment.refresh_from_db(fields=["published_at"])


@transaction.atomic
def add_milestone(
    actor: Actor,
    commitment: Commitment,
    title: Bodies,
    *,
    due_date: date,
    precision: str = Precision.DAY,
    reached_date: date | None = None,
    source_url: str = "",
) -> CommitmentMilestone:
    """Add a step on the way, at any time: steps are set as the work goes on.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it has no title, or was reached on a day that is yet to come.
    """
    account = require_secretariat(actor, commitment)
    reflection = reflection_of(commitment)
    check_written(reflection, title, "title")
    _check_past(reflection, reached_date, "reached_date")
    milestone = CommitmentMilestone.objects.create(
        commitment=commitment,
        title=written(reflection, account, title),
        due_date=last_day_of(due_date, precision),
        precision=precision,
        reached_date=reached_date,
        source_url=source_url,
    )
    _record("add_milestone", commitment, account, milestone=milestone.pk)
    return milestone


@transaction.atomic
def reach_milestone(actor: Actor, milestone: CommitmentMilestone, reached_date: date) -> None:
    """Say on which day a step was reached. A later word replaces an earlier one; the record keeps both.

    Raises
    ------
    PermissionDenied
        To all but those who may report on the commitment.
    ValidationError
        Where the day is yet to come, or the step was removed.
    """
    commitment = milestone.commitment
    account, member = require_reporter(actor, commitment)
    _check_past(reflection_of(commitment), reached_date, "reached_date")
    current = CommitmentMilestone.objects.select_for_update().get(pk=milestone.pk)
    if current.removed_at is not None:
        raise ValidationError(_("This milestone was removed."))
    if current.reached_date == reached_date:
        return
    current.reached_date = reached_date
    current.save(update_fields=["reached_date"])
    milestone.refresh_from_db(fields=["reached_date"])
    _record(
        "reach_milestone",
        commitment,
        account,
        milestone=milestone.pk,
        reached_date=reached_date.isoformat(),
        member=member.code if member else None,
    )


@transaction.atomic
def remove_milestone(actor: Actor, milestone: CommitmentMilestone) -> None:
    """Take a step out of a draft. Once published it stays: a step that was missed is not made to vanish."""
    account = require_secretariat(actor, milestone.commitment)
    _locked_draft(milestone.commitment)
    standing = CommitmentMilestone.objects.filter(pk=milestone.pk, removed_at=None)
    if standing.update(removed_at=timezone.now()):
        _record("remove_milestone", milestone.commitment, account, milestone=milestone.pk)


@transaction.atomic
def add_indicator(
    actor: Actor,
    commitment: Commitment,
    name: Bodies,
    *,
    unit: str = "",
    baseline: Decimal | None = None,
    target: Decimal | None = None,
) -> Indicator:
    """Say by what progress is measured, from where, and to where; at any time.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it has no name.
    """
    account = require_secretariat(actor, commitment)
    reflection = reflection_of(commitment)
    check_written(reflection, name, "name")
    indicator = Indicator.objects.create(
        commitment=commitment,
        name=written(reflection, account, name),
        unit=unit.strip(),
        baseline=baseline,
        target=target,
    )
    _record("add_indicator", commitment, account, indicator=indicator.pk)
    return indicator


@transaction.atomic
def remove_indicator(actor: Actor, indicator: Indicator) -> None:
    """Take a measure out of a draft. Once published it stays, with all that was reported of it."""
    account = require_secretariat(actor, indicator.commitment)
    _locked_draft(indicator.commitment)
    if Indicator.objects.filter(pk=indicator.pk, removed_at=None).update(removed_at=timezone.now()):
        _record("remove_indicator", indicator.commitment, account, indicator=indicator.pk)


def _locked_draft(commitment: Commitment) -> Commitment:
    current = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if current.published_at is not None:
        raise ValidationError(
            _("This commitment is published: what was committed to stays. Report what changes.")
        )
    return current


def _check(reflection: Reflection, decision: Decision, new: NewCommitment) -> None:
    check_written(reflection, new.title, "title")
    if isinstance(new.lead, Mapping):
        if not new.lead.get(reflection.languages[0], "").strip():
            raise ValidationError(
                {"lead": _("Choose who leads, or write who it is in the working language of the reflection.")}
            )
    elif new.lead.reflection_id != reflection.pk:
        raise ValidationError({"lead": _("Choose a member or an organisation of this reflection.")})
    if any(member.reflection_id != reflection.pk for member in new.members):
        raise ValidationError({"members": _("Choose members of this reflection.")})
    if new.clause is not None and new.clause.reference not in _adopted_clauses(decision):
        raise ValidationError({"clause": _("Choose a clause of the text that was adopted.")})


def _adopted_clauses(decision: Decision) -> set[str]:
    """The references of the clauses as they were adopted; others of the proposal were taken out before."""
    return {each.reference for each in frozen_document(decision.text).clauses}


def _check_past(reflection: Reflection, day: date | None, field: str) -> None:
    if day is not None and day > today_in(reflection):
        raise ValidationError({field: _("This day is yet to come: choose today or an earlier day.")})


def _plain(new: NewCommitment) -> dict[str, object]:
    return {
        "clause": new.clause,
        "due_date": last_day_of(new.due_date, new.due_precision) if new.due_date else None,
        "due_precision": new.due_precision,
        "source_url": new.source_url,
    }


def _lead(reflection: Reflection, account: Account, lead: Lead) -> dict[str, object]:
    nobody: dict[str, object] = dict.fromkeys(("lead_member", "lead_organisation", "lead_name"))
    if isinstance(lead, Member):
        return nobody | {"lead_member": lead}
    if isinstance(lead, Organisation):
        return nobody | {"lead_organisation": lead}
    return nobody | {"lead_name": written(reflection, account, lead)}


def _set_members(commitment: Commitment, new: NewCommitment) -> None:
    """Those that contribute; the member that leads does not stand among them a second time."""
    wanted = {member.pk for member in new.members} - {commitment.lead_member_id}
    CommitmentMember.objects.filter(commitment=commitment).exclude(member__in=wanted).delete()
    CommitmentMember.objects.bulk_create(
        [CommitmentMember(commitment=commitment, member_id=pk) for pk in sorted(wanted)],
        ignore_conflicts=True,
    )


def _record(verb: str, commitment: Commitment, account: Account, **detail: str | int | None) -> None:
    record(
        f"followup.{verb}",
        target=commitment.reference,
        actor_id=account.id,
        scope_id=reflection_of(commitment).pk,
        **detail,
    )

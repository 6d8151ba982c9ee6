"""What a clause rests on: findings for it and against it; and why a finding was not taken up."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.drafting.access import begin, record_deed
from placet.stages.proposals.drafting.actions import REASON_MAX_LENGTH
from placet.stages.proposals.drafting.wording import Bodies, check_text, written
from placet.stages.proposals.models import Citation, Clause, NotTakenUp, Proposal
from placet.stages.proposals.permissions import require_drafter
from placet.stages.record.actions import record
from placet.stages.sensemaking.finding_models import Finding, Stance


@transaction.atomic
def cite_finding(
    actor: Actor, clause: Clause, finding: Finding, *, stance: str = Stance.SUPPORTS
) -> Citation:
    """Let a clause rest on a finding, or attach it as a view against the clause.

    The same again changes nothing. With the other stance, the earlier citation is taken back and kept. A
    finding of which it was said that no clause takes it up, is taken up again by this.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the finding is of another reflection or withdrawn, the clause was removed, or the proposal
        cannot be changed any more.
    """
    account, proposal = begin(actor, clause.proposal)
    if not Clause.objects.filter(pk=clause.pk, proposal=proposal, removed_at=None).exists():
        raise ValidationError(_("This clause was removed meanwhile."))
    if stance not in Stance.values:
        raise ValidationError(_("Say whether the finding supports the clause or speaks against it."))
    current = Finding.objects.select_for_update().get(pk=finding.pk)
    if current.reflection_id != proposal.priority.reflection_id:
        raise ValidationError(_("Choose a finding of this reflection."))
    standing = Citation.objects.filter(clause=clause, finding=current, taken_back_at=None).first()
    if standing is not None and standing.stance == stance:
        return standing
    if current.state == Finding.State.WITHDRAWN:
        raise ValidationError(_("The finding %(reference)s is withdrawn.") % {"reference": current.reference})
    now = timezone.now()
    if standing is not None:
        Citation.objects.filter(pk=standing.pk).update(taken_back_by=account, taken_back_at=now)
    NotTakenUp.objects.filter(finding=current, taken_back_at=None).update(taken_back_at=now)
    citation = Citation.objects.create(clause=clause, finding=current, stance=stance, cited_by=account)
    record_deed(
        "cite_finding",
        proposal,
        account,
        target=clause.reference,
        finding=current.reference,
        stance=str(stance),
    )
    return citation


@transaction.atomic
def take_back_citation(actor: Actor, citation: Citation) -> None:
    """Let a clause no longer cite a finding; that it did is kept. Twice does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the proposal cannot be changed any more.
    """
    account, proposal = begin(actor, citation.clause.proposal)
    standing = Citation.objects.filter(pk=citation.pk, taken_back_at=None)
    if not standing.update(taken_back_by=account, taken_back_at=timezone.now()):
        return
    citation.refresh_from_db()
    record_deed(
        "take_back_citation",
        proposal,
        account,
        target=citation.clause.reference,
        finding=citation.finding.reference,
    )


@transaction.atomic
def say_not_taken_up(actor: Actor, finding: Finding, reason: Bodies) -> NotTakenUp:
    """Say why no clause takes up a finding; said again, the new reason counts and the earlier one is kept.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where no reason is given, or a clause does cite the finding.
    """
    reflection = finding.reflection
    account = require_drafter(actor, reflection)
    check_text(reflection, reason, "reason", max_length=REASON_MAX_LENGTH)
    current = Finding.objects.select_for_update().get(pk=finding.pk)
    citing = standing_citations().filter(finding=current).select_related("clause").first()
    if citing is not None:
        raise ValidationError(
            _("The clause %(reference)s cites this finding.") % {"reference": citing.clause.reference}
        )
    _end(current, timezone.now())
    said = NotTakenUp.objects.create(
        finding=current, reason=written(reflection, account, reason), said_by=account
    )
    _record_on("say_not_taken_up", current, account)
    return said


@transaction.atomic
def take_up_again(actor: Actor, finding: Finding) -> None:
    """Take back that a finding was not taken up: it is to be answered again. Twice does nothing more.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    account = require_drafter(actor, finding.reflection)
    if _end(finding, timezone.now()):
        _record_on("take_up_again", finding, account)


def standing_citations() -> QuerySet[Citation]:
    """The citations that count: not taken back, of clauses that stand in proposals that do."""
    return Citation.objects.filter(taken_back_at=None, clause__removed_at=None).exclude(
        clause__proposal__state=Proposal.State.WITHDRAWN
    )


def unanswered_findings(reflection: Reflection) -> QuerySet[Finding]:
    """The published findings of a reflection that no clause cites, and of which nobody said why not."""
    said = NotTakenUp.objects.filter(finding=OuterRef("pk"), taken_back_at=None)
    return Finding.objects.filter(
        ~Exists(standing_citations().filter(finding=OuterRef("pk"))),
        ~Exists(said),
        reflection=reflection,
        state=Finding.State.PUBLISHED,
    ).order_by("priority__number", "reference")


def _end(finding: Finding, now: datetime) -> bool:
    standing = NotTakenUp.objects.filter(finding=finding, taken_back_at=None)
    return bool(standing.update(taken_back_at=now))


def _record_on(verb: str, finding: Finding, account: Account) -> None:
    record(
        f"proposals.{verb}",
        target=finding.reference,
        actor_id=account.id,
        scope_id=finding.reflection_id,
    )

"""Publishing a finding, and withdrawing it with a reason: it stays readable, and says so."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates.actions import Bodies
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.record.actions import record
from placet.stages.sensemaking.finding_models import Evidence, Finding
from placet.stages.sensemaking.findings.checking import (
    REASON_MAX_LENGTH,
    check_figures,
    present_keys,
    settle_runs,
)
from placet.stages.sensemaking.findings.writing import begin
from placet.stages.texts.actions import create_text


@transaction.atomic
def publish_finding(actor: Actor, finding: Finding, *, now: datetime | None = None) -> None:
    """Show a draft to everybody. Twice does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it cites nothing, a figure of its text is missing, or it was withdrawn.
    """
    account, current = begin(actor, finding)
    if current.state == Finding.State.PUBLISHED:
        return
    if not Evidence.objects.filter(finding=current, taken_back_at=None).exists():
        raise ValidationError(_("Cite at least one statement, contribution, takeaway or theme first."))
    keys = present_keys(current)
    settle_runs(account, current, keys)
    check_figures(current, keys)
    current.state, current.published_at = Finding.State.PUBLISHED, now or timezone.now()
    current.save(update_fields=["state", "published_at"])
    record(
        "sensemaking.publish_finding",
        target=current.reference,
        actor_id=account.id,
        scope_id=current.reflection_id,
    )
    finding.refresh_from_db()


@transaction.atomic
def withdraw_finding(actor: Actor, finding: Finding, *, reason: Bodies, now: datetime | None = None) -> None:
    """Say that a published finding no longer holds, and why. Twice does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it is a draft, or the reason is missing in the working language or too long.
    """
    account = require_role(actor, finding.reflection, Role.SECRETARIAT)
    current = Finding.objects.select_for_update(of=("self",)).select_related("reflection").get(pk=finding.pk)
    if current.state == Finding.State.WITHDRAWN:
        return
    if current.state == Finding.State.DRAFT:
        raise ValidationError(_("A draft is not withdrawn: nobody has read it."))
    original = current.reflection.languages[0]
    if not reason.get(original, "").strip():
        raise ValidationError(
            {f"reason_{original}": _("Say why, in the working language of the reflection.")}
        )
    if any(len(body) > REASON_MAX_LENGTH for body in reason.values()):
        raise ValidationError({"reason": _("At most %(limit)d characters.") % {"limit": REASON_MAX_LENGTH}})
    current.withdrawal_reason = create_text(reason, original=original, author_id=account.id)
    current.state, current.withdrawn_at = Finding.State.WITHDRAWN, now or timezone.now()
    current.save(update_fields=["state", "withdrawn_at", "withdrawal_reason"])
    record(
        "sensemaking.withdraw_finding",
        target=current.reference,
        actor_id=account.id,
        scope_id=current.reflection_id,
    )
    finding.refresh_from_db()

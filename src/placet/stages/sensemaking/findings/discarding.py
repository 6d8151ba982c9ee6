"""Throwing away a finding that was never published. What anybody could read is withdrawn instead."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.record.actions import record
from placet.stages.sensemaking.finding_models import Evidence, Finding, FindingRun
from placet.stages.texts.actions import delete_texts


@transaction.atomic
def discard_finding(actor: Actor, finding: Finding) -> None:
    """Delete a draft with its words, what it cites and the runs that it chose. Twice does nothing more.

    Its reference is not given out again.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it was ever published, or a later stage keeps it: a clause cites it or has cited it, or it was
        said why none does.
    """
    account = require_role(actor, finding.reflection, Role.SECRETARIAT)
    current = Finding.objects.select_for_update(of=("self",)).filter(pk=finding.pk).first()
    if current is None:
        return
    if current.state != Finding.State.DRAFT or current.published_at is not None:
        raise ValidationError(_("Only a draft is discarded. What was published can be withdrawn."))
    Evidence.objects.filter(finding=current).delete()
    FindingRun.objects.filter(finding=current).delete()
    try:
        Finding.objects.filter(pk=current.pk).delete()
    except ProtectedError as error:
        raise ValidationError(
            _(
                "This draft cannot be discarded: a clause cites it or has cited it, or it was said why none "
                "does. That stays on record. Change the draft instead."
            )
        ) from error
    delete_texts([current.title_id, current.text_id])
    record(
        "sensemaking.discard_finding",
        target=current.reference,
        actor_id=account.id,
        scope_id=current.reflection_id,
    )

"""Organisations that stand behind a contribution."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.contributions.models import Contribution, Endorsement
from placet.stages.mandates.models import Organisation
from placet.stages.mandates.organisations import require_representative
from placet.stages.mandates.permissions import Actor
from placet.stages.record.actions import record


@transaction.atomic
def endorse(actor: Actor, contribution: Contribution, organisation: Organisation) -> Endorsement:
    """An organisation stands behind a published contribution; once, however often it is asked.

    Raises
    ------
    PermissionDenied
        To all who do not act for the organisation.
    ValidationError
        Where the contribution is not published, another reflection's or the organisation's own.
    """
    account = require_representative(actor, organisation)
    current = Contribution.objects.select_for_update().get(pk=contribution.pk)  # two at once wait here
    if organisation.reflection_id != current.reflection_id:
        raise ValidationError(_("That belongs to another reflection."))
    if current.state != Contribution.State.PUBLISHED:
        raise ValidationError(_("Only what is published can be endorsed."))
    if current.organisation_id == organisation.pk:
        raise ValidationError(_("It is this organisation’s own contribution."))
    endorsement, is_new = Endorsement.objects.get_or_create(
        contribution=current,
        organisation=organisation,
        withdrawn_at=None,
        defaults={"endorsed_by": account, "endorsed_at": timezone.now()},
    )
    if is_new:
        _count(current)
        record(
            "contributions.endorse",
            target=current.reference,
            actor_id=account.id,
            scope_id=current.reflection_id,
            organisation=str(organisation.pk),
        )
    return endorsement


@transaction.atomic
def withdraw_endorsement(actor: Actor, contribution: Contribution, organisation: Organisation) -> None:
    """An organisation no longer stands behind a contribution. Asked twice, the second time does nothing."""
    account = require_representative(actor, organisation)
    current = Contribution.objects.select_for_update().get(pk=contribution.pk)
    standing = Endorsement.objects.filter(contribution=current, organisation=organisation, withdrawn_at=None)
    if not standing.update(withdrawn_at=timezone.now()):
        return
    _count(current)
    record(
        "contributions.withdraw_endorsement",
        target=current.reference,
        actor_id=account.id,
        scope_id=current.reflection_id,
        organisation=str(organisation.pk),
    )


def _count(contribution: Contribution) -> None:
    """Under the contribution's lock."""
    standing = Endorsement.objects.filter(contribution=contribution, withdrawn_at=None).count()
    Contribution.objects.filter(pk=contribution.pk).update(endorsement_count=standing)

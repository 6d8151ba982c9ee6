"""Who moderates a dialogue in the room, and who reports on it."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, Staff
from placet.stages.dialogues.permissions import require_organiser
from placet.stages.dialogues.recording import record_deed
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account


@dataclass(frozen=True, slots=True)
class StaffMember:
    id: int
    name: str
    email: str
    duty_label: str


@transaction.atomic
def name_staff(actor: Actor, dialogue: Dialogue, email: str, duty: Staff.Duty) -> Staff:
    """Give somebody a duty in a dialogue, by the e-mail address of an account. Once, however often asked.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        Where no account has that address, or the dialogue is cancelled.
    """
    account = require_organiser(actor, dialogue.series)
    if dialogue.state == Dialogue.State.CANCELLED:
        raise ValidationError(_("A cancelled dialogue stays as it was: set up a new one."))
    found = Account.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise ValidationError(
            {"email": _("No account has this address: ask whoever it is to sign up first, then name them.")}
        )
    staff, is_new = Staff.objects.get_or_create(dialogue=dialogue, account=found, duty=duty)
    if is_new:
        record_deed("name_staff", dialogue, account, duty=duty.value)
    return staff


@transaction.atomic
def end_duty(actor: Actor, staff: Staff) -> None:
    """Take a duty back. Asked twice, it does nothing the second time."""
    account = require_organiser(actor, staff.dialogue.series)
    if Staff.objects.filter(pk=staff.pk).delete()[0]:
        record_deed("end_duty", staff.dialogue, account, duty=staff.duty)


def staff_of(actor: Actor, dialogue: Dialogue) -> list[StaffMember]:
    """Who works on a dialogue, for those who hold it.

    Raises
    ------
    PermissionDenied
        To everybody else.
    """
    require_organiser(actor, dialogue.series)
    found = Staff.objects.filter(dialogue=dialogue).select_related("account")
    return [
        StaffMember(each.pk, str(each.account), each.account.email, each.get_duty_display())
        for each in found.order_by("duty", "account__email")
    ]

"""Join codes: read out in a hall, they lift the limit per address for those who are there.

A code has 8 of 19 characters, 1.7 · 10¹⁰ ways. With ``arrivals.WRONG_CODES`` an address tries 8,700 of them
a day, so even ten thousand addresses find a given one in half a per cent of their days; and what they would
gain is at most ``ARRIVAL_LIMIT`` participants.
"""

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from placet.stages.consultations import arrivals
from placet.stages.consultations.models import ARRIVAL_LIMIT, Consultation, JoinCode
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.record.actions import record

# No two that look alike on a beamer, no vowels and so no words, and no G, which sounds like a French J.
ALPHABET = "3479CDFHJKMNPRTVWXY"
LENGTH = 8


@transaction.atomic
def make_join_code(
    actor: Actor, consultation: Consultation, *, expires_at: datetime, now: datetime | None = None
) -> JoinCode:
    """Make a code for a hall; the one before it, if any, is withdrawn.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the consultation is closed, not open to people without an account, or the end is past.
    """
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    moment = now or timezone.now()
    current = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if not takes_join_codes(current):
        raise ValidationError(_("Join codes are for consultations that anyone may take part in."))
    if expires_at <= moment:
        raise ValidationError({"expires_at": _("Choose a moment to come.")})
    _withdraw(consultation, account, moment)
    code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    made = JoinCode.objects.create(
        consultation=consultation, code=code, made_at=moment, expires_at=expires_at
    )
    _record("make_join_code", consultation, account, made)
    return made


@transaction.atomic
def withdraw_join_code(actor: Actor, consultation: Consultation, *, now: datetime | None = None) -> None:
    """Take the code back: from now on it lets nobody in. Who came in by it stays."""
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    Consultation.objects.select_for_update().get(pk=consultation.pk)
    _withdraw(consultation, account, now or timezone.now())


def takes_join_codes(consultation: Consultation) -> bool:
    """Whether people without an account take part in it, now or later."""
    return (
        consultation.eligibility == Consultation.Eligibility.OPEN
        and consultation.state != Consultation.State.CLOSED
    )


def current_join_code(actor: Actor, consultation: Consultation) -> JoinCode | None:
    """The code that was made last and not withdrawn, even where its time is over.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    return JoinCode.objects.filter(consultation=consultation, withdrawn_at=None).first()


def try_join_code(consultation: Consultation, typed: str, *, source: str, now: datetime) -> JoinCode | None:
    """The code that somebody typed, where it is valid for this consultation now.

    Raises
    ------
    CrowdError
        Where too many wrong ones came from the same address; then a right one is not looked at either.
    """
    with transaction.atomic():
        # Counted before it is looked at, so that many tries at the same moment count as many.
        arrivals.take(arrivals.WRONG_CODES, source, now)
        found = JoinCode.objects.filter(
            consultation=consultation, withdrawn_at=None, expires_at__gt=now
        ).first()
        if found is None or not constant_time_compare(found.code, _as_written(typed)):
            return None
        transaction.set_rollback(True)  # only wrong ones count
    return found


def count_arrival(consultation: Consultation, code_id: int, now: datetime) -> bool:
    """Whether a code lets one more person in; if so, that is counted, in the transaction of the caller."""
    valid = JoinCode.objects.filter(
        pk=code_id,
        consultation=consultation,
        withdrawn_at=None,
        expires_at__gt=now,
        arrival_count__lt=ARRIVAL_LIMIT,
    )
    return bool(valid.update(arrival_count=F("arrival_count") + 1))


def _as_written(typed: str) -> str:
    return "".join(character for character in typed.upper() if character.isalnum())


def _withdraw(consultation: Consultation, account: Account, now: datetime) -> None:
    for code in JoinCode.objects.filter(consultation=consultation, withdrawn_at=None):
        code.withdrawn_at = now
        code.save(update_fields=["withdrawn_at"])
        _record("withdraw_join_code", consultation, account, code)


def _record(verb: str, consultation: Consultation, account: Account, code: JoinCode) -> None:
    """Never the code itself: whoever reads the record could come in by it."""
    record(
        f"consultations.{verb}",
        target=consultation.reference,
        actor_id=account.id,
        scope_id=consultation.priority.reflection_id,
        number=code.pk,
        expires_at=code.expires_at.isoformat(),
        arrival_count=code.arrival_count,
    )

"""Deciding a call: the shortlist, prizes with their reasons, and the public result."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.contributions.calls.audience import audience_figures
from placet.stages.contributions.calls.states import audience_votes_now, locked, require_secretariat
from placet.stages.contributions.models import Call, Contribution, Verdict
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text, revise_text
from placet.stages.texts.models import Text

Bodies = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VerdictFrame:
    """What is decided about an entry. Without a prize and without a reason both may be empty."""

    is_shortlisted: bool = False
    prize: Bodies = field(default_factory=dict)
    reason: Bodies = field(default_factory=dict)


@transaction.atomic
def write_verdict(actor: Actor, call: Call, entry: Contribution, frame: VerdictFrame) -> Verdict:
    """Put an entry on the shortlist, give it a prize, say why; seen by the secretariat until the result.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Before the jury has finished, after the result, or where a prize or a place on the shortlist has no
        reason.
    """
    account = require_secretariat(actor, call)
    current = locked(call)
    _require_deliberating(current)
    original = current.reflection.languages[0]
    if (frame.is_shortlisted or frame.prize) and not frame.reason.get(original, "").strip():
        raise ValidationError({"reason": _("Say why: everybody will read it.")})
    if frame.prize and not frame.prize.get(original, "").strip():
        raise ValidationError({"prize": _("Name the prize in the working language.")})
    known = Verdict.objects.filter(contribution=entry).select_related("prize", "reason").first()
    prize = _text(known.prize if known else None, frame.prize, original, account)
    reason = _text(known.reason if known else None, frame.reason, original, account)
    verdict, _is_new = Verdict.objects.update_or_create(
        contribution=entry,
        defaults={
            "is_shortlisted": frame.is_shortlisted or bool(frame.prize),
            "prize": prize,
            "reason": reason,
            "decided_at": timezone.now(),
        },
    )
    _record("write_verdict", current, account, entry=entry.reference)
    return verdict


@transaction.atomic
def decide_call(actor: Actor, call: Call, *, result: Bodies) -> None:
    """Publish the result: figures, prizes and reasons, for good.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the jury has not finished, the audience still votes, or nothing is said in the working language.
    """
    account = require_secretariat(actor, call)
    current = locked(call)
    if current.state == Call.State.DECIDED:
        return
    _require_deliberating(current)
    now = timezone.now()
    if audience_votes_now(current, now):
        raise ValidationError(_("The audience still votes: the result waits for its end."))
    original = current.reflection.languages[0]
    if not result.get(original, "").strip():
        raise ValidationError({"result": _("Say in the working language what was decided.")})
    call.result = create_text(result, original=original, author_id=account.id)
    call.audience_figures = audience_figures(current) if current.has_audience_vote else None
    call.state = Call.State.DECIDED
    call.decided_at = now
    call.save(update_fields=["result", "audience_figures", "state", "decided_at"])
    _record("decide_call", call, account)


def _require_deliberating(call: Call) -> None:
    if call.state == Call.State.DECIDED:
        raise ValidationError(_("The result is published: it stays as it is."))
    if call.state != Call.State.JUDGING or not call.judged_at:
        raise ValidationError(_("The jury has not finished yet."))


def _text(known: Text | None, bodies: Bodies, original: str, account: Account) -> Text | None:
    if not bodies.get(original, "").strip():
        return None
    if known is None:
        return create_text(bodies, original=original, author_id=account.id)
    revise_text(known, bodies, author_id=account.id)
    return known


def _record(verb: str, call: Call, account: Account, **detail: str) -> None:
    record(
        f"contributions.{verb}",
        target=call.reference,
        actor_id=account.id,
        scope_id=call.reflection_id,
        **detail,
    )

"""Where a call stands, who may see it, and what may be done with it now."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from placet.stages.contributions.models import Call, Contribution, Juror
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, may_see, require_role, roles_of
from placet.stages.people.models import Account


def phase(call: Call, now: datetime) -> str:
    """``draft``, ``upcoming``, ``open``, ``closed``, ``judging``, ``deliberating`` or ``decided``.

    Entries come in while it is ``open``. The jury scores while it is ``judging``; after that the scores
    are final, and what is left is to decide.
    """
    if call.state == Call.State.JUDGING:
        return "deliberating" if call.judged_at else "judging"
    if call.state != Call.State.OPEN:
        return str(call.state)
    if now < call.opens_at:
        return "upcoming"
    return "open" if now < call.closes_at else "closed"


def audience_votes_now(call: Call, now: datetime) -> bool:
    """Whether the audience may vote: once all entries are in, until its end."""
    ends_at = call.audience_closes_at
    is_on = call.has_audience_vote and call.state == Call.State.JUDGING
    return bool(is_on and ends_at and now < ends_at)


def require_judging(call: Call) -> None:
    """Refuse what comes while no scores are taken.

    Raises
    ------
    ValidationError
        With the code ``closed``.
    """
    if call.state != Call.State.JUDGING or call.judged_at:
        raise ValidationError(_("The jury does not score now."), code="closed")


def find_call(reference: str, actor: Actor) -> Call:
    """The call of that reference, where the actor may see it: a draft is the secretariat's.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    found = Call.objects.filter(reference=reference).select_related("reflection").first()
    if found is None or not may_see(actor, found.reflection):
        raise Http404
    if found.state == Call.State.DRAFT and Role.SECRETARIAT not in roles_of(actor, found.reflection):
        raise Http404
    return found


def visible_calls(actor: Actor, reflection: Reflection) -> QuerySet[Call]:
    """The calls of a reflection that the actor may see, by closing date, the latest first."""
    found = Call.objects.filter(reflection=reflection).order_by("-closes_at", "reference")
    if Role.SECRETARIAT in roles_of(actor, reflection):
        return found
    return found.exclude(state=Call.State.DRAFT)


def require_secretariat(actor: Actor, call: Call) -> Account:
    """The account, where it runs the reflection; PermissionDenied to everybody else."""
    return require_role(actor, call.reflection, Role.SECRETARIAT)


def require_juror(actor: Actor, call: Call) -> Juror:
    """The seat of the actor in the jury.

    Raises
    ------
    PermissionDenied
        To everybody else, the secretariat included.
    """
    juror = juror_of(actor, call)
    if juror is None:
        raise PermissionDenied(_("This is reserved for the jury."))
    return juror


def juror_of(actor: Actor, call: Call) -> Juror | None:
    """The seat of the actor in the jury, or None."""
    if not isinstance(actor, Account) or not actor.is_active:
        return None
    return Juror.objects.filter(call=call, account=actor, removed_at=None).first()


def entries_of(call: Call) -> QuerySet[Contribution]:
    """What is judged: the published contributions to a call."""
    found = Contribution.objects.filter(call=call, state=Contribution.State.PUBLISHED)
    return found.order_by("reference")


def find_entry(call: Call, reference: str) -> Contribution:
    """The entry of that reference; Http404 where it is not one, or not published."""
    found = entries_of(call).filter(reference=reference).select_related("reflection").first()
    if found is None:
        raise Http404
    return found


def locked(call: Call) -> Call:
    """The call as it stands now, kept so until the transaction ends."""
    return Call.objects.select_for_update(of=("self",)).select_related("reflection").get(pk=call.pk)

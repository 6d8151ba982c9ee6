"""Setting up a call: what is asked, criteria, jury; opening it, and handing its entries to the jury."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.stages.contributions.calls.states import entries_of, locked, require_secretariat
from placet.stages.contributions.models import Call, Criterion, Juror, Score
from placet.stages.mandates import references
from placet.stages.mandates.models import Priority, Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.actions import clean_name, queue_message
from placet.stages.people.models import Account
from placet.stages.people.queries import account_of
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text, revise_text
from placet.stages.texts.queries import all_wordings_of, wordings

Bodies = Mapping[str, str]
CRITERIA_AT_MOST = 6
TITLE_MAX_LENGTH = 160
WHOLE = 100  # per cent


@dataclass(frozen=True, slots=True)
class CriterionFrame:
    """What entries are judged by, and how many per cent it weighs."""

    name: Bodies
    weight: int


@dataclass(frozen=True, slots=True)
class CallFrame:
    """What is said of a call when it is set up or changed."""

    title: Bodies
    description: Bodies
    opens_at: datetime
    closes_at: datetime
    criteria: Sequence[CriterionFrame]
    priority: Priority | None = None
    audience_closes_at: datetime | None = None  # None: no audience vote
    is_simulated: bool = False


@transaction.atomic
def create_call(actor: Actor, reflection: Reflection, frame: CallFrame) -> Call:
    """Set up a call as a draft.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where its dates contradict one another, or the weights do not add up to 100.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    _check_frame(reflection, frame)
    original = reflection.languages[0]
    call = Call.objects.create(
        reflection=reflection,
        reference=next(references.take_references(reflection, references.CALL)),
        title=create_text(frame.title, original=original, author_id=account.id),
        description=create_text(frame.description, original=original, author_id=account.id),
        is_simulated=frame.is_simulated,
        **_columns(frame),
    )
    _write_criteria(call, frame.criteria, account)
    _record("create_call", call, account)
    return call


@transaction.atomic
def change_call(actor: Actor, call: Call, frame: CallFrame) -> None:
    """Change what is said of a call.

    Once its entries are with the jury the dates of the call stay, once a score exists the criteria and their
    weights, and once the audience's vote has ended, its end.

    Raises
    ------
    PermissionDenied, ValidationError
        As for :func:`create_call`, and where what stays would change.
    """
    account = require_secretariat(actor, call)
    _check_frame(call.reflection, frame)
    current = locked(call)
    _check_change(current, frame)
    revise_text(current.title, frame.title, author_id=account.id)
    revise_text(current.description, frame.description, author_id=account.id)
    if _criteria_differ(current, frame.criteria):
        if Score.objects.filter(criterion__call=current).exists():
            raise ValidationError(_("The jury has begun to score: criteria and weights stay as they are."))
        _write_criteria(current, frame.criteria, account)
    Call.objects.filter(pk=current.pk).update(**_columns(frame))
    call.refresh_from_db()
    _record("change_call", call, account)


@transaction.atomic
def open_call(actor: Actor, call: Call) -> None:
    """Show a draft to everybody; entries come in from its opening date. Asked twice, it does nothing."""
    account = require_secretariat(actor, call)
    current = locked(call)
    if current.state != Call.State.DRAFT:
        return
    if current.reflection.state != Reflection.State.PUBLISHED:
        raise ValidationError(_("Publish the reflection first."))
    _set_state(call, Call.State.OPEN)
    _record("open_call", call, account)


@transaction.atomic
def name_juror(actor: Actor, call: Call, *, email: str, public_name: str, public_title: str = "") -> Juror:
    """Give an account a seat in the jury, under a name that everybody reads; it gets a message.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the address has no account, the name is empty, or the jury has finished.
    """
    secretariat = require_secretariat(actor, call)
    current = locked(call)
    if current.judged_at:
        raise ValidationError(_("The jury has finished: its members stay as they are."))
    name, title = clean_name(public_name), clean_name(public_title)
    if not name:
        raise ValidationError({"public_name": _("Give the name under which the jury is shown.")})
    account = account_of(email)
    if account is None or not account.is_active:
        raise ValidationError(
            {"email": _("No account has this address. Ask its owner to sign in once first.")}
        )
    juror, is_new = Juror.objects.get_or_create(
        call=current,
        account=account,
        removed_at=None,
        defaults={"public_name": name, "public_title": title},
    )
    if is_new:
        _record("name_juror", call, secretariat, juror=juror.pk)
        _tell(juror, call, "juror_named")
    return juror


@transaction.atomic
def remove_juror(actor: Actor, juror: Juror) -> None:
    """Take a juror's seat back before the jury has finished: its scores count no more, its interests stay."""
    secretariat = require_secretariat(actor, juror.call)
    if locked(juror.call).judged_at:
        raise ValidationError(_("The jury has finished: its members stay as they are."))
    if Juror.objects.filter(pk=juror.pk, removed_at=None).update(removed_at=timezone.now()):
        _record("remove_juror", juror.call, secretariat, juror=juror.pk)


@transaction.atomic
def begin_judging(actor: Actor, call: Call) -> None:
    """Take no more entries and hand those that are published to the jury; the audience votes from now on.

    Before its closing date, the call closes now.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where there is nothing to judge or nobody to judge it.
    """
    account = require_secretariat(actor, call)
    current = locked(call)
    if current.state == Call.State.JUDGING:
        return
    if current.state != Call.State.OPEN:
        raise ValidationError(_("Only an open call is handed to its jury."))
    jurors = list(Juror.objects.filter(call=current, removed_at=None).select_related("account"))
    if not jurors:
        raise ValidationError(_("Name the jury first."))
    if not entries_of(current).exists():
        raise ValidationError(_("No entry is published yet: there is nothing to judge."))
    now = timezone.now().replace(second=0, microsecond=0)  # as forms write moments
    if current.opens_at < now < current.closes_at:
        call.closes_at = now
        call.save(update_fields=["closes_at"])
    _set_state(call, Call.State.JUDGING)
    _record("begin_judging", call, account)
    for juror in jurors:
        _tell(juror, call, "judging_begins")


def _check_frame(reflection: Reflection, frame: CallFrame) -> None:
    if frame.closes_at <= frame.opens_at:
        raise ValidationError({"closes_at": _("It must close after it opens.")})
    if frame.audience_closes_at and frame.audience_closes_at <= frame.closes_at:
        raise ValidationError({"audience_closes_at": _("The audience votes once all entries are in: later.")})
    if frame.priority is not None and frame.priority.reflection_id != reflection.pk:
        raise ValidationError(_("That belongs to another reflection."))
    if not 1 <= len(frame.criteria) <= CRITERIA_AT_MOST:
        raise ValidationError({"criterion_1": _("Give one to six criteria.")})
    if (
        any(each.weight < 1 for each in frame.criteria)
        or sum(each.weight for each in frame.criteria) != WHOLE
    ):
        raise ValidationError({"weight_1": _("The weights must add up to 100.")})


def _check_change(call: Call, frame: CallFrame) -> None:
    if call.state == Call.State.DECIDED:
        raise ValidationError(_("The result is published: the call stays as it is."))
    if call.state != Call.State.JUDGING:
        return
    if (frame.opens_at, frame.closes_at) != (call.opens_at, call.closes_at):
        raise ValidationError(_("The entries are with the jury: the dates of the call stay as they are."))
    has_ended = call.audience_closes_at and call.audience_closes_at <= timezone.now()
    if bool(frame.audience_closes_at) != call.has_audience_vote or (
        has_ended and frame.audience_closes_at != call.audience_closes_at
    ):
        raise ValidationError(_("The audience’s vote has begun: whether there is one stays as it is."))


def _columns(frame: CallFrame) -> dict[str, object]:
    return {
        "priority": frame.priority,
        "opens_at": frame.opens_at,
        "closes_at": frame.closes_at,
        "has_audience_vote": frame.audience_closes_at is not None,
        "audience_closes_at": frame.audience_closes_at,
    }


def _criteria_differ(call: Call, frames: Sequence[CriterionFrame]) -> bool:
    current = list(call.criteria.all())
    words = all_wordings_of([each.name_id for each in current])
    said = [({w.language: w.body for w in words[each.name_id]}, each.weight) for each in current]
    return said != [(dict(each.name), each.weight) for each in frames]


def _write_criteria(call: Call, frames: Sequence[CriterionFrame], account: Account) -> None:
    current = {each.position: each for each in call.criteria.select_related("name")}
    for position, frame in enumerate(frames, start=1):
        known = current.pop(position, None)
        if known is None:
            name = create_text(frame.name, original=call.reflection.languages[0], author_id=account.id)
            Criterion.objects.create(call=call, position=position, name=name, weight=frame.weight)
            continue
        revise_text(known.name, frame.name, author_id=account.id)
        Criterion.objects.filter(pk=known.pk).update(weight=frame.weight)
    Criterion.objects.filter(pk__in=[each.pk for each in current.values()]).delete()


def _tell(juror: Juror, call: Call, template: str) -> None:
    language = juror.account.language
    with override(language):
        path = reverse("contributions:jury", args=[call.reference])
    queue_message(
        f"contributions.{template}:{juror.pk}",
        juror.account,
        f"contributions/mail/{template}",
        {"title": wordings([call.title_id], language)[call.title_id], "url": f"{settings.PUBLIC_URL}{path}"},
    )


def _set_state(call: Call, state: Call.State) -> None:
    call.state = state
    call.save(update_fields=["state"])


def _record(verb: str, call: Call, account: Account, **detail: int) -> None:
    record(
        f"contributions.{verb}",
        target=call.reference,
        actor_id=account.id,
        scope_id=call.reflection_id,
        **detail,
    )

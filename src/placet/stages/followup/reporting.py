"""Reporting how far a commitment is. A report is never changed: a correction is a new report."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from placet.stages.dialogues.setting_up.wording import Bodies
from placet.stages.followup.dates import today_in
from placet.stages.followup.models import (
    Commitment,
    Indicator,
    IndicatorValue,
    ProgressReport,
    ReportEvidence,
)
from placet.stages.followup.permissions import reflection_of, require_reporter
from placet.stages.followup.status import SETTLING, Kind
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.record.actions import record
from placet.stages.texts.actions import create_text

CLOSING = (Kind.FULFILLED, Kind.ENDED)


@transaction.atomic
def report_progress(
    actor: Actor,
    commitment: Commitment,
    kind: str,
    text: Bodies,
    *,
    of_date: date,
    evidence: Sequence[tuple[str, str]] = (),
    values: Mapping[Indicator, Decimal] | None = None,
    request_key: UUID | None = None,
    now: datetime | None = None,
) -> ProgressReport:
    """Report on a commitment, as the secretariat or for a member that carries it.

    Parameters
    ----------
    text : mapping
        By language. The original is the working language where that is among them, else the first.
    of_date : date
        The day that it speaks of.
    evidence : sequence of (title, address)
        Where it can be checked.
    values : mapping
        At what each indicator stood on that day.
    request_key : UUID or None
        The same one sent again gives back the first report and writes nothing.

    Raises
    ------
    PermissionDenied
        To all but the secretariat and the delegates of the members that carry the commitment.
    ValidationError
        While the commitment is a draft; where the text is missing, the day is yet to come, an address is
        none, an indicator belongs elsewhere; where it settles what is settled already, takes up again what is
        open, or settles as of a day before the one of which another report settled it.
    """
    account, member = require_reporter(actor, commitment)
    Commitment.objects.select_for_update().get(pk=commitment.pk)  # reports that settle come one after another
    key = request_key or uuid4()
    if earlier := ProgressReport.objects.filter(request_key=key, commitment=commitment).first():
        return earlier
    reflection = reflection_of(commitment)
    _check(commitment, kind, of_date, today_in(reflection, now))
    links = [_checked(title, address) for title, address in evidence]
    chosen = dict(values or {})
    if any(each.commitment_id != commitment.pk or each.removed_at for each in chosen):
        raise ValidationError(_("Choose indicators of this commitment."))
    report = ProgressReport.objects.create(
        commitment=commitment,
        kind=kind,
        text=create_text(text, original=_original(reflection, text), author_id=account.id),
        of_date=of_date,
        member=member,
        reported_by=account,
        request_key=key,
    )
    ReportEvidence.objects.bulk_create(
        [ReportEvidence(report=report, title=title, url=address) for title, address in links]
    )
    IndicatorValue.objects.bulk_create(
        [IndicatorValue(indicator=each, report=report, value=value) for each, value in chosen.items()]
    )
    record(
        "followup.report_progress",
        target=commitment.reference,
        actor_id=account.id,
        scope_id=reflection.pk,
        kind=kind,
        of_date=of_date.isoformat(),
        member=member.code if member else None,
    )
    return report


def kinds_open_to(commitment: Commitment) -> list[str]:
    """What may be reported as things stand: what is closed can be taken up again, what is open be closed."""
    last = _last_settling(commitment)
    is_closed = last is not None and last.kind in CLOSING
    return [Kind.PROGRESS, Kind.TAKEN_UP_AGAIN] if is_closed else [Kind.PROGRESS, *CLOSING]


def _check(commitment: Commitment, kind: str, of_date: date, today: date) -> None:
    if Commitment.objects.filter(pk=commitment.pk, published_at=None).exists():
        raise ValidationError(_("Publish the commitment first: reports are public."))
    if of_date > today:
        raise ValidationError({"of_date": _("This day is yet to come: choose today or an earlier day.")})
    if kind not in kinds_open_to(commitment):
        raise ValidationError(
            {
                "kind": _(
                    "As things stand, this cannot be reported: what is fulfilled or ended can be taken up "
                    "again, and what is open can be fulfilled or ended."
                )
            }
        )
    last = _last_settling(commitment)
    if kind in SETTLING and last is not None and of_date < last.of_date:
        raise ValidationError(
            {"of_date": _("Another report settled it as of a later day: choose that day or a later one.")}
        )


def _last_settling(commitment: Commitment) -> ProgressReport | None:
    return ProgressReport.objects.filter(commitment=commitment, kind__in=SETTLING).last()


def _checked(title: str, address: str) -> tuple[str, str]:
    if not title.strip():
        raise ValidationError(
            {"evidence": _("Say what the address shows: every piece of evidence has a title.")}
        )
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise ValidationError(
            {"evidence": _("An address of evidence begins with https:// or http:// and names a page.")}
        ) from None
    return title.strip()[:200], address


def _original(reflection: Reflection, text: Bodies) -> str:
    filled = [language for language, body in text.items() if body.strip()]
    working = reflection.languages[0]
    if not filled:
        raise ValidationError({"text": _("Write what was done, in one language at least.")})
    return working if working in filled else filled[0]

"""Publishing what a dialogue concluded; and recording what was published elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, Report
from placet.stages.dialogues.permissions import OVER, require_organiser
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.reporting.access import begin
from placet.stages.dialogues.reporting.readiness import missing_for_publishing
from placet.stages.dialogues.reporting.takeaways import (
    TakeawayFrame,
    require_languages,
    write_takeaway,
    write_text,
)
from placet.stages.dialogues.states import move
from placet.stages.mandates.permissions import Actor


@dataclass(frozen=True, slots=True)
class ReportedTakeaway:
    """A takeaway as a report that was published elsewhere has it."""

    bodies: Mapping[str, str]
    is_dissent: bool = False


@transaction.atomic
def publish_report(actor: Actor, dialogue: Dialogue) -> Report:
    """Show the report to everybody. Asked twice, it does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue or report on it.
    ValidationError
        With a sentence for each thing that is missing: the dialogue has to be over, and the summary and
        every takeaway written in every language of the reflection and resting on something.
    """
    account, current = begin(actor, dialogue)
    report, _is_new = Report.objects.get_or_create(dialogue=current)
    if report.published_at is not None:
        return report
    missing = missing_for_publishing(current)
    if missing:
        raise ValidationError(missing)
    report.published_at = timezone.now()
    report.save(update_fields=["published_at"])
    move(dialogue, Dialogue.State.REPORTED, account)
    return report


@transaction.atomic
def record_report(
    actor: Actor,
    dialogue: Dialogue,
    *,
    summary: Mapping[str, str],
    takeaways: Sequence[ReportedTakeaway],
    source_url: str,
) -> Report:
    """Put on record a report that was published elsewhere: its summary and takeaways, and where it stands.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    ValidationError
        Where the dialogue is not over or has a report already, a language is missing, or the address is no
        https or http address.
    """
    require_organiser(actor, dialogue.series)
    account, current = begin(actor, dialogue)
    if current.state not in OVER or Report.objects.filter(dialogue=current).exists():
        raise ValidationError(_("A report is recorded once, after the dialogue has ended."))
    URLValidator(schemes=["https", "http"])(source_url)
    require_languages("summary", summary, current.series.reflection.languages)
    report = Report.objects.create(
        dialogue=current, summary=write_text(summary, current, account), source_url=source_url
    )
    for each in takeaways:
        write_takeaway(
            actor, current, TakeawayFrame(each.bodies, rests_on_whole=True, is_dissent=each.is_dissent)
        )
    publish_report(actor, current)
    dialogue.refresh_from_db()
    record_deed("record_report", current, account, source_url=source_url, count=len(takeaways))
    report.refresh_from_db()
    return report

"""Series: which organisations hold which dialogues, and around which question."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Series
from placet.stages.dialogues.permissions import (
    held_for,
    is_secretariat,
    require_holder,
    require_organiser,
)
from placet.stages.dialogues.recording import record_series_deed
from placet.stages.dialogues.setting_up.wording import Bodies, check_written, revised, written
from placet.stages.mandates import references
from placet.stages.mandates.models import Organisation, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.actions import revise_text


@dataclass(frozen=True, slots=True)
class SeriesFrame:
    """What is said of a series."""

    title: Bodies
    question: Bodies
    organisers: Collection[Organisation]
    description: Bodies | None = None
    is_simulated: bool = False


@transaction.atomic
def create_series(actor: Actor, reflection: Reflection, frame: SeriesFrame) -> Series:
    """Set up a series as a draft: it is seen by those alone who hold it.

    A partner sets up series of its own organisation, with others if it wishes; the secretariat any. What a
    simulated organisation holds is simulated.

    Raises
    ------
    PermissionDenied
        To all but the secretariat and those who act for a partner.
    ValidationError
        Where a text is missing, nobody holds it, or a partner leaves its own organisation out.
    """
    account = require_holder(actor, reflection)
    _check_frame(actor, reflection, frame)
    series = Series.objects.create(
        reflection=reflection,
        reference=next(references.take_references(reflection, references.SERIES)),
        title=written(reflection, account, frame.title),
        question=written(reflection, account, frame.question),
        description=revised(reflection, account, None, frame.description),
        is_simulated=reflection.is_simulated or _is_simulated(frame),
    )
    series.organisers.set(frame.organisers)
    record_series_deed("create_series", series, account)
    return series


@transaction.atomic
def change_series(actor: Actor, series: Series, frame: SeriesFrame) -> None:
    """Change what is said of a series. A partner may bring others in; the secretariat alone takes one out.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        As with :func:`create_series`, and where a partner would take an organiser out.
    """
    account = require_organiser(actor, series)
    reflection = series.reflection
    _check_frame(actor, reflection, frame)
    current = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    left_out = set(current.organisers.values_list("pk", flat=True)) - {each.pk for each in frame.organisers}
    if left_out and not is_secretariat(actor, reflection):
        raise ValidationError(
            {"organisers": _("Only the secretariat can take an organiser out of a series.")}
        )
    revise_text(current.title, frame.title, author_id=account.id)
    revise_text(current.question, frame.question, author_id=account.id)
    description = revised(reflection, account, current.description, frame.description)
    current.description = description  # type: ignore[assignment]
    current.is_simulated |= _is_simulated(frame)
    current.save(update_fields=["description", "is_simulated"])
    current.organisers.set(frame.organisers)
    series.refresh_from_db()
    record_series_deed("change_series", current, account)


@transaction.atomic
def publish_series(actor: Actor, series: Series) -> None:
    """Show a draft to everybody. Asked twice, it does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        While the reflection is a draft.
    """
    account = require_organiser(actor, series)
    if series.reflection.state == Reflection.State.DRAFT:
        raise ValidationError(_("Publish the reflection first."))
    drafts = Series.objects.filter(pk=series.pk, state=Series.State.DRAFT)
    if drafts.update(state=Series.State.PUBLISHED):
        record_series_deed("publish_series", series, account)
    series.refresh_from_db()


def _check_frame(actor: Actor, reflection: Reflection, frame: SeriesFrame) -> None:
    check_written(reflection, frame.title, "title")
    check_written(reflection, frame.question, "question")
    if not frame.organisers:
        raise ValidationError({"organisers": _("Name at least one organisation that holds the dialogues.")})
    wanted = {each.pk for each in frame.organisers}
    partners = Organisation.objects.filter(reflection=reflection, is_partner=True, pk__in=wanted)
    if partners.count() != len(wanted):
        raise ValidationError({"organisers": _("Choose partners of this reflection.")})
    if not held_for(actor, reflection).filter(pk__in=wanted).exists():
        raise ValidationError({"organisers": _("Your own organisation has to be among them.")})


def _is_simulated(frame: SeriesFrame) -> bool:
    return frame.is_simulated or any(each.is_simulated for each in frame.organisers)

"""Reading the text of attachments, in the background and apart: so that they are found and made sense of."""

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from placet.stages.contributions.attachments.apart import InspectionError, inspect
from placet.stages.contributions.cleaning import clean_paragraphs
from placet.stages.contributions.models import Attachment
from placet.stages.texts.actions import create_text
from placet.stages.texts.languages import UNDETERMINED
from placet.stages.texts.models import Origin

logger = logging.getLogger(__name__)


def waiting_attachments() -> "QuerySet[Attachment]":
    """Files that were submitted and are still to be read, in the order in which they came.

    What is still a draft is not read: a text, once written, stays.
    """
    return Attachment.objects.filter(
        extraction=Attachment.Extraction.WAITING, removed_at=None, is_published=True
    ).order_by("added_at")


def read_waiting() -> int:
    """Keep the text of each waiting file, or that it has none or could not be read; returns how many."""
    waiting = list(waiting_attachments().values_list("pk", flat=True))
    for pk in waiting:
        _read(pk)
    return len(waiting)


def _read(attachment_id: UUID) -> None:
    found = waiting_attachments().filter(pk=attachment_id).first()
    if found is None:
        return
    try:
        with found.file.open("rb") as opened:
            read = inspect("read", opened.read())
    except (InspectionError, OSError):
        logger.warning("The text of attachment %s could not be read", attachment_id)
        _keep(found, None)
    else:
        _keep(found, clean_paragraphs(read.decode("utf-8", "replace")))


@transaction.atomic
def _keep(attachment: Attachment, text: str | None) -> None:
    current = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if current.extraction != Attachment.Extraction.WAITING or current.removed_at is not None:
        return
    if text is None:
        current.extraction = Attachment.Extraction.FAILED
    elif not text:
        current.extraction = Attachment.Extraction.NOTHING
    else:
        current.extraction = Attachment.Extraction.DONE
        current.extracted = create_text({UNDETERMINED: text}, original=UNDETERMINED, origin=Origin.AUTHOR)
    current.save(update_fields=["extraction", "extracted"])

"""Attaching files to a draft, and taking them away: a file goes with the row that names it."""

from functools import partial
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.contributions.attachments.checking import ENDINGS, CheckedFile
from placet.stages.contributions.models import Attachment, Contribution, Draft
from placet.stages.contributions.permissions import find_own_contribution
from placet.stages.mandates.permissions import Actor

FILES_MAX = 5


@transaction.atomic
def attach(actor: Actor, contribution: Contribution, checked: CheckedFile) -> Attachment:
    """Put a file beside a draft. The same file twice is one.

    Raises
    ------
    Http404
        For everybody but the author.
    ValidationError
        Where no draft is open, or five files are attached already.
    """
    find_own_contribution(contribution.pk, actor)
    current = Contribution.objects.select_for_update().get(pk=contribution.pk)
    kept = Attachment.objects.filter(contribution=current, removed_at=None)
    if existing := kept.filter(digest=checked.digest).first():
        return existing
    if not Draft.objects.filter(contribution=current).exists():
        raise ValidationError({"file": _("Open it for changes first, then attach files.")})
    if kept.count() >= FILES_MAX:
        raise ValidationError(
            {"file": _("At most %(limit)d files: remove one first.") % {"limit": FILES_MAX}}
        )
    last = Attachment.objects.filter(contribution=current).aggregate(last=Max("position"))["last"] or 0
    is_image = checked.kind == Attachment.Kind.IMAGE
    attachment = Attachment(
        contribution=current,
        kind=checked.kind,
        file_name=checked.name,
        size=checked.size,
        digest=checked.digest,
        position=last + 1,
        extraction=Attachment.Extraction.NOTHING if is_image else Attachment.Extraction.WAITING,
    )
    ending = ENDINGS.get(checked.kind, ("",))[0]
    kept_as = default_storage.save(f"attachments/{uuid4().hex}{ending}", ContentFile(checked.content))
    attachment.file.name = kept_as
    try:
        attachment.save()
    except BaseException:
        default_storage.delete(kept_as)
        raise
    return attachment


@transaction.atomic
def remove_attachment(actor: Actor, attachment: Attachment) -> None:
    """Take a file away, at once and for good. That there was one stays known where it was published."""
    find_own_contribution(attachment.contribution_id, actor)
    forget_files(Attachment.objects.filter(pk=attachment.pk))


def forget_files(attachments: "QuerySet[Attachment]") -> None:
    """Delete the files of attachments once the transaction holds, and the rows of those never published."""
    doomed = list(attachments.filter(removed_at=None))
    names = [attachment.file.name for attachment in doomed]
    published = [attachment.pk for attachment in doomed if attachment.is_published]
    Attachment.objects.filter(pk__in=published).update(removed_at=timezone.now(), file="")
    Attachment.objects.filter(pk__in=[a.pk for a in doomed], is_published=False).delete()
    for name in filter(None, names):
        transaction.on_commit(partial(default_storage.delete, name))


def find_attachment(contribution: Contribution, pk: UUID, *, of_draft: bool = False) -> Attachment:
    """That file of a contribution which somebody may see; on its public page only what was submitted.

    Http404 where it is another's, removed, or was never submitted.
    """
    found = Attachment.objects.filter(contribution=contribution, removed_at=None)
    return get_object_or_404(found if of_draft else found.filter(is_published=True), pk=pk)

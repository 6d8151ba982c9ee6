"""An import is asked for, done by a worker, and begun anew where it failed."""

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.sense.votes import InputError
from placet.stages.consultations.imports.reading import read_export
from placet.stages.consultations.imports.writing import record_import, write_import
from placet.stages.consultations.models import Consultation, VoteImport
from placet.stages.consultations.uploads import checked_upload
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.texts.languages import CONTENT_LANGUAGES, UNDETERMINED

STALE_AFTER = timedelta(minutes=15)


@transaction.atomic
def request_import(
    actor: Actor,
    consultation: Consultation,
    files: "Sequence[File[bytes]]",
    *,
    language: str,
    flips_signs: bool,
) -> VoteImport:
    """Keep what was uploaded, to be imported by a worker.

    Parameters
    ----------
    files : sequence of File
        One zip archive, or the CSV files of an export.
    language : str
        BCP 47 tag of the language in which the statements are, ``"und"`` where there are several.
    flips_signs : bool
        Whether the export writes −1 for agree.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the consultation is closed (its record is final), the language unknown, or the files are too
        large or not what an export consists of.
    """
    account = require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    if consultation.state == Consultation.State.CLOSED:
        raise ValidationError(_("The consultation is closed: its record is final."))
    if language not in CONTENT_LANGUAGES and language != UNDETERMINED:
        raise ValidationError({"language": _("Choose the language of the statements.")})
    with checked_upload(files) as (name, content):
        vote_import = VoteImport(
            consultation=consultation,
            requested_by=account,
            file_name=name,
            flips_signs=flips_signs,
            language=language,
        )
        vote_import.file.save(f"{vote_import.pk}{Path(name).suffix.lower()}", content, save=False)
    vote_import.save()
    record_import(
        "request_import", vote_import, vote_import.requested_by, language=language, flips_signs=flips_signs
    )
    return vote_import


def run_import(import_id: UUID) -> None:
    """Read the export and put it into the consultation: everything, or nothing with the reason why.

    A second call for the same import does nothing once it is done.
    """
    now = timezone.now()
    unfinished = (VoteImport.State.WAITING, VoteImport.State.RUNNING)
    VoteImport.objects.filter(pk=import_id, state__in=unfinished).update(
        state=VoteImport.State.RUNNING, started_at=now
    )
    vote_import = VoteImport.objects.select_related(
        "consultation__priority__reflection", "requested_by", "consultation"
    ).get(pk=import_id)
    if vote_import.state != VoteImport.State.RUNNING:
        return
    with override(vote_import.requested_by.language):
        try:
            with tempfile.TemporaryDirectory(prefix="placet-import-") as folder:
                export = read_export(vote_import, Path(folder))
            write_import(vote_import, export)
        except InputError as error:
            _fail(vote_import, str(error))
        except (ValidationError, PermissionDenied) as refusal:
            _fail(vote_import, " ".join(getattr(refusal, "messages", [str(refusal)])))
        except Exception:
            _fail(vote_import, _("Something went wrong on our side. Nothing was imported."), keeps_file=True)
            raise


@transaction.atomic
def retry_import(actor: Actor, vote_import: VoteImport) -> None:
    """Begin anew where an import failed through no fault of its file, or its worker went away.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where there is nothing to begin anew with.
    """
    account = require_role(actor, vote_import.consultation.priority.reflection, Role.SECRETARIAT)
    current = VoteImport.objects.select_for_update().get(pk=vote_import.pk)
    if not may_retry(current):
        raise ValidationError(_("This import cannot be started again: upload the file once more."))
    current.state = VoteImport.State.WAITING
    current.error = ""
    current.started_at = current.finished_at = None
    current.save()
    record_import("retry_import", current, account)


def may_retry(vote_import: VoteImport) -> bool:
    """Whether an import can begin anew: its file is there, and nobody works on it."""
    if not vote_import.file:
        return False
    if vote_import.state == VoteImport.State.FAILED:
        return True
    begun = vote_import.started_at or vote_import.created_at
    return vote_import.state != VoteImport.State.DONE and begun < timezone.now() - STALE_AFTER


def _fail(vote_import: VoteImport, error: str, *, keeps_file: bool = False) -> None:
    with transaction.atomic():
        current = VoteImport.objects.select_for_update().get(pk=vote_import.pk)
        if current.state == VoteImport.State.DONE:
            return
        name = str(current.file.name)
        current.state = VoteImport.State.FAILED
        current.error = error
        current.finished_at = timezone.now()
        if not keeps_file:
            current.file = ""
            transaction.on_commit(lambda: default_storage.delete(name))
        current.save()
        record_import("fail_import", current, None)

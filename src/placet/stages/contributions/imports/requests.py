"""An import is asked for, looked at, confirmed or stopped, written by a worker, and begun anew."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.stages.contributions.attachments.checking import checked_file
from placet.stages.contributions.cleaning import clean_line
from placet.stages.contributions.imports import progress
from placet.stages.contributions.imports.checking import Checked, check
from placet.stages.contributions.imports.preview import kept_faults, kept_findings, kept_rows
from placet.stages.contributions.imports.reading import format_of, read
from placet.stages.contributions.imports.rows import Fault, Reading, UnreadableError
from placet.stages.contributions.imports.sentences import fault_sentence
from placet.stages.contributions.imports.writing import record_import, require_open, write_import
from placet.stages.contributions.models import Attachment, Collection, Contribution, ContributionImport
from placet.stages.mandates.models import Priority, Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.texts.actions import create_text
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.queries import all_wordings_of

State = ContributionImport.State

STALE_AFTER = timedelta(minutes=5)  # far longer than anything takes: then the worker has gone away
FILE_NAME_LENGTH = 120
WORKED_ON = (State.READING, State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class NewCollection:
    """A report, or an export of another platform, that is brought in for the first time."""

    title: Mapping[str, str]
    authors: Mapping[str, str]
    published_date: date | None = None
    source_url: str = ""


@transaction.atomic
def request_import(
    actor: Actor,
    reflection: Reflection,
    file: "File[bytes]",
    collection: Collection | NewCollection,
    *,
    kind: str,
    language: str,
    priority: Priority | None = None,
) -> ContributionImport:
    """Keep a file, to be read by a worker and confirmed afterwards. What it is, is seen by its content.

    Parameters
    ----------
    kind : str
        What its rows are: a ``Contribution.Kind``.
    language : str
        Of the texts, where the file itself does not say it.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the reflection is closed, the file too large or of no format that is known, or a collection of
        that title is there already.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    require_open(reflection)
    if language not in CONTENT_LANGUAGES:
        raise ValidationError({"language": _("Choose a language of the list.")})
    if kind not in Contribution.Kind.values:
        raise ValidationError({"kind": _("Choose what the rows are.")})
    if priority is not None and priority.reflection_id != reflection.pk:
        raise ValidationError({"priority": _("Choose a priority of this reflection.")})
    found, content = _checked(file)
    if isinstance(collection, NewCollection):
        collection = _create_collection(reflection, collection)
    elif collection.reflection_id != reflection.pk:
        raise ValidationError({"collection": _("Choose a collection of this reflection.")})
    made = ContributionImport(
        collection=collection,
        requested_by=account,
        format=found,
        kind=kind,
        language=language,
        priority=priority,
        file_name=_shown_name(file.name or ""),
        progressed_at=timezone.now(),
    )
    ending = "docx" if found == ContributionImport.Format.REPORT else "csv"
    made.file.save(f"{made.pk}.{ending}", ContentFile(content), save=False)
    made.save()
    record_import("request_import", made, account, format=str(found), kind=kind, language=language)
    return made


def read_import(import_id: UUID) -> None:
    """Read a file and look at its rows, for the page on which it is confirmed. Nothing is added yet."""
    found = _of(import_id, State.READING)
    if found is None:
        return
    with override(found.requested_by.language):
        try:
            reading, _digest = _read(found)
            tell = progress.tell_reading(found, len(reading.rows))
            tell(0)
            checked = check(reading.rows, found.collection, _format(found), tell)
        except UnreadableError as error:
            _fail(found, fault_sentence(error.code, error.values))
        except Exception:
            _fail(found, _("Something went wrong on our side. Nothing was imported."), keeps_file=True)
            raise
        else:
            _keep(found, reading, checked)


@transaction.atomic
def confirm_import(actor: Actor, contribution_import: ContributionImport) -> bool:
    """Have a worker write what was looked at. Confirmed before, nothing happens.

    Returns
    -------
    bool
        Whether a worker has to be told.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where there is nothing to confirm.
    """
    account = require_role(actor, contribution_import.collection.reflection, Role.SECRETARIAT)
    require_open(contribution_import.collection.reflection)
    current = _locked(contribution_import)
    if current.state in (State.WAITING, State.RUNNING, State.DONE):
        return False
    if current.state != State.READY:
        raise ValidationError(_("This import cannot be confirmed: upload the file once more."))
    if not current.new_count:
        raise ValidationError(_("All of this file is there already: there is nothing to add."))
    current.state = State.WAITING
    current.done_count = 0
    current.progressed_at = timezone.now()
    current.save()
    record_import("confirm_import", current, account, n_new=current.new_count)
    return True


@transaction.atomic
def cancel_import(actor: Actor, contribution_import: ContributionImport) -> None:
    """Stop an import before it is written; once it is, it can no longer be stopped.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where it is written already.
    """
    account = require_role(actor, contribution_import.collection.reflection, Role.SECRETARIAT)
    current = _locked(contribution_import)
    if current.state == State.CANCELLED:
        return
    if current.state == State.DONE:
        raise ValidationError(_("This import is done: it can no longer be stopped."))
    _end(current, State.CANCELLED)
    record_import("cancel_import", current, account)


def run_import(import_id: UUID) -> None:
    """Write a confirmed import: everything, or nothing and the reason why. Done once, it is done."""
    ContributionImport.objects.filter(pk=import_id, state=State.WAITING).update(
        state=State.RUNNING, progressed_at=timezone.now()
    )
    found = _of(import_id, State.RUNNING)
    if found is None:
        return
    with override(found.requested_by.language):
        try:
            reading, digest = _read(found)
            checked = check(reading.rows, found.collection, _format(found))
            if reading.faults or checked.faults:
                _fail(found, _("The collection has changed meanwhile. Upload the file once more."))
                return
            write_import(found, reading.rows, digest, progress.tell_writing(found))
        except UnreadableError as error:
            _fail(found, fault_sentence(error.code, error.values))
        except (ValidationError, PermissionDenied) as refusal:
            _fail(found, " ".join(getattr(refusal, "messages", [str(refusal)])))
        except Exception:
            _fail(found, _("Something went wrong on our side. Nothing was imported."), keeps_file=True)
            raise
        finally:
            progress.forget_writing(found)


@transaction.atomic
def retry_import(actor: Actor, contribution_import: ContributionImport) -> bool:
    """Begin anew where an import failed through no fault of its file, or its worker went away.

    Returns
    -------
    bool
        Whether it is to be written; otherwise it is read once more.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where there is nothing to begin anew with.
    """
    account = require_role(actor, contribution_import.collection.reflection, Role.SECRETARIAT)
    current = _locked(contribution_import)
    if not may_retry(current):
        raise ValidationError(_("This import cannot be started again: upload the file once more."))
    is_confirmed = current.state in (State.WAITING, State.RUNNING)
    current.state = State.WAITING if is_confirmed else State.READING
    current.error = ""
    current.done_count = 0
    current.finished_at = None
    current.progressed_at = timezone.now()
    current.save()
    record_import("retry_import", current, account)
    return is_confirmed


def may_retry(contribution_import: ContributionImport) -> bool:
    """Whether an import can begin anew: its file is there, and nobody works on it."""
    if not contribution_import.file:
        return False
    if contribution_import.state == State.FAILED:
        return True
    is_stale = contribution_import.progressed_at < timezone.now() - STALE_AFTER
    return contribution_import.state in WORKED_ON and is_stale


def _checked(file: "File[bytes]") -> tuple[ContributionImport.Format, bytes]:
    """Format and content of a file, which is looked at before it is kept."""
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        limit = settings.ATTACHMENT_MAX_BYTES // 1_000_000
        raise ValidationError({"file": _("A file has at most %(limit)d megabytes.") % {"limit": limit}})
    file.seek(0)
    content = file.read()
    try:
        found = format_of(content)
    except UnreadableError as error:
        raise ValidationError({"file": fault_sentence(error.code, error.values)}) from None
    if found == ContributionImport.Format.REPORT and checked_file(file).kind != Attachment.Kind.DOCX:
        raise ValidationError({"file": fault_sentence("damaged", {})})
    return found, content


def _shown_name(name: str) -> str:
    """The last part of an uploaded file's name, on one line."""
    last = clean_line(name.replace("\\", "/").rsplit("/", 1)[-1][-4 * FILE_NAME_LENGTH :])
    return last[-FILE_NAME_LENGTH:] or "import"


def _create_collection(reflection: Reflection, new: NewCollection) -> Collection:
    title = {language: clean_line(text) for language, text in new.title.items() if clean_line(text)}
    if not title:
        raise ValidationError({"title": _("Say what the report, or the collection, is called.")})
    there = all_wordings_of(
        Collection.objects.filter(reflection=reflection).values_list("title_id", flat=True)
    )
    taken = {wording.body.casefold() for wordings in there.values() for wording in wordings}
    if any(text.casefold() in taken for text in title.values()):
        raise ValidationError(
            {"title": _("There is a collection of this title: choose it, and only what is new is added.")}
        )
    authors = {language: clean_line(text) for language, text in new.authors.items() if clean_line(text)}
    return Collection.objects.create(
        reflection=reflection,
        title=create_text(title, original=next(iter(title))),
        authors=create_text(authors, original=next(iter(authors))) if authors else None,
        published_date=new.published_date,
        source_url=new.source_url,
        is_simulated=reflection.is_simulated,
    )


def _of(import_id: UUID, state: str) -> ContributionImport | None:
    """An import in a state; None where it is in another one by now."""
    found = ContributionImport.objects.select_related("collection__reflection", "requested_by")
    return found.filter(pk=import_id, state=state).first()


def _locked(contribution_import: ContributionImport) -> ContributionImport:
    return (
        ContributionImport.objects.select_for_update(of=("self",))
        .select_related("collection")
        .get(pk=contribution_import.pk)
    )


def _format(contribution_import: ContributionImport) -> ContributionImport.Format:
    return ContributionImport.Format(contribution_import.format)


def _read(contribution_import: ContributionImport) -> tuple[Reading, str]:
    """The rows of a file, and its digest."""
    with contribution_import.file.open("rb") as stored:
        content = stored.read()
    digest = hashlib.sha256(content).hexdigest()
    return read(content, _format(contribution_import), contribution_import.language), digest


@transaction.atomic
def _keep(contribution_import: ContributionImport, reading: Reading, checked: Checked) -> None:
    """What was read, for the page on which it is confirmed; with faults, it cannot be."""
    current = _locked(contribution_import)
    if current.state != State.READING:
        return  # stopped meanwhile
    told = {fault.place for fault in reading.faults}  # the reader says more of the same place
    others = [fault for fault in checked.faults if fault.place not in told]
    faults: list[Fault] = sorted([*reading.faults, *others], key=lambda fault: fault.place)
    current.row_count = current.done_count = len(reading.rows)
    current.new_count, current.known_count = len(checked.new), len(checked.known)
    current.preview = kept_rows(checked)
    current.faults, current.fault_count = kept_faults(faults), len(faults)
    current.findings = kept_findings([*reading.findings, *checked.findings])
    current.source_url = reading.source_url
    current.progressed_at = timezone.now()
    current.state = State.READY
    if faults:
        _end(current, State.FAILED)
        record_import("fail_import", current, None, n_faults=len(faults))
    else:
        current.save()


def _fail(contribution_import: ContributionImport, error: str, *, keeps_file: bool = False) -> None:
    with transaction.atomic():
        current = _locked(contribution_import)
        if current.state not in WORKED_ON:
            return
        _end(current, State.FAILED, error=error, keeps_file=keeps_file)
        record_import("fail_import", current, None)


def _end(current: ContributionImport, state: str, *, error: str = "", keeps_file: bool = False) -> None:
    """Save how an import ended; its file goes."""
    name = str(current.file.name)
    current.state = state
    current.error = error
    current.finished_at = timezone.now()
    if name and not keeps_file:
        current.file = ""
        transaction.on_commit(lambda: default_storage.delete(name))
    current.save()

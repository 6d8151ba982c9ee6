"""Restoring a backup: verified before anything is touched, again when it is loaded, then put in place."""

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader

from placet.config.backup import postgresql, sqlite
from placet.config.backup.archive import (
    DATABASES,
    FILES,
    SECRET_KEY,
    BackupError,
    Manifest,
    Reader,
    Report,
    verified,
)
from placet.config.backup.digests import check_tables
from placet.config.backup.saving import uploaded_files
from placet.config.occupancy import home_alone
from placet.stages.people.models import Account
from placet.stages.record.models import AuditEntry


@dataclass(frozen=True)
class Restored:
    """What was restored, and whether the settings name another secret key than the backup's."""

    manifest: Manifest
    is_other_key_set: bool


def restore_backup(source: Path, report: Report, *, is_replacing: bool = False) -> Restored:
    """Put what an archive holds in the place of what is here; all of it, or nothing.

    Raises
    ------
    BackupError
        Where the archive is not whole, is of another version or another kind of database, or where there is
        something here already and it is not to be replaced.
    UnsuitableError
        While Placet runs here.
    """
    with verified(source, report) as archive:
        _check_fit(archive.manifest)
        with home_alone(settings.HOME):
            return _restore(archive, report, is_replacing=is_replacing)


def _restore(archive: Reader, report: Report, *, is_replacing: bool) -> Restored:
    if not is_replacing and not is_empty():
        raise BackupError("There is an installation here already: add --replace to lose it for the backup's.")
    connections.close_all()
    with _staging(settings.HOME) as folder:
        _stage_files(archive, folder, report)
        pairs = [(folder / "files", uploaded_files()), (folder / SECRET_KEY, settings.HOME / SECRET_KEY)]
        restore = _restore_postgresql if connection.vendor == "postgresql" else _restore_sqlite
        restore(archive, folder, pairs, report)
    connections.close_all()
    return Restored(archive.manifest, archive.read_secret_key() != _key_in_use())


def is_empty() -> bool:
    """Whether nobody has an account here, nothing was done, and no file was uploaded."""
    if any(uploaded_files().glob("*")):
        return False
    if connection.vendor == "sqlite":
        path = sqlite.database_path()
        if not path.exists() or path.stat().st_size == 0:
            return True
    try:
        tables = connection.introspection.table_names()
        kept = [model for model in (Account, AuditEntry) if model._meta.db_table in tables]
        return not any(model._base_manager.exists() for model in kept) and (bool(kept) or not tables)
    except DatabaseError:
        if connection.vendor == "sqlite":
            return False  # damaged, but somebody's
        raise


def _check_fit(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupError(
            f"This backup is of {manifest.database}, and the settings name {connection.vendor}: set "
            "DATABASE_URL to a database of the same kind."
        )
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    if {tuple(each) for each in manifest.migrations} != set(known):
        raise BackupError(
            f"This backup was made by Placet {manifest.software}, whose tables are not those of this one: "
            "restore it with the version that made it, then update."
        )


def _stage_files(archive: Reader, folder: Path, report: Report) -> None:
    (folder / "files").mkdir(mode=0o700)
    names = [name for name in archive.manifest.members if name.startswith(FILES)]
    for number, name in enumerate(names, start=1):
        archive.extract(name, folder)
        report("Unpacking the files", number, len(names))
    archive.extract(SECRET_KEY, folder)


def _restore_sqlite(archive: Reader, folder: Path, pairs: list[tuple[Path, Path]], report: Report) -> None:
    target = sqlite.database_path()
    target.parent.mkdir(parents=True, exist_ok=True)
    with _staging(target.parent) as beside:  # on the same disk: the last step is a rename
        report("Unpacking the database", 0, 0)
        new = archive.extract(DATABASES["sqlite"], beside)
        sqlite.check(new, archive.manifest.tables, report)
        with _uninterrupted(), _swapped(pairs):
            sqlite.put_in_place(new)


def _restore_postgresql(
    archive: Reader, folder: Path, pairs: list[tuple[Path, Path]], report: Report
) -> None:
    new = archive.extract(DATABASES["postgresql"], folder)
    with contextlib.ExitStack() as stack, transaction.atomic():
        postgresql.load(new, report)
        check_tables(archive.manifest.tables, DEFAULT_DB_ALIAS, report)
        stack.enter_context(_uninterrupted())
        stack.enter_context(_swapped(pairs))


@contextlib.contextmanager
def _swapped(pairs: list[tuple[Path, Path]]) -> Iterator[None]:
    """Put each new path in the place of the old one; where the block fails, put the old ones back."""
    done: list[tuple[Path, Path, Path]] = []
    try:
        for new, target in pairs:
            old = new.with_name(new.name + ".old")
            if target.exists():
                target.rename(old)
            done.append((new, target, old))
            new.rename(target)
        yield
    except BaseException:
        for new, target, old in reversed(done):
            if target.exists():
                target.rename(new)
            if old.exists():
                old.rename(target)
        raise


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let no signal come between the last steps: they take an instant."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # A mask would be this thread's alone, and the progress bar has another.
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    """A folder, the owner's alone, on the disk where its content will go; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=".restore.", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _key_in_use() -> str:
    """The key that the next start will use."""
    given = os.environ.get("PLACET_SECRET_KEY", "")
    return given or (settings.HOME / SECRET_KEY).read_text(encoding="ascii").strip()

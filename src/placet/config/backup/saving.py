"""Making a backup, while the platform runs."""

import contextlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from placet import __version__
from placet.config.backup import postgresql, sqlite
from placet.config.backup.archive import (
    DATABASES,
    FILES,
    FORMAT,
    SECRET_KEY,
    BackupError,
    Manifest,
    Report,
    Writer,
)
from placet.config.preparation import are_tables_current


def create_backup(target: Path, report: Report) -> Manifest:
    """Write an archive of database, uploaded files and secret key; it is there when it is complete.

    Raises
    ------
    BackupError
        Where it cannot be made; nothing is left behind then.
    """
    _check(target)
    with _working_folder(target) as folder:
        kind = connection.vendor
        database = folder / DATABASES[kind]
        tables = (postgresql if kind == "postgresql" else sqlite).dump(database, report)
        key = folder / SECRET_KEY
        key.write_text(settings.SECRET_KEY, encoding="ascii")
        partial = folder / "archive"
        with _private(partial) as file, tarfile.open(fileobj=file, mode="w:") as tar:
            writer = Writer(tar)
            writer.add(DATABASES[kind], database)
            writer.add(SECRET_KEY, key)
            _add_files(writer, report)
            manifest = Manifest(
                format=FORMAT,
                software=__version__,
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                database=kind,
                migrations=applied_migrations(),
                tables=tables,
                members=writer.members,
            )
            writer.finish(manifest)
        _publish(partial, target)
    return manifest


def applied_migrations() -> list[tuple[str, str]]:
    """The migrations that the database has gone through."""
    return sorted(MigrationRecorder(connection).applied_migrations())


def uploaded_files() -> Path:
    """The folder of uploaded files."""
    return Path(default_storage.path(""))


def _check(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise BackupError(f"{target} exists already: name another file, or remove it first.")
    if not target.absolute().parent.is_dir():
        raise BackupError(f"The folder {target.absolute().parent} is not there: make it first.")
    if connection.vendor == "sqlite" and not sqlite.database_path().exists():
        raise BackupError(
            f"There is no database at {sqlite.database_path()}: set PLACET_HOME as it is for the server."
        )
    if not are_tables_current():
        raise BackupError(
            "The database's tables are not those of this version: `placet serve` updates them when it starts."
        )


def _add_files(writer: Writer, report: Report) -> None:
    folder = uploaded_files()
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    for number, path in enumerate(paths, start=1):
        with contextlib.suppress(FileNotFoundError):  # it was deleted meanwhile
            writer.add(FILES + path.relative_to(folder).as_posix(), path)
        report("Adding the files", number, len(paths))


@contextlib.contextmanager
def _working_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target, the owner's alone, that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.absolute().parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _private(path: Path) -> IO[bytes]:
    """A new file that its owner alone can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _publish(partial: Path, target: Path) -> None:
    """Give the archive its name once all of it is on the disk; a file made meanwhile is not overwritten."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(partial, target)
    except FileExistsError as error:
        raise BackupError(f"{target} exists by now: name another file.") from error

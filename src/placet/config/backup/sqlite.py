"""SQLite: copied while it is used, and put in place by one rename."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from placet.config.backup.archive import BackupError, Report, Table
from placet.config.backup.digests import check_tables, tables_of
from placet.config.sqlite.library import LIBRARY

ALIAS = "backup"
PAGES = 2_000


def database_path() -> Path:
    """Where the database lies."""
    return Path(str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])).absolute()


def dump(copy: Path, report: Report) -> dict[str, Table]:
    """Copy the database as it is at one moment, and digest the copy."""
    with contextlib.closing(_open(database_path())) as source, contextlib.closing(_open(copy)) as target:
        # One reading transaction around all steps: what others write meanwhile does not begin it anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()

        def progress(status: int, remaining: int, total: int) -> None:
            report("Copying the database", total - remaining, total)

        source.backup(target, pages=PAGES, progress=progress, sleep=0)
        source.execute("ROLLBACK")
        target.execute("PRAGMA journal_mode=DELETE")  # a copy is one file
    with opened(copy) as alias:
        return tables_of(alias, report)


def check(copy: Path, expected: dict[str, Table], report: Report) -> None:
    """See that a database file is sound and holds what the manifest says.

    Raises
    ------
    BackupError
        Where it is not, or does not.
    """
    with contextlib.closing(_open(copy)) as database:
        [[said], *_] = database.execute("PRAGMA integrity_check").fetchall()
    if said != "ok":
        raise BackupError("The database in the backup is damaged; nothing was changed. Take another backup.")
    with opened(copy) as alias:
        check_tables(expected, alias, report)


def put_in_place(new: Path) -> None:
    """Replace the database by a new file, at once or not at all.

    Raises
    ------
    BackupError
        Where somebody uses the old one.
    """
    target = database_path()
    with contextlib.ExitStack() as stack:
        if target.exists():
            stack.enter_context(_held(target))
        _sync(new)
        new.replace(target)
        for ending in ("-wal", "-shm", "-journal"):  # of the old file: they would be applied to the new one
            target.with_name(target.name + ending).unlink(missing_ok=True)
        _sync(target.parent)


@contextlib.contextmanager
def _held(target: Path) -> Iterator[None]:
    """Hold the old database alone, its log written back and gone, so that nobody loses what is in it."""
    with contextlib.closing(_open(target, timeout=2)) as old:
        try:
            old.execute("PRAGMA journal_mode=DELETE")
            old.execute("BEGIN EXCLUSIVE")
        except LIBRARY.OperationalError as error:
            raise BackupError(
                "Somebody uses the database: end Placet and whatever else has it open, and restore again."
            ) from error
        except LIBRARY.DatabaseError:
            pass  # it is damaged: a reason to restore
        yield


@contextlib.contextmanager
def opened(path: Path) -> Iterator[str]:
    """Let Django read another file, under the alias that is handed over."""
    default = connections.settings[DEFAULT_DB_ALIAS]
    connections.settings[ALIAS] = {
        **default,
        "NAME": str(path),
        "OPTIONS": {"init_command": "PRAGMA query_only=ON"},
    }
    try:
        yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def _open(path: Path, timeout: float = 20) -> Any:
    return LIBRARY.connect(str(path), isolation_level=None, timeout=timeout)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

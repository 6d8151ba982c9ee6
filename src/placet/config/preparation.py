"""What has to be there before the platform can be served: folders, tables, static files.

Everything here is repeatable, and quick when there is nothing to do.
"""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection

from placet.config.schema import is_schema_current, update_schema
from placet.config.sqlite.library import VERSION, sqlite_journal_mode


def are_tables_current() -> bool:
    """Whether the tables are as this version needs them, and the cache's table is there."""
    has_cache = settings.CACHES["default"]["LOCATION"] in connection.introspection.table_names()
    return has_cache and is_schema_current()


def update_tables() -> None:
    """Make the tables or bring them up to date, and make the cache's table."""
    update_schema()
    call_command("createcachetable", verbosity=0)


def static_fingerprint() -> str:
    """A digest of the static files' names, sizes and times."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static_files() -> bool:
    """Collect the static files if they changed since the last time, and say whether they did."""
    stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(fingerprint, encoding="ascii")
    return True


def describe_database() -> str:
    """One line: which database, and for SQLite which journal and why."""
    database = settings.DATABASES["default"]
    if connection.vendor != "sqlite":
        return f"Database: {connection.display_name} at {database['HOST'] or 'the default address'}."
    if sqlite_journal_mode() == "WAL":
        reason = "journal mode WAL"
    else:
        reason = "rollback journal, because write-ahead logging can corrupt data in this version"
    return f"Database: {database['NAME']} (SQLite {VERSION}, {reason})."

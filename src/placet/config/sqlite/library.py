"""Which SQLite this process uses, and which journal is safe in it.

A process uses one of them alone: two copies of SQLite that open the same file drop each other's locks.
"""

from types import ModuleType
from typing import Final


def find_library() -> ModuleType:
    """``pysqlite3`` where it is installed: it carries its own SQLite. The standard library's otherwise."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        from sqlite3 import dbapi2 as standard

        return standard
    found: ModuleType = dbapi2
    return found


LIBRARY: Final = find_library()
VERSION: Final[str] = LIBRARY.sqlite_version
VERSION_INFO: Final[tuple[int, ...]] = LIBRARY.sqlite_version_info


def has_wal_fault(version: tuple[int, ...] = VERSION_INFO) -> bool:
    """Whether write-ahead logging can corrupt data in this version.

    The fault exists from 3.7.0 to 3.51.2; it was fixed in 3.51.3 and back-ported to 3.44.6 and 3.50.7.
    """
    is_fixed = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return not is_fixed


def sqlite_journal_mode(version: tuple[int, ...] = VERSION_INFO) -> str:
    """``WAL`` where this SQLite is free of the WAL corruption fault, ``DELETE`` otherwise."""
    return "DELETE" if has_wal_fault(version) else "WAL"

"""What the embedded default needs before Django starts: a secret key of its own, a safe SQLite journal."""

import os
import secrets
import sqlite3
from pathlib import Path


def embedded_secret_key(home: Path) -> str:
    """The secret key kept in ``home/secret_key``; made on first use, readable by its owner alone."""
    path = home / "secret_key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(50)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def sqlite_journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """``WAL`` where the linked SQLite is free of the WAL corruption fault, ``DELETE`` otherwise.

    The fault exists from 3.7.0 to 3.51.2; it was fixed in 3.51.3 and back-ported to 3.44.6 and 3.50.7.
    """
    is_fixed = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return "WAL" if is_fixed else "DELETE"

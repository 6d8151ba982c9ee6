"""Connections that are kept when a request lets go of them, and handed to the next one.

Under ASGI Django answers each request in a thread of its own, and so with a connection of its own. Opening
one costs more than most queries: the file, the functions, the pragmas, and the whole schema read anew.
"""

import os
from collections import defaultdict
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

MOST_KEPT = 16  # more than that ask at the same moment only in a rush, and are closed afterwards

Place = tuple[int, str]  # of the process, and the file


class _Kept(NamedTuple):
    connection: Any
    file: tuple[int, int]


class KeptConnections:
    """Idle connections by process and file; each is used by one thread at a time."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._idle: dict[Place, list[_Kept]] = defaultdict(list)
        self._lock = Lock()

    def take(self, name: str) -> Any | None:
        """An idle connection to a file, or None. One to a file that has been replaced is closed instead."""
        present = _identity(name)
        while True:
            with self._lock:
                idle = self._idle[os.getpid(), name]
                kept = idle.pop() if idle else None
            if kept is None or kept.file == present:
                return kept.connection if kept else None
            kept.connection.close()

    def keep(self, name: str, connection: Any) -> bool:
        """Keep a connection that nobody uses any more; False where it has to be closed.

        One inside a transaction is never kept: whatever it was doing is over.
        """
        file = _identity(name)
        if file is None or connection.in_transaction:
            return False
        with self._lock:
            idle = self._idle[os.getpid(), name]
            if len(idle) >= self._most_kept:
                return False
            idle.append(_Kept(connection, file))
        return True


def _identity(name: str) -> tuple[int, int] | None:
    """Which file stands under a name; None where there is none, as in memory."""
    try:
        found = Path(name).stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


kept_connections = KeptConnections()

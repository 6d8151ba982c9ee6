"""Who uses a home: many processes that serve from it, or one that replaces what is in it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from placet.config.surroundings import UnsuitableError


def join_home(home: Path) -> None:
    """Use a home until this process ends, beside others.

    Raises
    ------
    UnsuitableError
        While a backup is being restored there.
    """
    descriptor = _open(home)  # held open: the system lets go of it when the process ends, however it ends
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise UnsuitableError("A backup is being restored here: start Placet when that is done.") from error


@contextlib.contextmanager
def home_alone(home: Path) -> Iterator[None]:
    """Have a home to oneself.

    Raises
    ------
    UnsuitableError
        While Placet runs in it.
    """
    descriptor = _open(home)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise UnsuitableError("Placet runs in this folder: end it first, then restore.") from error
    finally:
        os.close(descriptor)


def _open(home: Path) -> int:
    home.mkdir(parents=True, exist_ok=True)
    return os.open(home / ".lock", os.O_RDWR | os.O_CREAT, 0o600)

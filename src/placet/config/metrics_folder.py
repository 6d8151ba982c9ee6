"""Where several serving processes keep what they count. Set before prometheus_client is imported."""

import os
import shutil
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
KINDS = ("counter", "histogram", "gauge_livesum")  # prometheus_client keeps a file for each
ROOM_BYTES = (
    2**20
)  # a thousand series of a histogram; every route, method and class of status at once is fewer


def share_metrics(home: Path, port: int) -> Path:
    """Have the processes that start from here count together, from nothing."""
    folder = home / "metrics" / str(port)  # a second web server of this home has its own
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ[VARIABLE] = str(folder.absolute())
    return folder


def reserve_room() -> None:
    """Reserve the disk for this process's figures, where processes count together.

    prometheus_client writes into mapped files with holes. On a full disk, filling a hole is no error that
    anything could catch: the kernel ends the process.

    Raises
    ------
    OSError
        There is no room.
    """
    if VARIABLE not in os.environ:
        return
    for kind in KINDS:
        with (Path(os.environ[VARIABLE]) / f"{kind}_{os.getpid()}.db").open("wb") as file:
            _reserve(file.fileno())


def _reserve(file: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, ROOM_BYTES)
    else:
        os.write(file, bytes(ROOM_BYTES))  # macOS

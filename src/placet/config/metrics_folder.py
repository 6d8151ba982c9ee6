"""Where several serving processes keep what they count. Set before prometheus_client is imported."""

import os
import shutil
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics(home: Path, port: int) -> Path:
    """Have the processes that start from here count together, from nothing."""
    folder = home / "metrics" / str(port)  # a second web server of this home has its own
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ[VARIABLE] = str(folder.absolute())
    return folder

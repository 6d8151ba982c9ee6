"""Running the inspection of a file apart from this process, so that no file can take it down."""

import os
import subprocess
import sys

PROGRAM = "placet.stages.contributions.attachments.inspection"
SECONDS = 40.0


class InspectionError(Exception):
    """The file was more than the program could take: too long, too much memory, or a fault of a parser."""


def inspect(job: str, content: bytes) -> bytes:
    """What the program answers about a file.

    Parameters
    ----------
    job : {'check', 'read'}

    Raises
    ------
    InspectionError
        Where it ran out of time or memory, or failed.
    """
    surroundings = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",  # each thread would reserve memory that the bound counts
    }
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter and program; the file is its input alone
            [sys.executable, "-m", PROGRAM, job],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=surroundings,
        )
    except subprocess.TimeoutExpired:
        raise InspectionError("time") from None
    if ended.returncode != 0:
        raise InspectionError(f"status {ended.returncode}")
    return ended.stdout

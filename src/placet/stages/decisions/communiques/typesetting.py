"""Typesetting with Typst, in a process of its own with limits on time and memory.

What people wrote reaches the template as data and is set as text, never read as markup. The template's folder
is all that the process can read, no font of the system is used, and the date is given: the same document
makes the same bytes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

PROGRAM: Final = "placet.stages.decisions.communiques.typesetting_program"
SECONDS: Final = 40.0


class TypesettingError(RuntimeError):
    """The document was more than the program could take, or the template is at fault."""


def typeset(template: Path, data: Mapping[str, Any], *, made_on: date) -> bytes:
    """A PDF: tagged, and PDF/A-2a and PDF/UA-1 where the fonts have every character of it.

    Parameters
    ----------
    template : Path
        A Typst file that reads ``sys.inputs.data``; its folder holds templates alone.
    data : mapping
        What JSON can say.
    made_on : date
        The date that the file states as its own.

    Raises
    ------
    TypesettingError
        Where the program ran out of time or memory, or refused.
    """
    surroundings = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RAYON_NUM_THREADS": "1",
    }
    job = {
        "template": str(template),
        "data": json.dumps(data, ensure_ascii=False),
        "date": made_on.isoformat(),
    }
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter and program; the job is its input alone
            [sys.executable, "-m", PROGRAM],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=surroundings,
        )
    except subprocess.TimeoutExpired:
        raise TypesettingError("time") from None
    if ended.returncode != 0:
        raise TypesettingError(ended.stderr.decode("utf-8", "replace")[-2000:])
    return ended.stdout

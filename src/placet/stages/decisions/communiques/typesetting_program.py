"""The program that typesets one document: a job as JSON on standard input, a PDF on standard output.

Run by ``typesetting.typeset``. It knows neither Django nor the database.
"""

import json
import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 3 * 1024**3
CPU_SECONDS: Final = 30
ARCHIVED_AND_ACCESSIBLE: Final = ("a-2a", "ua-1")


def main() -> int:
    """Do one job; 0 where a PDF stands on standard output."""
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as nothing:  # where packages would be looked for: there are none
        _bind()
        pdf = _compile(Path(job["template"]), job["data"], datetime.fromisoformat(job["date"]), nothing)
    sys.stdout.buffer.write(pdf)
    return 0


def _bind() -> None:
    """From here on this process has this much memory and time, and writes no file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _compile(template: Path, data: str, made_on: datetime, packages: str) -> bytes:
    """By the standards where that is possible: they forbid a character that no font has."""
    import typst

    error: Exception | None = None
    for standards in (ARCHIVED_AND_ACCESSIBLE, ()):
        try:
            pdf: bytes = typst.compile(
                str(template),
                format="pdf",
                root=str(template.parent),
                ignore_system_fonts=True,
                sys_inputs={"data": data},
                pdf_standards=list(standards),
                package_path=packages,
                package_cache_path=packages,
                timestamp=made_on.replace(tzinfo=UTC),
            )
            return pdf
        except typst.TypstError as refusal:
            error = error or refusal
    raise RuntimeError(str(error))


if __name__ == "__main__":
    sys.exit(main())

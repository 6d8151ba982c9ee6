"""How far an import is, for the bar that shows it.

While rows are read, the count stands in the row of the import. While they are written, it cannot: what a
transaction writes is seen by nobody before its end, and the embedded database takes one writer at a time. So
it stands in a small file beside the uploaded one.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from placet.stages.contributions.models import ContributionImport

ENDING = ".progress"
DIGITS_MAX = 9


def tell_reading(contribution_import: ContributionImport, row_count: int) -> Callable[[int], None]:
    """What is to be called with the number of rows that have been looked at."""

    def tell(done: int) -> None:
        ContributionImport.objects.filter(
            pk=contribution_import.pk, state=ContributionImport.State.READING
        ).update(done_count=done, row_count=row_count, progressed_at=timezone.now())

    return tell


def tell_writing(contribution_import: ContributionImport) -> Callable[[int], None]:
    """What is to be called with the number of rows that have been written."""
    path = _path(contribution_import)

    def tell(done: int) -> None:
        if path is not None:
            fresh = path.with_suffix(".fresh")
            fresh.write_text(str(done), encoding="ascii")
            fresh.replace(path)

    return tell


def written_so_far(contribution_import: ContributionImport) -> int:
    """How many rows have been written, while they are."""
    path = _path(contribution_import)
    with suppress(OSError, ValueError):
        if path is not None:
            return int(path.read_text(encoding="ascii")[:DIGITS_MAX])
    return 0


def forget_writing(contribution_import: ContributionImport) -> None:
    """Take the small file away."""
    path = _path(contribution_import)
    if path is not None:
        path.unlink(missing_ok=True)


def _path(contribution_import: ContributionImport) -> Path | None:
    if not contribution_import.file:
        return None
    return Path(default_storage.path(str(contribution_import.file.name))).with_suffix(ENDING)

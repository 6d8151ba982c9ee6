"""Writing the files of an analysis, all of them or none."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from placet.sense.estimates import Consent
from placet.sense.reports.analysis import Analysis
from placet.sense.reports.consent import consent_table
from placet.sense.reports.document import Document, build_document, dump_document
from placet.sense.reports.page import render_report
from placet.sense.reports.tables import participants_table, statements_table


class OutputError(OSError):
    """The results cannot be written where they were asked for."""


def check_output(directory: Path, *, overwrite: bool = False) -> None:
    """Say before the work whether results can go into a directory.

    Raises
    ------
    OutputError
        If it is a file, or if it is not empty and `overwrite` is not asked for.
    """
    if not directory.exists():
        return
    if not directory.is_dir():
        raise OutputError(f"{directory} is a file; name a folder for the results.")
    if not overwrite and any(directory.iterdir()):
        raise OutputError(f"{directory} is not empty; name another folder or use --force.")


def write_results(
    analysis: Analysis,
    directory: Path,
    *,
    language: str = "en",
    command: str = "",
    consent: Consent | None = None,
    overwrite: bool = False,
) -> Document:
    """Write ``analysis.json``, ``participants.csv``, ``statements.csv`` and ``report.html``.

    With consent across members, ``consent.json`` and ``consent.csv`` as well.

    Everything is written to a hidden folder first and moved into place at the end, so that a
    failure or an interruption leaves nothing half-written. With `overwrite`, files of the same
    names are replaced and all others are left alone.

    Parameters
    ----------
    analysis : Analysis
    directory : Path
        Made if it does not exist.
    language : {"en", "fr"}
        Language of the report.
    command : str
        The command that recomputes the analysis, printed in the report.
    consent : Consent, optional
        As far as it may be published: see `publishable_consent`.
    overwrite : bool
        Whether a directory that is not empty may be written to.

    Returns
    -------
    mapping
        The document that ``analysis.json`` holds.

    Raises
    ------
    OutputError
        If the directory may not be used, or cannot be written to.
    """
    check_output(directory, overwrite=overwrite)
    document = build_document(analysis)
    contents = {
        "analysis.json": dump_document(document),
        "participants.csv": participants_table(analysis),
        "statements.csv": statements_table(document),
        "report.html": render_report(document, language=language, command=command),
    }
    if consent is not None:
        contents["consent.json"] = consent.to_json() + "\n"
        contents["consent.csv"] = consent_table(consent)
    try:
        write_together(contents, directory.absolute())
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"The results cannot be written to {directory}: {reason}.") from error
    return document


def write_together(contents: dict[str, str], directory: Path) -> None:
    """Write files by name into an absolute directory, all of them or none."""
    # A folder on the same file system: inside the directory if it is there, else beside it.
    place = directory
    while not place.exists():
        place = place.parent
    draft = Path(tempfile.mkdtemp(prefix=".placet-", dir=place))
    try:
        for name, content in contents.items():
            (draft / name).write_text(content, encoding="utf-8", newline="")
        draft.chmod(0o755)
        if directory.exists():
            for name in contents:
                (draft / name).replace(directory / name)
        else:
            directory.parent.mkdir(parents=True, exist_ok=True)
            draft.rename(directory)
    finally:
        shutil.rmtree(draft, ignore_errors=True)

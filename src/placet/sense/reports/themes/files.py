"""Writing the files of themes, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from placet.sense.reports.document import dump_document
from placet.sense.reports.files import OutputError, check_output, write_together
from placet.sense.reports.tables import write_table
from placet.sense.reports.themes.document import Document, ThemeSource, build_theme_document
from placet.sense.reports.themes.page import render_theme_report
from placet.sense.text.themes import Themes

TEXT_COLUMNS = ("id", "theme", "label_en", "label_fr", "language", "text")


def write_themes(
    source: ThemeSource,
    themes: Themes,
    directory: Path,
    *,
    language: str = "en",
    command: str = "",
    overwrite: bool = False,
) -> Document:
    """Write ``themes.json``, ``texts.csv`` and ``report.html``.

    Parameters
    ----------
    source : ThemeSource
    themes : Themes
    directory : Path
        Made if it does not exist.
    language : {"en", "fr"}
        Language of the report.
    command : str
        The command that finds the same themes, printed in the report.
    overwrite : bool
        Whether a directory that is not empty may be written to.

    Returns
    -------
    dict
        What ``themes.json`` holds.

    Raises
    ------
    OutputError
        If the directory may not be used, or cannot be written to.
    """
    check_output(directory, overwrite=overwrite)
    document = build_theme_document(source, themes)
    contents = {
        "themes.json": dump_document(document),
        "texts.csv": write_table(TEXT_COLUMNS, _text_rows(document)),
        "report.html": render_theme_report(document, language=language, command=command),
    }
    try:
        write_together(contents, directory.absolute())
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"The results cannot be written to {directory}: {reason}.") from error
    return document


def _text_rows(document: Document) -> Iterator[tuple[Any, ...]]:
    themes = {theme["key"]: theme for theme in document["themes"]}
    for text in document["texts"]:
        theme = themes.get(text["theme"])
        named = ("", "", "")
        if theme is not None:
            named = (theme["number"], *(", ".join(theme["labels"][code]) for code in ("en", "fr")))
        yield (text["id"], *named, text["language"], text["text"])

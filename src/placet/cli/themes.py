"""``placet themes``: texts in, themes and a report out. Runs on the engine alone."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from placet.cli.terminal import INTERRUPTED, Progress, one_line

if TYPE_CHECKING:
    from placet.sense.reports.themes import ThemeSource
    from placet.sense.text.embedding import Embedder, VectorArray
    from placet.sense.text.exports import TextFile

EMBEDDED_AT_ONCE = 1_024


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--out",
    "directory",
    type=click.Path(path_type=Path),
    help="Folder for the results; as the file is called, with -themes, if left out.",
)
@click.option(
    "--themes",
    "n_themes",
    type=click.IntRange(min=1),
    help="How many themes; as many as the texts suggest, about a dozen, if left out.",
)
@click.option(
    "--encoder",
    default="fast",
    show_default=True,
    type=click.Choice(["fast", "accurate"]),
    help="What compares the texts.",
)
@click.option("--text-column", metavar="NAME", help="Column with the texts, if the file does not show it.")
@click.option("--language-column", metavar="NAME", help="Column with their languages; else detected.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the random generator."
)
@click.option(
    "--language",
    default="en",
    show_default=True,
    type=click.Choice(["en", "fr"]),
    help="Language of the report.",
)
@click.option("--force", is_flag=True, help="Replace results in a folder that is not empty.")
def themes(
    path: Path,
    directory: Path | None,
    n_themes: int | None,
    encoder: str,
    text_column: str | None,
    language_column: str | None,
    seed: int,
    language: str,
    force: bool,
) -> None:
    """Find the themes of the texts at PATH, in whatever languages they are.

    PATH is a CSV file with a column of texts (text, or what --text-column names), the comments of a Polis
    export, the proposals of a Decidim export, or the input of Talk to the City or of Jigsaw's sensemaking
    tools. A column language, if there is one, says which language each is in (en, fr, pt-BR).

    Writes themes.json, texts.csv and report.html. Exits with 1 if the input or the folder cannot be used,
    with 130 if interrupted; then nothing is written.
    """
    import numpy as np

    from placet.sense.reports import OutputError, check_output
    from placet.sense.reports.themes import write_themes
    from placet.sense.text.embedding import MissingExtraError, find_embedder
    from placet.sense.text.exports import read_texts
    from placet.sense.text.themes import find_themes
    from placet.sense.votes import InputError

    choices = {
        "--themes": n_themes,
        "--encoder": encoder,
        "--text-column": text_column,
        "--language-column": language_column,
    }
    target = directory or Path(f"{path.stem}-themes")
    try:
        check_output(target, overwrite=force)
        with Progress() as advance:
            advance("Reading", 0.0)
            file = read_texts(path, text_column=text_column, language_column=language_column)
            embedder = find_embedder(encoder)
            source = _read_meaning(path, file, embedder, seed, advance)
            found = find_themes(
                source.vectors,
                file.texts,
                source.languages,
                n_themes=n_themes,
                rng=np.random.default_rng(seed),
                on_progress=lambda share: advance("Finding themes", 0.6 + 0.3 * share),
            )
            advance("Writing", 0.9)
            document = write_themes(
                source,
                found,
                target,
                language=language,
                command=_command(path, target, choices, seed, language),
                overwrite=force,
            )
            advance("Done", 1.0)
    except (InputError, OutputError, MissingExtraError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(INTERRUPTED) from None
    click.echo(_summary(document, target, language))


def _read_meaning(
    path: Path, file: TextFile, embedder: Embedder, seed: int, advance: Callable[[str, float], None]
) -> ThemeSource:
    """Detect the languages that are not given, and embed all texts."""
    from placet.sense.reports.themes import ThemeSource
    from placet.sense.text.embedding import centred_model
    from placet.sense.text.languages import UNKNOWN, detect_language

    languages = list(file.languages)
    unknown = [position for position, language in enumerate(languages) if language == UNKNOWN]
    for position in unknown:
        languages[position] = detect_language(file.texts[position]).language
    vectors = _embed(embedder, file.texts, languages, advance)
    return ThemeSource(
        title=path.stem,
        file=file,
        languages=tuple(languages),
        n_detected=len(unknown),
        vectors=vectors,
        model=centred_model(embedder),
        seed=seed,
    )


def _embed(
    embedder: Embedder,
    texts: Sequence[str],
    languages: Sequence[str],
    advance: Callable[[str, float], None],
) -> VectorArray:
    import numpy as np

    from placet.sense.text.embedding import vectors_of

    vectors = np.empty((len(texts), embedder.n_dimensions), dtype=np.float32)
    for start in range(0, len(texts), EMBEDDED_AT_ONCE):
        advance("Reading what the texts say", 0.05 + 0.55 * start / len(texts))
        block = slice(start, start + EMBEDDED_AT_ONCE)
        vectors[block] = vectors_of(embedder, texts[block], languages[block])
    return vectors


def _command(path: Path, directory: Path, choices: Mapping[str, object], seed: int, language: str) -> str:
    """Return the command that makes the same report, without the folders of this machine."""
    words = ["placet", "themes", path.name, "--out", directory.name or str(directory)]
    for option, value in choices.items():
        words += [] if value is None else [option, str(value)]
    return shlex.join([*words, "--seed", str(seed), "--language", language])


def _summary(document: Mapping[str, Any], directory: Path, language: str) -> str:
    """Return what a person wants to know first, in a few lines."""
    counts = document["counts"]
    spoken = ", ".join(f"{code} {n:,}" for code, n in list(counts["languages"].items())[:8])
    lines = [f"{counts['texts']:,} texts ({spoken})"]
    if counts["left_out"]:
        lines.append(f"{counts['left_out']:,} rows without a text, rejected or withdrawn: left out")
    first = [theme for theme in document["themes"] if theme["parent"] is None]
    lines.append(f"{len(first)} themes, {len(document['themes']) - len(first)} sub-themes:")
    for theme in first:
        label = one_line(", ".join(theme["labels"][language]))
        note = "  (perhaps only a language)" if theme["is_only_a_language"] else ""
        lines.append(f"  {theme['number']:>2}  {theme['n_texts']:>7,}  {label}{note}")
    if document["stability"] is not None:
        lines.append(f"Two samples agree at {document['stability']:.2f} (1 identical, 0 chance)")
    lines.append(f"Report: {directory / 'report.html'}")
    return "\n".join(lines)

"""``placet similar``: for each text, those of a corpus that say nearly the same. Runs on the engine alone."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from placet.cli.terminal import INTERRUPTED, Progress

if TYPE_CHECKING:
    from placet.sense.text.corpus import Texts
    from placet.sense.text.embedding import Embedder, VectorArray
    from placet.sense.text.neighbours import Neighbours

HEADER = ("query_id", "rank", "text_id", "score")
TEXTS_AT_ONCE = 256  # between two such batches the bar moves


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.argument("queries", type=click.Path(path_type=Path))
@click.option("--top", default=5, show_default=True, type=click.IntRange(min=1), help="Texts for each query.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="CSV file to write."
)
@click.option(
    "--encoder",
    default="fast",
    show_default=True,
    type=click.Choice(["fast", "accurate", "text-match"]),
    help="What compares texts: two models across languages, or shared runs of characters in one.",
)
def similar(corpus: Path, queries: Path, top: int, out: Path, encoder: str) -> None:
    """Find, for each text in QUERIES, those in CORPUS that say nearly the same, in whatever language.

    Both are CSV files with the columns id, text and, if the languages are known, language (BCP 47; where it
    is missing, it is detected). Writes the columns query_id, rank (1 is the best), text_id and score: the
    cosine of the two texts' vectors, 1 for the same text. A file of that name is replaced.

    Exits with 1 if an input cannot be used, with 130 if interrupted; then nothing is written.
    """
    from placet.sense.text.corpus import read_texts
    from placet.sense.text.embedding import MissingExtraError, find_embedder
    from placet.sense.text.neighbours import nearest
    from placet.sense.votes import InputError

    _check_out(out, (corpus, queries))
    try:
        with Progress() as advance:
            advance("Reading", 0.0)
            known, asked = read_texts(corpus), read_texts(queries)
            advance("Loading the encoder", 0.05)
            embedder = find_embedder(encoder)
            share = 0.8 * len(known.ids) / (len(known.ids) + len(asked.ids))
            there = _embed(embedder, known, lambda part: advance("Embedding the corpus", 0.1 + share * part))
            rest = 0.8 - share
            here = _embed(
                embedder, asked, lambda part: advance("Embedding the queries", 0.1 + share + rest * part)
            )
            advance("Comparing", 0.9)
            found = nearest(here, there, n_neighbours=top)
            advance("Writing", 0.95)
            _write(out, asked.ids, known.ids, found)
    except (InputError, MissingExtraError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror or error}. Nothing was written.") from None
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(INTERRUPTED) from None
    n_found = found.indices.shape[1]
    click.echo(f"{len(asked.ids):,} queries, the {n_found:,} nearest of {len(known.ids):,} texts: {out}")


def _check_out(out: Path, inputs: Sequence[Path]) -> None:
    """Say at once what would be found out after minutes of work."""
    if not out.absolute().parent.is_dir():
        raise click.ClickException(f"{out}: its folder does not exist. Make it first.")
    if any(out.exists() and path.exists() and out.samefile(path) for path in inputs):
        raise click.ClickException(f"{out} is one of the inputs. Name another file with --out.")


def _embed(embedder: Embedder, texts: Texts, advance: Callable[[float], None]) -> VectorArray:
    """Return the texts' vectors, their languages detected where the file does not say."""
    import numpy as np

    from placet.sense.text.corpus import languages_of
    from placet.sense.text.embedding import vectors_of

    advance(0.0)
    # Text match compares in no language in particular, and so works without the detector.
    languages = languages_of(texts) if embedder.is_cross_language else list(texts.languages)
    parts = []
    for start in range(0, len(texts.ids), TEXTS_AT_ONCE):
        block = slice(start, start + TEXTS_AT_ONCE)
        parts.append(vectors_of(embedder, texts.bodies[block], languages[block]))
        advance(min(1.0, block.stop / len(texts.ids)))
    return np.concatenate(parts)


def _write(out: Path, query_ids: Sequence[str], text_ids: Sequence[str], found: Neighbours) -> None:
    """Write the file beside its place, then move it there: it is whole, or it is not there."""
    handle, name = tempfile.mkstemp(dir=out.absolute().parent, prefix=f".{out.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            for query, rows, scores in zip(
                query_ids, found.indices.tolist(), found.similarity.tolist(), strict=True
            ):
                writer.writerows(
                    (query, rank, text_ids[row], f"{score:.6f}")
                    for rank, (row, score) in enumerate(zip(rows, scores, strict=True), start=1)
                )
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    """Return which permissions new files do not get: a temporary file is made for its owner alone."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

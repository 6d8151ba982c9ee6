"""``placet analyze``: a conversation's export in, a report out. Runs on the engine alone."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

INTERRUPTED = 130  # the exit code of a shell for Ctrl-C


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--out", "directory", required=True, type=click.Path(path_type=Path), help="Folder for the results."
)
@click.option("--flip-signs", is_flag=True, help="Read -1 as agree and 1 as disagree.")
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
def analyze(path: Path, directory: Path, flip_signs: bool, seed: int, language: str, force: bool) -> None:
    """Analyse the Polis export at PATH: a folder, a zip archive or one CSV file with votes.

    Writes analysis.json, participants.csv, statements.csv and report.html. Exits with 1 if the
    input or the folder cannot be used, with 130 if interrupted; then nothing is written.
    """
    from placet.sense.reports import OutputError, check_output, write_results
    from placet.sense.reports.analysis import analyze as analyze_conversation
    from placet.sense.votes import InputError, read_polis

    try:
        check_output(directory, overwrite=force)
        with _Progress() as advance:
            advance("Reading", 0.0)
            conversation = read_polis(path, flip_signs=flip_signs)
            advance("Analysing", 0.3)
            analysis = analyze_conversation(
                conversation, seed=seed, progress=lambda stage, share: advance("Analysing", 0.3 + 0.3 * share)
            )
            advance("Writing", 0.6)
            document = write_results(
                analysis,
                directory,
                language=language,
                command=_command(path, directory, flip_signs, seed, language),
                overwrite=force,
            )
            advance("Done", 1.0)
    except (InputError, OutputError) as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(INTERRUPTED) from None
    for notice in conversation.notices:
        click.echo(f"Note: {notice}", err=True)
    click.echo(_summary(document, directory))


class _Progress:
    """A progress bar on standard error: shown on a terminal, silent elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=1.0)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def __call__(self, stage: str, share: float) -> None:
        self._bar.update(self._task, description=stage, completed=share)


def _command(path: Path, directory: Path, flip_signs: bool, seed: int, language: str) -> str:
    """Return the command that makes the same report, without the folders of this machine."""
    words = ["placet", "analyze", path.name or str(path), "--out", directory.name or str(directory)]
    words += ["--flip-signs"] if flip_signs else []
    return shlex.join([*words, "--seed", str(seed), "--language", language])


def _summary(document: Mapping[str, Any], directory: Path) -> str:
    """Return what a person wants to know first, in a few lines."""
    from placet.sense.reports import group_letter

    counts = document["counts"]
    people, placed = counts["participants"], counts["participants_grouped"]
    lines = [
        f"{people:,} participants, {counts['statements']:,} statements, {counts['votes']:,} votes",
        f"{placed:,} participants placed in {len(document['groups'])} opinion groups:",
    ]
    lines += [f"  {group_letter(group['id'])}  {group['size']:>7,}" for group in document["groups"]]
    texts = {statement["id"]: statement["text"] for statement in document["statements"]}
    for direction, title in (("agree", "Most agree:"), ("disagree", "Most disagree:")):
        found = document["consensus"][direction][:3]
        lines += [title] if found else []
        for entry in found:
            share = entry["n_success"] / entry["n_seen"]
            lines.append(
                f"  {share:>4.0%}  {_one_line(texts[entry['statement_id']]) or entry['statement_id']}"
            )
    lines.append(f"Report: {directory / 'report.html'}")
    return "\n".join(lines)


def _one_line(text: str, limit: int = 100) -> str:
    """Return text fit for a terminal: one line, no control characters, not too long."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "\u2026"

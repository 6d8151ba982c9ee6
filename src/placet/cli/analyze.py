"""``placet analyze``: votes in, a report out. Runs on the engine alone."""

from __future__ import annotations

import errno
import shlex
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from placet.cli.terminal import INTERRUPTED, Progress, one_line

if TYPE_CHECKING:
    from placet.sense.votes import Conversation


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
    "--max-groups",
    default=5,
    show_default=True,
    type=click.IntRange(2, 26),
    help="Opinion groups at most; above 5 the search is wider than that of Polis.",
)
@click.option(
    "--members",
    "members_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="CSV file with the columns participant and member, for consent across members.",
)
@click.option(
    "--language",
    default="en",
    show_default=True,
    type=click.Choice(["en", "fr"]),
    help="Language of the report.",
)
@click.option("--cluster", metavar="ADDRESS", help="Read Parquet files on this Dask cluster (tcp://…).")
@click.option(
    "--scratch",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder for temporary files; Parquet files take about 8 bytes a vote there.",
)
@click.option("--force", is_flag=True, help="Replace results in a folder that is not empty.")
def analyze(
    path: Path,
    directory: Path,
    flip_signs: bool,
    seed: int,
    max_groups: int,
    members_file: Path | None,
    language: str,
    cluster: str | None,
    scratch: Path | None,
    force: bool,
) -> None:
    """Analyse the votes at PATH: a Polis export, or Parquet files too long for memory.

    A Polis export is a folder, a zip archive or one CSV file with votes. A Parquet file, or a folder
    of them, has the columns participant, statement, vote (1 agree, -1 disagree, 0 pass) and, if the
    votes are not in their order, time.

    Writes analysis.json, participants.csv, statements.csv and report.html; with --members also
    consent.json and consent.csv. Exits with 1 if the input or the folder cannot be used, with 130 if
    interrupted; then nothing is written.
    """
    from placet.sense.reports import OutputError, Parameters, check_output, publishable_consent, write_results
    from placet.sense.reports.analysis import analyze as analyze_conversation
    from placet.sense.votes import InputError, read_members

    try:
        check_output(directory, overwrite=force)
        with Progress() as advance, ExitStack() as opened:
            advance("Reading", 0.0)

            def read(share: float) -> None:
                advance("Reading", 0.3 * share)

            conversation = opened.enter_context(_open(path, flip_signs, cluster, scratch, read))
            members = None if members_file is None else read_members(members_file, conversation.votes)
            analysis = analyze_conversation(
                conversation,
                parameters=Parameters(max_groups=max_groups),
                seed=seed,
                progress=lambda stage, share: advance("Analysing", 0.3 + 0.4 * share),
            )
            consent = None if members is None else publishable_consent(conversation.votes, members)
            advance("Writing", 0.7)
            document = write_results(
                analysis,
                directory,
                language=language,
                command=_command(path, directory, flip_signs, seed, max_groups, language),
                consent=consent,
                overwrite=force,
            )
            advance("Done", 1.0)
    except (InputError, OutputError) as error:
        raise click.ClickException(str(error)) from None
    except ImportError as error:
        if cluster is None:
            raise
        raise click.ClickException(f"--cluster needs Dask ({error.name}): pip install placet[dask]") from None
    except OSError as error:
        raise click.ClickException(_explain(error, cluster)) from None
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(INTERRUPTED) from None
    for notice in conversation.notices:
        click.echo(f"Note: {notice}", err=True)
    click.echo(_summary(document, directory))


def _open(
    path: Path, flip_signs: bool, cluster: str | None, scratch: Path | None, read: Callable[[float], None]
) -> AbstractContextManager[Conversation]:
    """Open votes of any kind for the time of a ``with``."""
    from placet.sense.votes import is_event_file, open_votes, read_polis

    if cluster is not None or is_event_file(path):
        return open_votes(path, flip_signs=flip_signs, scratch=scratch, cluster=cluster, progress=read)
    return nullcontext(read_polis(path, flip_signs=flip_signs))


def _explain(error: OSError, cluster: str | None) -> str:
    """Say what went wrong outside the votes: a disk that is full, a cluster that does not answer."""
    if cluster is not None:
        return f"The cluster at {cluster} does not answer, or does not see the file: {error}"
    if error.errno == errno.ENOSPC:
        return "The disk for temporary files is full. Name a folder on a larger one with --scratch."
    return str(error)


def _command(path: Path, directory: Path, flip_signs: bool, seed: int, max_groups: int, language: str) -> str:
    """Return the command that makes the same report, without the folders of this machine."""
    from placet.sense.reports import Parameters

    words = ["placet", "analyze", path.name or str(path), "--out", directory.name or str(directory)]
    words += ["--flip-signs"] if flip_signs else []
    words += ["--max-groups", str(max_groups)] if max_groups != Parameters.max_groups else []
    return shlex.join([*words, "--seed", str(seed), "--language", language])


def _summary(document: Mapping[str, Any], directory: Path) -> str:
    """Return what a person wants to know first, in a few lines."""
    from placet.sense.reports import group_letter
    from placet.sense.reports.reading import (
        bridging_listed,
        chosen_group_count,
        largest_change,
        n_flagged,
    )

    counts = document["counts"]
    people, placed = counts["participants"], counts["participants_grouped"]
    lines = [
        f"{people:,} participants, {counts['statements']:,} statements, {counts['votes']:,} votes",
        f"{placed:,} participants placed in {len(document['groups'])} opinion groups:",
    ]
    lines += [f"  {group_letter(group['id'])}  {group['size']:>7,}" for group in document["groups"]]
    chosen = chosen_group_count(document)
    if chosen is not None and chosen.stability is not None:
        words = {"high": "nearly the same", "good": "much the same", "fair": "broadly the same"}
        level = words.get(chosen.level or "", "not the same")
        lines.append(f"Drawn anew, the groups are {level}: {chosen.stability:.2f} (1 identical, 0 chance)")
    if flagged := n_flagged(document):
        rate, points = document["integrity"]["flagged_rate"], largest_change(document)
        lines.append(
            f"{flagged:,} participants ({rate:.0%}) vote too much alike to be independent;"
            f" without them, support changes by at most {points:.1f} points"
        )
    elif document["integrity"]:
        lines.append("No ten participants or more vote too much alike to be independent")
    texts = {statement["id"]: statement["text"] for statement in document["statements"]}
    for direction, title in (("agree", "Most agree:"), ("disagree", "Most disagree:")):
        found = document["consensus"][direction][:3]
        lines += [title] if found else []
        for entry in found:
            share = entry["n_success"] / entry["n_seen"]
            lines.append(
                f"  {share:>4.0%}  {one_line(texts[entry['statement_id']]) or entry['statement_id']}"
            )
    bridges = (bridging_listed(document) or [])[:3]
    lines += ["Both sides agree:"] if bridges else []
    for entry in bridges:
        below, above = (entry[f"n_agree_{side}"] / entry[f"n_seen_{side}"] for side in ("below", "above"))
        text = one_line(texts[entry["statement_id"]]) or entry["statement_id"]
        lines.append(f"  {below:>4.0%} and {above:>4.0%}  {text}")
    lines.append(f"Report: {directory / 'report.html'}")
    return "\n".join(lines)

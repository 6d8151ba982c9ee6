"""``placet bench``: how long the engine takes on synthetic votes, and how many ballots the platform takes."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from placet.sense.reports import Analysis
    from placet.sense.votes import Conversation, PlantedVotes

N_FILES = 40  # among which everybody's votes are spread, so that nobody's lie together
PEOPLE_PER_DRAW = 500_000
N_NEW = 1000  # votes of a refresh


@click.group()
def bench() -> None:
    """Time the engine and the platform on this machine, on votes that anyone can draw again."""


@bench.command()
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--connections", default=64, show_default=True, type=click.IntRange(1, 1000))
@click.option("--seconds", default=20, show_default=True, type=click.IntRange(min=1))
@click.option("--batch", default=1, show_default=True, type=click.IntRange(1, 100), help="Ballots a request.")
@click.option("--participants", default=20_000, show_default=True, type=click.IntRange(min=1))
@click.option("--statements", default=200, show_default=True, type=click.IntRange(min=1))
def ballots(
    database: str, connections: int, seconds: int, batch: int, participants: int, statements: int
) -> None:
    """Throw ballots at a platform of its own and print what came through as JSON.

    The full path, on this machine: token, checks, limits, idempotency, durable commit; one web process, the
    database with its own defaults, the load from wrk (to be installed) beside them. "acknowledged" was
    answered as recorded, "stored" is in the database afterwards: never less.
    """
    from placet.cli.loads.ballots import measure_ballots
    from placet.cli.loads.postgresql import MissingProgramError

    try:
        figures = measure_ballots(
            database=database,
            connections=connections,
            seconds=seconds,
            batch=batch,
            participants=participants,
            statements=statements,
        )
    except MissingProgramError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(figures, indent=1))


@bench.command()
@click.option("--participants", required=True, type=click.IntRange(min=1), help="Number of people.")
@click.option("--statements", required=True, type=click.IntRange(min=1), help="Number of statements.")
@click.option("--votes", default=40.0, show_default=True, help="Mean number of votes a person.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--resamples", default=0, show_default=True, help="Resamples for the stability of groups.")
@click.option("--scrutiny", is_flag=True, help="Look for bridging statements and look-alikes as well.")
@click.option("--out-of-core", is_flag=True, help="Write the votes to Parquet files and analyse those.")
@click.option("--cluster", metavar="ADDRESS", help="Analyse the Parquet files on this Dask cluster.")
@click.option("--scratch", type=click.Path(path_type=Path, file_okay=False), help="Folder for files on disk.")
def opinion(
    participants: int,
    statements: int,
    votes: float,
    seed: int,
    resamples: int,
    scrutiny: bool,
    out_of_core: bool,
    cluster: str | None,
    scratch: Path | None,
) -> None:
    """Draw votes with three planted groups, find the groups, and print what it took as JSON.

    Seconds by stage. "start" is the loading of the compiled inner loops (the first time, their
    compilation) with an analysis of a small conversation. "table" to "statistics" lead from the list
    of votes, in the order of arrival, to groups and statistics; "total" is their sum. Apart from it
    stand "stability" (with --resamples), "bridging" and "integrity" (with --scrutiny), "refresh"
    (1,000 new votes, on the groups found before), and "read_once", which is how long it takes to
    read the list of votes once.
    """
    asked = {"n_resamples": resamples, "bridging": scrutiny, "integrity": scrutiny}
    seconds = {"start": _time_start(asked)}
    with tempfile.TemporaryDirectory(prefix="placet-bench-", dir=scratch) as folder:
        if out_of_core or cluster:
            groups, seconds["read_once"] = _plant_files(Path(folder), participants, statements, votes, seed)
            opened = _open_files(Path(folder), cluster, seconds)
        else:
            planted = _plant(participants, statements, votes, seed)
            groups, seconds["read_once"] = planted.groups, _time_reading(planted)
            opened = _open_list(planted, seconds)
            del planted
        with opened as conversation:
            analysis = _time_analysis(conversation, asked, seed, seconds)
            score = _score(analysis, groups)
            n_votes = conversation.votes.n_votes
    stages = ("table", "moments", "space", "groups", "counts", "statistics")
    seconds["total"] = sum(seconds[stage] for stage in stages)
    peak = _peak_rss_mb()
    if not out_of_core and not cluster:
        seconds["refresh"] = _time_refresh(analysis, seed)
    click.echo(
        json.dumps(
            {
                "participants": participants,
                "statements": statements,
                "votes": n_votes,
                "seed": seed,
                "seconds": {stage: round(spent, 4) for stage, spent in seconds.items()},
                "ratio_to_reading_once": round(seconds["total"] / seconds["read_once"], 1),
                "peak_rss_mb": peak,
                "n_groups": analysis.groups.n_groups,
                "adjusted_rand_index": round(score, 5),
            },
            indent=2,
        )
    )


def _time_start(asked: dict[str, Any]) -> float:
    """Return how long it takes until the engine is loaded and ready."""
    began = perf_counter()
    import numpy as np

    from placet.sense.reports import Parameters, analyze
    from placet.sense.votes import VoteTable, plant_votes

    planted = plant_votes(24_000, 300, generator=np.random.default_rng(0), mean_votes=12.0)
    votes = VoteTable.from_events(planted.participants, planted.statements, planted.values)
    analyze(_conversation(votes), parameters=Parameters(**asked))
    return perf_counter() - began


def _plant(participants: int, statements: int, votes: float, seed: int) -> PlantedVotes:
    import numpy as np

    from placet.sense.votes import plant_votes

    return plant_votes(participants, statements, generator=np.random.default_rng(seed), mean_votes=votes)


def _time_reading(planted: PlantedVotes) -> float:
    """Return how long it takes to add up the three columns."""
    began = perf_counter()
    for column in (planted.participants, planted.statements, planted.values):
        column.sum(dtype=column.dtype)
    return perf_counter() - began


@contextmanager
def _open_list(planted: PlantedVotes, seconds: dict[str, float]) -> Iterator[Conversation]:
    from placet.sense.votes import VoteTable

    began = perf_counter()
    table = VoteTable.from_events(planted.participants, planted.statements, planted.values)
    seconds["table"] = perf_counter() - began
    yield _conversation(table)


@contextmanager
def _open_files(folder: Path, cluster: str | None, seconds: dict[str, float]) -> Iterator[Conversation]:
    from placet.sense.votes import open_votes

    began = perf_counter()
    with open_votes(folder / "votes", scratch=folder, cluster=cluster) as conversation:
        seconds["table"] = perf_counter() - began
        yield conversation


def _conversation(votes: Any) -> Conversation:
    from placet.sense.votes import Conversation, Statement

    return Conversation(votes, tuple(map(Statement, votes.statement_ids)))


def _plant_files(
    folder: Path, participants: int, statements: int, votes: float, seed: int
) -> tuple[Any, float]:
    """Write planted votes to Parquet files; return the planted groups and the time to read them once.

    Everybody's votes are spread over all files, as those of people who come back again and again.
    """
    import numpy as np
    import polars as pl

    from placet.sense.votes import draw_votes, plant_probabilities

    generator = np.random.default_rng(seed)
    groups, p_agree = plant_probabilities(participants, statements, generator=generator)
    parts: dict[int, list[Path]] = {file: [] for file in range(N_FILES)}
    for first in range(0, participants, PEOPLE_PER_DRAW):
        drawn = draw_votes(
            groups[first : first + PEOPLE_PER_DRAW], p_agree, generator=generator, mean_votes=votes
        )
        frame = pl.DataFrame(dict(zip(("participant", "statement", "vote"), drawn, strict=True)))
        frame = frame.with_columns(pl.col("participant") + first)
        length = -(-frame.height // N_FILES)
        for file, written in parts.items():  # the list is in random order already
            path = folder / f"{file}-{first}.parquet"
            frame.slice(file * length, length).write_parquet(path)
            written.append(path)
    target = folder / "votes"
    target.mkdir()
    for file, written in parts.items():
        pl.concat([pl.read_parquet(path) for path in written]).write_parquet(target / f"{file:03}.parquet")
        for path in written:
            path.unlink()
    began = perf_counter()
    pl.scan_parquet(target / "*.parquet").select(pl.all().sum()).collect()
    return groups, perf_counter() - began


def _time_analysis(
    conversation: Conversation, asked: dict[str, Any], seed: int, seconds: dict[str, float]
) -> Analysis:
    from placet.sense.reports import Parameters, analyze

    began: list[tuple[str, float]] = []
    analysis = analyze(
        conversation,
        parameters=Parameters(**asked),
        seed=seed,
        progress=lambda stage, share: began.append((stage, perf_counter())),
    )
    for (stage, start), (_, end) in pairwise(began):
        seconds[stage] = end - start
    return analysis


def _score(analysis: Analysis, groups: Any) -> float:
    """Return the adjusted Rand index of the groups found with those planted."""
    from placet.sense.opinion import adjusted_rand_index

    labels = analysis.groups.labels
    planted = groups[analysis.conversation.votes.participant_ids]
    return adjusted_rand_index(labels[labels >= 0], planted[labels >= 0])


def _time_refresh(analysis: Analysis, seed: int) -> float:
    """Return how long 1,000 new votes take, some of them changed ones."""
    import numpy as np

    from placet.sense.reports import refresh

    generator = np.random.default_rng(seed)
    votes = analysis.conversation.votes
    people = generator.integers(0, votes.n_participants, N_NEW)
    statements = np.array(votes.statement_ids)[generator.integers(0, votes.n_statements, N_NEW)]
    values = generator.integers(-1, 2, N_NEW)
    began = perf_counter()
    refresh(analysis, people, statements, values)
    return perf_counter() - began


def _peak_rss_mb() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (2**20 if sys.platform == "darwin" else 2**10)

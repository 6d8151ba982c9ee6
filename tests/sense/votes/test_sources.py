"""Votes on disk and on a cluster are the votes in memory; what is no vote is refused with its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from placet.sense.votes import (
    Conversation,
    InputError,
    Statement,
    VoteTable,
    blocks,
    count_votes,
    events,
    gather_rows,
    open_votes,
    plant_votes,
)

N_PARTICIPANTS = 900


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks and pieces so small that there are several of each."""
    monkeypatch.setattr(blocks, "VOTES_PER_BLOCK", 7000)
    monkeypatch.setattr(events, "ROWS_PER_PIECE", 5000)


@pytest.fixture(scope="module")
def planted() -> VoteTable:
    drawn = plant_votes(N_PARTICIPANTS, 60, generator=np.random.default_rng(0))
    return VoteTable.from_events(drawn.participants, drawn.statements, drawn.values)


def frame_of(votes: VoteTable, *, as_text: bool = False) -> pl.DataFrame:
    """The votes in a random order."""
    frame = pl.DataFrame(
        {
            "participant": votes.participant_ids[votes.participant_index],
            "statement": np.array(votes.statement_ids)[votes.statement_index],
            "vote": votes.values,
        }
    ).sample(fraction=1.0, shuffle=True, seed=1)
    texts = pl.col("participant", "statement").cast(pl.String).str.zfill(6)
    return frame.with_columns(texts) if as_text else frame


def is_left(scratch: Path) -> Iterator[Path]:
    return scratch.glob("placet-votes-*")


def check(conversation: Conversation, table: VoteTable) -> None:
    votes = conversation.votes
    expected = Conversation(table, tuple(map(Statement, table.statement_ids)))
    assert len(votes.block_edges()) > 3
    assert conversation.digest() == expected.digest()
    assert (votes.n_participants, votes.n_statements, votes.n_votes) == (
        table.n_participants,
        table.n_statements,
        table.n_votes,
    )
    assert np.array_equal(votes.votes_per_participant(), table.votes_per_participant())
    some = np.array([0, 5, 300, 301, 899])
    assert gather_rows(votes, some).equals(table.take(some))
    for name in ("n_agree", "n_disagree", "n_pass"):
        assert np.array_equal(getattr(count_votes(votes), name), getattr(count_votes(table), name))


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_votes_on_disk_are_those_in_memory(planted: VoteTable, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"votes.{suffix}"
    frame = frame_of(planted)
    frame.write_parquet(path) if suffix == "parquet" else frame.write_csv(path)
    shares: list[float] = []
    with open_votes(path, scratch=tmp_path, progress=shares.append) as conversation:
        check(conversation, planted)
        assert list(is_left(tmp_path))
    assert not list(is_left(tmp_path))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_folder_of_files_with_text_identifiers(planted: VoteTable, tmp_path: Path) -> None:
    frame = frame_of(planted, as_text=True)
    for part in range(3):
        frame.slice(part * 15_000, 15_000).write_parquet(tmp_path / f"{part}.parquet")
    expected = VoteTable.from_events(*(frame[name].to_list() for name in frame.columns))
    with open_votes(tmp_path, scratch=tmp_path) as conversation:
        check(conversation, expected)


def test_the_last_vote_counts_by_time_or_else_by_row(tmp_path: Path) -> None:
    path = tmp_path / "votes.parquet"
    cast = {"participant": [1, 1, 2], "statement": [1, 1, 1], "vote": [1, -1, 0]}
    pl.DataFrame(cast).write_parquet(path)
    with open_votes(path) as conversation:
        assert [table.values.tolist() for table in conversation.votes.tables()] == [[-1, 0]]
    pl.DataFrame({**cast, "timestamp": [2.5, 1.0, 0.0]}).write_parquet(path)
    with open_votes(path, flip_signs=True) as conversation:
        assert [table.values.tolist() for table in conversation.votes.tables()] == [[-1, 0]]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"participant": [1], "statement": [1]}, "vote"),
        ({"participant": [1, 2], "statement": [1, 1], "vote": [1, 7]}, "line 3"),
        ({"participant": [1], "statement": [1], "vote": [0.5]}, "-1, 0 or 1"),
        ({"participant": [1], "statement": [1], "vote": [float("nan")]}, "-1, 0 or 1"),
        ({"participant": [1], "statement": [1], "vote": ["yes"]}, "numbers"),
        ({"participant": [1, None], "statement": [1, 1], "vote": [1, 1]}, "a value in every row"),
        ({"participant": [1.5], "statement": [1], "vote": [1]}, "whole numbers or text"),
        ({"participant": [1], "statement": [1], "vote": [1], "time": [float("inf")]}, "finite"),
        ({"participant": np.array([2**63], dtype=np.uint64), "statement": [1], "vote": [1]}, "63 bits"),
        ({"participant": [], "statement": [], "vote": []}, "at least one vote"),
    ],
)
def test_what_is_no_vote_is_refused_and_nothing_is_left(
    tmp_path: Path, columns: dict[str, Any], told: str
) -> None:
    path = tmp_path / "votes.parquet"
    pl.DataFrame(columns).write_parquet(path)
    with pytest.raises(InputError, match=told), open_votes(path, scratch=tmp_path):
        pass
    assert not list(is_left(tmp_path))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "votes.parquet").write_bytes(b"not a file of this kind")
    for path in (tmp_path / "votes.parquet", tmp_path / "missing.parquet"):
        with pytest.raises(InputError, match=path.name), open_votes(path):
            pass


def test_votes_on_a_cluster_are_those_in_memory(planted: VoteTable, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    path = tmp_path / "votes.parquet"
    frame_of(planted).write_parquet(path)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        open_votes(path, cluster=cluster.scheduler_address) as conversation,
    ):
        check(conversation, planted)

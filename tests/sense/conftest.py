"""What the engine's tests share: real data where it lies beside the project, Polis's golden files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from placet.sense.votes import Conversation, VoteTable, read_polis

DATA = Path(__file__).parents[2].parent / "shared" / "data"
OPEN_DATA = ("american-assembly.bowling-green", "brexit-consensus", "football-concussions", "vtaiwan.uberx")
GOLDEN = ("150ptpt-3gp-no-strict-no-meta", "50ptpt-3gp-strict-no-meta", "below-100-ptpts")


def find_data(folder: str) -> Path:
    path = DATA / folder
    if not path.is_dir():
        pytest.skip(f"the data folder {folder} does not lie beside the project")
    return path


@pytest.fixture(scope="session", params=OPEN_DATA)
def export(request: pytest.FixtureRequest) -> Path:
    """The folder of a real Polis export."""
    return find_data(f"polis-open-data/{request.param}")


@pytest.fixture(scope="session")
def real_conversation(export: Path) -> Conversation:
    return read_polis(export)


@dataclass(frozen=True)
class Golden:
    """A conversation and what a production Polis server computed from it.

    In these files agree is +1 in the votes and -1 in the mathematics.
    """

    name: str
    votes: VoteTable
    math: dict[str, Any]

    def is_eligible(self) -> np.ndarray:
        rejected = {*self.math["mod-out"], *self.math["meta-tids"]}
        return np.array([statement not in rejected for statement in self.votes.statement_ids])

    def base_labels(self) -> np.ndarray:
        position = {participant: i for i, participant in enumerate(self.votes.participant_ids)}
        labels = np.full(self.votes.n_participants, -1)
        for base, members in enumerate(self.math["base-clusters"]["members"]):
            labels[[position[member] for member in members]] = base
        return labels

    def group_labels(self) -> np.ndarray:
        base_of = {base: index for index, base in enumerate(self.math["base-clusters"]["id"])}
        group_of = np.full(len(base_of), -1)
        for group in self.math["group-clusters"]:
            group_of[[base_of[base] for base in group["members"]]] = group["id"]
        base = self.base_labels()
        return np.where(base >= 0, group_of[base], -1)


@pytest.fixture(scope="session", params=GOLDEN)
def golden(request: pytest.FixtureRequest) -> Golden:
    return read_golden(request.param)


@pytest.fixture(scope="session", params=[name for name in GOLDEN if not name.startswith("50")])
def complete_golden(request: pytest.FixtureRequest) -> Golden:
    """Those of which all votes are known: of the other, one participant's are missing."""
    return read_golden(request.param)


def read_golden(name: str) -> Golden:
    folder = find_data(f"polis-math/{name}")
    votes = json.loads((folder / "votes.json").read_text())
    is_old = "pid" in votes[0]
    participant, statement = ("pid", "tid") if is_old else ("participant_id", "statement_id")
    table = VoteTable.from_events(
        [vote[participant] for vote in votes],
        [vote[statement] for vote in votes],
        [vote["vote"] for vote in votes],
        order=[float(vote["modified"]) for vote in votes],
    )
    return Golden(name, table, json.loads((folder / "math-pca2.json").read_text()))

"""What silhouette and stability say of votes with and without groups, as docs/methods/stability.md has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from placet.sense import (
    Analysis,
    Conversation,
    Parameters,
    Statement,
    VoteTable,
    analyze,
    find_groups,
    plant_conversation,
)

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "stability.md"
N_PEOPLE, N_STATEMENTS = 500, 40


def toss_coins() -> VoteTable:
    random = np.random.default_rng(0)
    return everyone_on_everything(random.choice([-1, 1], (N_PEOPLE, N_STATEMENTS)))


def line_up() -> VoteTable:
    """Everybody stands somewhere on one line, evenly: there are no camps."""
    random = np.random.default_rng(1)
    place = random.uniform(-1, 1, N_PEOPLE)
    p_agree = 0.5 + 0.4 * np.outer(place, random.choice([-1, 1], N_STATEMENTS))
    return everyone_on_everything(np.where(random.random(p_agree.shape) < p_agree, 1, -1))


def plant_camps() -> VoteTable:
    planted = plant_conversation(N_PEOPLE, N_STATEMENTS, generator=np.random.default_rng(1)).conversation
    assert isinstance(planted.votes, VoteTable)
    return planted.votes


def everyone_on_everything(votes: np.ndarray) -> VoteTable:
    people, statements = np.indices(votes.shape)
    return VoteTable.from_events(people.ravel(), statements.ravel(), votes.ravel())


def measure(votes: VoteTable) -> tuple[int, float, float]:
    conversation = Conversation(votes, tuple(map(Statement, votes.statement_ids)))
    parameters = Parameters(bridging=False, integrity=False, n_resamples=50)
    found: Analysis = analyze(conversation, parameters=parameters)
    k = found.groups.n_groups
    return k, found.groups.silhouettes[k], found.stability[k].mean


def row_of(name: str) -> list[float]:
    """The numbers of a row of the page, of those that begin with a name."""
    [row] = re.findall(rf"^\| {name}[^|]*\|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [float(cell) for cell in row.split("|")]


@pytest.mark.parametrize(
    ("name", "draw"),
    [("coins", toss_coins), ("an even line", line_up), ("three camps", plant_camps)],
)
def test_votes_with_and_without_camps(name: str, draw: Callable[[], VoteTable]) -> None:
    assert np.allclose(measure(draw()), row_of(name), atol=0.02)


@pytest.mark.parametrize("name", ["a bell", "a stretched bell", "a disc", "a line"])
def test_clouds_without_groups(name: str) -> None:
    random, n = np.random.default_rng(0), 5000
    turn, radius = random.uniform(0, 2 * np.pi, n), np.sqrt(random.uniform(size=n))
    bell = random.normal(size=(n, 2))
    points = {
        "a bell": bell,
        "a stretched bell": bell * [3, 1],
        "a disc": np.column_stack((radius * np.cos(turn), radius * np.sin(turn))),
        "a line": np.column_stack((turn, np.zeros(n))),
    }[name]
    groups = find_groups(points, np.ones(n, dtype=bool), generator=np.random.default_rng(1))
    assert np.allclose((groups.n_groups, groups.silhouettes[groups.n_groups]), row_of(name), atol=0.02)

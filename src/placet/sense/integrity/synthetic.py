"""Conversations with planted copies of a script, to test what is found and to measure power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from placet.sense.votes import VoteTable, gather_rows, plant_conversation
from placet.sense.votes.arrays import BoolArray, FloatArray

COPIED_SHARE = 0.6
PUSHED_SHARE = 0.05
BUNCHED_SPAN = 0.02  # of the whole duration


@dataclass(frozen=True, eq=False)
class PlantedCopies:
    """Genuine participants and copies of one script, numbered at random.

    Attributes
    ----------
    votes : VoteTable
    is_copy : (n_participants,) bool
    arrived_at : (n_participants,) float64
        Between 0 and 1; genuine participants arrive at any time.
    """

    votes: VoteTable
    is_copy: BoolArray
    arrived_at: FloatArray


def plant_copies(
    n_genuine: int,
    n_statements: int,
    n_copies: int,
    *,
    generator: np.random.Generator,
    n_script: int | None = None,
    noise: float = 0.1,
    kind: Literal["random", "group"] = "random",
    is_bunched: bool = False,
) -> PlantedCopies:
    """Plant copies among the participants of `plant_conversation`.

    Each copy votes on a random 60 % of the script's statements; each of these votes is replaced by
    another of the three values with probability `noise`. Copies arrive within a fiftieth of the
    time, or at any time.

    Parameters
    ----------
    n_script : int, optional
        Statements on the script; all if left out.
    kind : {"random", "group"}
        The script agrees or disagrees at random; or it is what most members of one opinion group
        answer, turned round on one statement in twenty, which it pushes.
    """
    planted = plant_conversation(n_genuine, n_statements, generator=generator)
    genuine = gather_rows(planted.conversation.votes, np.arange(n_genuine))
    statements = generator.choice(n_statements, size=n_script or n_statements, replace=False)
    script = generator.choice((-1, 1), size=statements.size)
    if kind == "group":
        script = np.where(planted.p_agree[1, statements] > 0.5, 1, -1)
        script[: max(1, round(PUSHED_SHARE * script.size))] *= -1
    n_copied = round(COPIED_SHARE * script.size)
    drawn = generator.random((n_copies, script.size)).argsort(axis=1)[:, :n_copied].ravel()
    values = script[drawn]
    other = (values + 1 + generator.integers(1, 3, size=values.size)) % 3 - 1
    values = np.where(generator.random(values.size) < noise, other, values)
    number = generator.permutation(n_genuine + n_copies)
    copies = np.repeat(np.arange(n_genuine, n_genuine + n_copies), n_copied)
    votes = VoteTable.from_events(
        number[np.concatenate((genuine.participant_index, copies))],
        np.concatenate((np.asarray(genuine.statement_ids)[genuine.statement_index], statements[drawn])),
        np.concatenate((genuine.values, values)),
    )
    is_copy = np.zeros(number.size, dtype=np.bool_)
    is_copy[number[n_genuine:]] = True
    arrived_at = generator.random(number.size)
    if is_bunched:
        arrived_at[is_copy] = 0.5 + BUNCHED_SPAN * arrived_at[is_copy]
    return PlantedCopies(votes, is_copy, arrived_at)

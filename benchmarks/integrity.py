"""Power and cost of the search for lookalikes: ``python benchmarks/integrity.py [power|cost]``.

``power`` plants 10 to 1,000 copies among 10,000 genuine participants on 500 statements; ``cost``
times 10,000 to 1,000,000 participants. Without an argument, both.
"""

from __future__ import annotations

import resource
import sys
import time
from itertools import product

import numpy as np

from placet.sense.integrity import find_lookalikes
from placet.sense.integrity.synthetic import plant_copies
from placet.sense.votes import VoteTable, count_votes

SEED = 11


def measure_power() -> None:
    print("copies  script  kind    noise  found  genuine flagged  largest shift of support, raw / corrected")
    for kind, noise, n_script, n_copies in (
        *product(("random",), (0.1, 0.2), (30, 100, 500), (10, 30, 100, 300, 1000)),
        *product(("group",), (0.1,), (30, 100, 500), (100, 1000)),
    ):
        planted = plant_copies(
            10_000, 500, n_copies, n_script=n_script, noise=noise, kind=kind, generator=_generator()
        )
        votes = planted.votes
        flagged = find_lookalikes(votes, generator=_generator()).is_flagged
        genuine = _support(votes.select(~planted.is_copy))
        raw = np.abs(_support(votes) - genuine).max()
        corrected = np.abs(_support(votes.select(~flagged)) - genuine).max()
        found, false = flagged[planted.is_copy].mean(), flagged[~planted.is_copy].mean()
        print(
            f"{n_copies:6}  {n_script:6}  {kind:6}  {noise:5}  {found:5.1%}  {false:15.2%}  "
            f"{raw:.1%} / {corrected:.1%}",
            flush=True,
        )


def measure_cost() -> None:
    print("participants  statements  votes  seconds  peak memory of the process, GB  found  genuine flagged")
    for n_participants, n_statements in ((10_000, 500), (100_000, 1_000), (1_000_000, 1_000)):
        planted = plant_copies(
            n_participants, n_statements, n_participants // 100, n_script=100, generator=_generator()
        )
        start = time.perf_counter()
        flagged = find_lookalikes(planted.votes, generator=_generator()).is_flagged
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        found, false = flagged[planted.is_copy].mean(), flagged[~planted.is_copy].mean()
        print(
            f"{n_participants:12}  {n_statements:10}  {planted.votes.n_votes}  {seconds:7.1f}  {peak:.1f}  "
            f"{found:.1%}  {false:.2%}",
            flush=True,
        )


def _support(votes: VoteTable) -> np.ndarray:
    counts = count_votes(votes)
    return np.asarray(counts.n_agree / counts.n_seen)


def _generator() -> np.random.Generator:
    return np.random.default_rng(SEED)


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["power", "cost"]
    if "power" in wanted:
        measure_power()
    if "cost" in wanted:
        measure_cost()

"""Time of one draw of the next statement: ``python benchmarks/routing.py``."""

from __future__ import annotations

import time

import numpy as np

from placet.sense.highlights.routing import Router

N_STATEMENTS = 5_000
N_PARTICIPANTS = 100_000
N_DRAWS = 20_000


def main() -> None:
    generator = np.random.default_rng(1)
    priorities = generator.gamma(1.0, 5.0, N_STATEMENTS)
    start = time.perf_counter()
    router = Router.of(priorities, np.ones(N_STATEMENTS, dtype=bool))
    print(f"made once: {(time.perf_counter() - start) * 1e6:.0f} µs, {N_STATEMENTS} statements")
    n_voted = np.clip(generator.poisson(40, N_PARTICIPANTS), 1, N_STATEMENTS)
    voted = generator.integers(0, N_STATEMENTS, n_voted.sum())
    edges = np.concatenate(([0], np.cumsum(n_voted)))
    for n in (1, 3):
        seconds = np.empty(N_DRAWS)
        for i, participant in enumerate(generator.integers(0, N_PARTICIPANTS, N_DRAWS)):
            seen = voted[edges[participant] : edges[participant + 1]]
            start = time.perf_counter()
            drawn = router.draw_many(seen, n, generator)
            seconds[i] = time.perf_counter() - start
            if not drawn or np.isin(drawn, seen).any():
                raise SystemExit("a statement was drawn that had been voted on")
        median, high = np.percentile(seconds, (50, 99)) * 1e6
        print(
            f"{n} at a time, {N_PARTICIPANTS} participants: median {median:.0f} µs, 99 % within {high:.0f} µs"
        )


if __name__ == "__main__":
    main()

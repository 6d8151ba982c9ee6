"""How the engine's inner loops are compiled, and how they are shared among threads.

A kernel is a plain loop over arrays that Numba compiles once and keeps on disk. It releases the
interpreter, and threads of the standard library each take a range of rows: Numba's own threads
cannot be used from two threads at once, which servers and Dask workers do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from placet.sense.votes.arrays import IntArray

Function = TypeVar("Function", bound=Callable[..., Any])
Result = TypeVar("Result")

SMALL = 200_000  # votes; fewer are done before a second thread has started


def kernel(function: Function) -> Function:
    """Compile a function when it is first called; keep what was compiled where that can be written."""
    try:
        compiled: Any = njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder to keep it in
        compiled = njit(nogil=True, error_model="numpy")(function)
    return cast(Function, compiled)


def n_threads() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def split_rows(row_starts: IntArray, n_parts: int) -> list[tuple[int, int]]:
    """Return up to ``n_parts`` ranges of rows with about the same number of votes."""
    n_rows = row_starts.size - 1
    wanted = np.linspace(row_starts[0], row_starts[-1], n_parts + 1)[1:-1]
    edges = np.unique(np.concatenate(([0], np.searchsorted(row_starts, wanted), [n_rows])))
    return list(pairwise(edges.tolist())) or [(0, 0)]


def split_evenly(n: int, n_parts: int) -> list[tuple[int, int, int]]:
    """Return the parts of a list of length n, each with its number, its beginning and its end."""
    edges = np.linspace(0, n, n_parts + 1).astype(int).tolist()
    return [(i, *ends) for i, ends in enumerate(pairwise(edges))]


def run_rows(work: Callable[[int, int], Result], row_starts: IntArray) -> list[Result]:
    """Do some work on ranges of rows, on all processors, and return the results in order.

    The ranges depend on the machine, so the results must not: let them be exact, or write each
    row's own.
    """
    n_votes = int(row_starts[-1] - row_starts[0])
    return run_tasks(work, split_rows(row_starts, n_threads() if n_votes > SMALL else 1))


def run_tasks(work: Callable[..., Result], tasks: Sequence[tuple[Any, ...]]) -> list[Result]:
    """Do some work on each task, on all processors, and return the results in order."""
    if len(tasks) <= 1 or n_threads() == 1:
        return [work(*task) for task in tasks]
    with ThreadPoolExecutor(n_threads()) as pool:
        return list(pool.map(lambda task: work(*task), tasks))

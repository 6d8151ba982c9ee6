"""Floods: the same text sent again and again, with a word or a sign changed."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from placet.sense.votes.arrays import IntArray

RUN = 4  # characters
N_BANDS, BAND_HEIGHT = 20, 4  # two texts that share half of their runs have a band in common in 7 cases of 10
LEAST_SHARED = 0.7  # of the runs of characters of both
PRIME = 2**31 - 1  # products of two numbers below it fit into 64 bits
SEED = 5  # the functions of MinHash are drawn once and for all


def find_floods(texts: Sequence[str], *, at_least: int = 5) -> list[IntArray]:
    """Find groups of texts that are nearly identical.

    Case, accents, punctuation and the order of words do not count. Two texts are nearly identical if
    their runs of four characters are: |A ∩ B| / |A ∪ B| ≥ .7. Pairs to compare are found by MinHash in
    20 bands of 4 (Broder 1997; Leskovec, Rajaraman and Ullman 2014, section 3.4), so that time grows with
    the number of texts and not of pairs; a pair right at .7 has a band in common with probability .996.

    Parameters
    ----------
    texts : sequence of str
        Blank ones are in no group.
    at_least : int
        How many texts make a flood; 2 or more.

    Returns
    -------
    list of (n,) int64 arrays
        Indices into `texts`, ascending; the largest group first. A chain counts as one group: each text
        is nearly identical with another one in it, not with every one.

    Raises
    ------
    ValueError
        If `at_least` is less than 2.
    """
    if at_least < 2:
        message = f"at_least must be 2 or more, not {at_least}"
        raise ValueError(message)
    plain = [_plain(text) for text in texts]
    numbers: dict[str, int] = {}
    distinct = np.array([numbers.setdefault(text, len(numbers)) for text in plain], dtype=np.int64)
    group = _connected(list(numbers))[distinct] if numbers else distinct
    members: dict[int, list[int]] = defaultdict(list)
    for index, (text, number) in enumerate(zip(plain, group.tolist(), strict=True)):
        if text:
            members[number].append(index)
    floods = [np.array(found, dtype=np.int64) for found in members.values() if len(found) >= at_least]
    return sorted(floods, key=lambda flood: (-flood.size, flood[0]))


def _plain(text: str) -> str:
    """Return the words of a text, plain and in alphabetical order."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join(sorted(words))


def _runs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + RUN] for i in range(max(1, len(text) - RUN + 1)))


def _connected(texts: Sequence[str]) -> IntArray:
    """Return the number of each text's group."""
    runs = [_runs(text) for text in texts]
    signatures = _signatures(runs)
    linked: set[tuple[int, int]] = set()
    for first, second in _candidates(signatures):
        if _shared(runs[first], runs[second]) >= LEAST_SHARED:
            linked.add((first, second))
    pairs = np.array(sorted(linked), dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(texts), len(texts)))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _signatures(runs: Sequence[frozenset[str]]) -> IntArray:
    """Return for each text the least value of each of 80 random functions over its runs."""
    lengths = np.array([len(found) for found in runs])
    hashes = np.fromiter(
        (zlib.crc32(run.encode()) % PRIME for found in runs for run in found), np.int64, count=lengths.sum()
    )
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    generator = np.random.default_rng(SEED)
    factors = generator.integers(1, PRIME, N_BANDS * BAND_HEIGHT)
    offsets = generator.integers(0, PRIME, N_BANDS * BAND_HEIGHT)
    columns = [
        np.minimum.reduceat((factor * hashes + offset) % PRIME, starts)
        for factor, offset in zip(factors, offsets, strict=True)
    ]
    return np.stack(columns, axis=1)


def _candidates(signatures: IntArray) -> Iterable[tuple[int, int]]:
    """Yield pairs with a band in common: each text of a bucket with the bucket's first and the one before."""
    for band in range(N_BANDS):
        first_and_last: dict[Hashable, tuple[int, int]] = {}
        part = np.ascontiguousarray(signatures[:, band * BAND_HEIGHT : (band + 1) * BAND_HEIGHT])
        for index, row in enumerate(part):
            key = row.tobytes()
            first, last = first_and_last.get(key, (index, index))
            if first != index:
                yield first, index
                if last != first:
                    yield last, index
            first_and_last[key] = (first, index)


def _shared(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / len(first | second)

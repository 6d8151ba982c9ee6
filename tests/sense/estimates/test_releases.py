"""The suppression rule, attacked with linear algebra."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placet.sense.estimates import Release, ReleaseTable, prepare_release
from placet.sense.estimates.releases import PARTICIPANTS, UNKNOWN

K = 10
KEY = ("member", PARTICIPANTS)


def participants(total: int, **cells: int) -> ReleaseTable:
    return ReleaseTable("member", PARTICIPANTS, total, {name: (n,) for name, n in cells.items()})


def known_numbers(release: Release, key: tuple[str, str]) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """Return what an attacker knows, in rows over the true sizes of each cell at each release.

    The attacker is told more than the public: which values are fresh and which are carried.
    """
    records = release.records[key]
    variables = [(t, c) for t in range(len(records)) for c in sorted(records[-1].sizes)]
    rows = []
    for t, record in enumerate(records):
        rows.append([1.0 if variable[0] == t else 0.0 for variable in variables])  # the public total
        for category in record.renewed:
            rows.append([1.0 if variable == (t, category) else 0.0 for variable in variables])
    return np.array(rows), variables


def small_facts(release: Release, key: tuple[str, str], minimum: int) -> list[str]:
    """Find every number of people below the minimum that follows from what is known.

    A fact is the sum, over some cells, of the people who joined each between two moments (or since
    the beginning). Changes of the public total itself are no secret.
    """
    records = release.records[key]
    known, variables = known_numbers(release, key)
    basis = np.linalg.svd(known)[2][: np.linalg.matrix_rank(known)]
    categories = sorted(records[-1].sizes)
    moments = [-1, *range(len(records))]
    spans = [None, *itertools.combinations(moments, 2)]
    found = []
    for choice in itertools.product(spans, repeat=len(categories)):
        if not any(choice) or len(set(choice)) == 1:
            continue
        fact = np.zeros(len(variables))
        value = 0
        for category, span in zip(categories, choice, strict=True):
            if span is None:
                continue
            for sign, moment in zip((-1, 1), span, strict=True):
                if moment >= 0:
                    fact[variables.index((moment, category))] += sign
                    value += sign * records[moment].sizes[category]
        is_known = np.abs(fact - basis.T @ (basis @ fact)).max() < 1e-9
        if is_known and value < minimum:
            found.append(f"{dict(zip(categories, choice, strict=True))}: {value}")
    return found


growth = st.lists(
    st.lists(st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 40)), min_size=3, max_size=3),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(growth)
def test_no_small_number_follows_from_totals_and_releases(growth: list[list[int]]) -> None:
    sizes = np.zeros(3, dtype=int)
    release = None
    for joined in growth:
        sizes = sizes + joined
        table = participants(int(sizes.sum()), fr=int(sizes[0]), is_=int(sizes[1]))
        release = prepare_release([table], previous=release)
    assert release is not None
    assert small_facts(release, KEY, K) == []

"""The suppression rule, attacked with linear algebra."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placet.sense.estimates import Release, ReleaseTable, prepare_release
from placet.sense.estimates.releases import PARTICIPANTS, TableRecord

K = 10
KEY = ("member", PARTICIPANTS)


def participants(**cells: int) -> ReleaseTable:
    return ReleaseTable("member", PARTICIPANTS, sum(cells.values()), {c: (n,) for c, n in cells.items()})


def votes(name: str, **cells: tuple[int, int, int]) -> ReleaseTable:
    return ReleaseTable("member", name, sum(map(sum, cells.values())), cells)


def shown(release: Release, name: str = PARTICIPANTS) -> dict[str, tuple[int, ...]]:
    return dict(release.published["member", name])


def known_numbers(release: Release, key: tuple[str, str]) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """Return what an attacker knows, in rows over the true sizes of each cell at each release.

    The attacker is told more than the public: which values are fresh and which are carried.
    """
    records = release.records[key]
    variables = [(t, c) for t in range(len(records)) for c in sorted(records[-1].sizes)]
    rows = []
    for t, record in enumerate(records):
        rows.append([float(variable[0] == t) for variable in variables])  # the public total
        rows += [[float(variable == (t, category)) for variable in variables] for category in record.renewed]
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


joined = st.one_of(st.just(0), st.integers(0, 12), st.integers(8, 40))
growth = st.lists(st.tuples(joined, joined, joined), min_size=1, max_size=3)


def releases_of(growth: list[tuple[int, ...]]) -> Release:
    """Release a table of participants again and again as people join."""
    release = None
    sizes = [0] * len(growth[0])
    for joined in growth:
        sizes = [size + new for size, new in zip(sizes, joined, strict=True)]
        cells = {chr(ord("a") + cell): size for cell, size in enumerate(sizes)}
        release = prepare_release([participants(**cells)], previous=release)
    assert release is not None
    return release


@settings(max_examples=40, deadline=None)
@given(growth)
def test_no_small_number_follows_from_totals_and_releases(growth: list[tuple[int, ...]]) -> None:
    assert small_facts(releases_of(growth), KEY, K) == []


def test_attack_finds_what_a_careless_release_gives_away() -> None:
    sizes = {"a": 30, "b": 25, "c": 4}
    careless = Release(K, {KEY: {}}, {KEY: (TableRecord(sizes, frozenset("ab")),)})
    assert any(fact.endswith(": 4") for fact in small_facts(careless, KEY, K))
    later = TableRecord({"a": 33, "b": 40, "c": 15}, frozenset("abc"))
    earlier = TableRecord({"a": 30, "b": 25, "c": 15}, frozenset("abc"))
    careless = Release(K, {KEY: {}}, {KEY: (earlier, later)})
    assert any(fact.endswith(": 3") for fact in small_facts(careless, KEY, K))


def test_a_small_cell_takes_a_second_one_with_it() -> None:
    release = prepare_release([participants(fr=40, de=30, lu=4, unknown=20)])
    assert shown(release) == {"de": (30,), "fr": (40,)}


def test_two_small_cells_that_are_small_together_take_a_third() -> None:
    release = prepare_release([participants(fr=40, de=30, be=12, lu=4, mt=3)])
    assert shown(release) == {"de": (30,), "fr": (40,)}


def test_an_empty_cell_is_hidden_and_protected() -> None:
    release = prepare_release([participants(fr=40, de=30, lu=0)])
    assert shown(release) == {"fr": (40,)}


def test_everything_is_shown_where_every_cell_is_large() -> None:
    release = prepare_release([participants(fr=40, de=30)])
    assert shown(release) == {"de": (30,), "fr": (40,)}


def test_a_cell_changes_after_enough_new_people_only() -> None:
    first = prepare_release([participants(fr=40, de=30, be=20)])
    second = prepare_release([participants(fr=49, de=50, be=45)], previous=first)
    # France has 9 new people: carried; by subtraction they would show, so a second cell is carried.
    assert shown(second) == {"be": (20,), "de": (50,), "fr": (40,)}
    third = prepare_release([participants(fr=50, de=50, be=45)], previous=second)
    assert shown(third) == shown(second)  # Germany has nobody new, nor has Belgium since
    fourth = prepare_release([participants(fr=61, de=61, be=57)], previous=third)
    assert shown(fourth) == {"be": (57,), "de": (61,), "fr": (61,)}


def test_the_sum_of_hidden_cells_does_not_change_by_a_few() -> None:
    first = prepare_release([participants(fr=20, lu=6, mt=12)])
    assert shown(first) == {"fr": (20,)}
    second = prepare_release([participants(fr=32, lu=7, mt=13)], previous=first)
    # With France renewed, the total would tell that two people joined Luxembourg and Malta.
    assert shown(second) == {"fr": (20,)}


def test_votes_that_change_without_new_people_are_carried() -> None:
    people = participants(fr=40, de=30)
    first = prepare_release([people, votes("1", fr=(20, 10, 10), de=(10, 10, 10))])
    second = prepare_release([people, votes("1", fr=(21, 9, 10), de=(10, 10, 10))], previous=first)
    assert shown(second, "1") == shown(first, "1") == {"de": (10, 10, 10), "fr": (20, 10, 10)}


def test_a_member_hidden_among_participants_is_hidden_in_every_table() -> None:
    people = participants(fr=60, de=50, be=12, lu=4)
    release = prepare_release([people, votes("1", fr=(20, 10, 0), de=(9, 2, 0), be=(9, 2, 0), lu=(4, 0, 0))])
    assert shown(release) == {"de": (50,), "fr": (60,)}
    assert shown(release, "1") == {"de": (9, 2, 0), "fr": (20, 10, 0)}


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 4), min_size=1, max_size=4), st.integers(10, 25))
def test_no_cell_below_the_minimum_is_ever_shown(growth: list[tuple[int, ...]], minimum: int) -> None:
    release = None
    sizes = [0] * 4
    for joined in growth:
        sizes = [size + new for size, new in zip(sizes, joined, strict=True)]
        table = participants(**dict(zip("abcd", sizes, strict=True)))
        release = prepare_release([table], previous=release, minimum=minimum)
        assert all(counts[0] >= minimum for counts in shown(release).values())


@given(growth)
def test_a_release_survives_being_stored(growth: list[tuple[int, ...]]) -> None:
    release = releases_of(growth)
    assert Release.from_dict(json.loads(json.dumps(release.to_dict()))) == release


def test_a_table_that_is_not_given_again_is_carried() -> None:
    first = prepare_release([participants(fr=40, de=30), votes("1", fr=(20, 0, 0), de=(0, 20, 0))])
    second = prepare_release([participants(fr=60, de=50)], previous=first)
    assert shown(second, "1") == shown(first, "1")


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("10 or more", {"tables": [participants(fr=40)], "minimum": 9}),
        ("10 or more", {"tables": [participants(fr=40)], "previous": Release(20, {}, {})}),
        ("once", {"tables": [participants(fr=40), participants(fr=40)]}),
        ("one of participants", {"tables": [votes("1", fr=(1, 2, 3))]}),
        (
            "missing",
            {"tables": [participants(de=40)], "previous": prepare_release([participants(fr=40)])},
        ),
    ],
)
def test_what_cannot_be_released_is_refused(message: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=message):
        prepare_release(**arguments)


def test_a_table_must_add_up() -> None:
    with pytest.raises(ValueError, match="add up"):
        ReleaseTable("member", PARTICIPANTS, 50, {"fr": (40,)})
    with pytest.raises(ValueError, match="negative"):
        ReleaseTable("member", PARTICIPANTS, 30, {"fr": (40,), "de": (-10,)})
    with pytest.raises(ValueError, match="same kinds"):
        ReleaseTable("member", "1", 30, {"fr": (10, 10), "de": (10,)})


def test_what_renewed_nothing_is_not_remembered() -> None:
    release = prepare_release([participants(fr=40, de=30)])
    for joined in range(1, 9):
        release = prepare_release([participants(fr=40 + joined, de=30)], previous=release)
    assert [record.sizes["fr"] for record in release.records[KEY]] == [40, 48]


def test_releases_from_before_kinds_were_kept_are_read() -> None:
    stored = prepare_release([participants(fr=40, de=30)]).to_dict()
    del stored["tables"][0]["records"][0]["kinds"], stored["tables"][0]["records"][0]["bits"]
    later = prepare_release([participants(fr=60, de=50)], previous=Release.from_dict(stored))
    assert shown(later) == {"de": (50,), "fr": (60,)}

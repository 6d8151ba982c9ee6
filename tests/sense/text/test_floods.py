"""Floods: near-identical texts are found, in time that grows with their number."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.sense.text.floods import find_floods


def test_case_accents_signs_and_order_do_not_hide_a_flood() -> None:
    texts = [
        "Stop the war now, vote for plan B!",
        "STOP THE WAR NOW — VOTE FOR PLAN B",
        "Build more trams.",
        "vote for plan B, stop the war now",
        "Stóp thè war now... vote for plan B??? please",
        "",
        "Stop the war now and vote for plan B",
    ]
    assert [flood.tolist() for flood in find_floods(texts)] == [[0, 1, 3, 4, 6]]
    assert find_floods(texts, at_least=6) == []


def test_the_largest_flood_comes_first() -> None:
    texts = ["one little text"] * 2 + ["another longer text"] * 3 + ["unique words here"]
    assert [flood.tolist() for flood in find_floods(texts, at_least=2)] == [[2, 3, 4], [0, 1]]


def test_different_texts_are_no_flood() -> None:
    assert find_floods(["yes", "no", "maybe", "more trees", "fewer cars"], at_least=2) == []
    assert find_floods([]) == []
    assert find_floods(["", " ", "!!", "??", "\n"]) == []


@given(st.lists(st.text(max_size=30), max_size=30), st.integers(2, 5))
def test_each_text_is_in_one_flood_at_most(texts: list[str], at_least: int) -> None:
    floods = find_floods(texts, at_least=at_least)
    members = [index for flood in floods for index in flood.tolist()]
    assert len(members) == len(set(members))
    assert all(flood.size >= at_least for flood in floods)


def test_sixteen_thousand_texts_take_seconds() -> None:
    generator = np.random.default_rng(1)
    words = np.array([f"word{i:04}" for i in range(2000)])
    texts = [" ".join(generator.choice(words, size=12)) for _ in range(15_000)]
    texts += [f"the same sentence sent again and again by someone {i}" for i in range(1_000)]
    start = time.perf_counter()
    [flood] = find_floods(texts)
    assert flood.tolist() == list(range(15_000, 16_000))
    assert time.perf_counter() - start < 60


def test_one_text_is_no_flood() -> None:
    with pytest.raises(ValueError, match="2 or more"):
        find_floods(["a"], at_least=1)

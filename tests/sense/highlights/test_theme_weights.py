"""How groups weigh in themes: against scipy, by recovery, and on nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import fisher_exact

from placet.sense.highlights.theme_weights import theme_weights


def test_each_cell_is_fishers_test() -> None:
    rng = np.random.default_rng(0)
    weights = theme_weights(rng.integers(-1, 5, 400), rng.integers(-1, 3, 400))
    total = weights.n_texts.sum()
    for group, theme in np.ndindex(3, 5):
        k, n = weights.n_texts[group, theme], weights.n_of_group[group]
        j = weights.n_texts[:, theme].sum() - k
        expected = fisher_exact([[k, n - k], [j, total - n - j]]).pvalue
        assert weights.p_value[group, theme] == pytest.approx(expected)
    assert weights.n_unknown + weights.n_without_theme + total == 400
    assert (weights.difference_ci.low <= weights.difference).all()
    assert np.allclose(weights.difference, weights.share - weights.expected)


def test_a_group_that_writes_of_one_theme_stands_out() -> None:
    rng = np.random.default_rng(1)
    groups = rng.integers(0, 4, 1_000)
    themes = np.where((groups == 2) & (rng.random(1_000) < 0.5), 0, rng.integers(0, 6, 1_000))
    weights = theme_weights(themes, groups)
    assert np.unravel_index(weights.q_value.argmin(), (4, 6)) == (2, 0)
    assert weights.q_value[2, 0] < 0.001
    assert weights.difference_ci.low[2, 0] > 0.2


def test_chance_is_rarely_a_discovery() -> None:
    rng = np.random.default_rng(2)
    found = [
        (theme_weights(rng.integers(0, 6, 300), rng.integers(0, 5, 300)).q_value <= 0.05).any()
        for _ in range(60)
    ]
    assert np.mean(found) <= 0.1


def test_nothing_and_silent_groups() -> None:
    nothing = theme_weights([], [])
    assert nothing.n_texts.shape == (0, 0)
    silent = theme_weights([0, 1], [0, 0], n_groups=2)
    assert np.isnan(silent.share[1]).all()
    assert np.isnan(silent.expected[0]).all()
    assert np.isnan(silent.q_value).all()
    for weights in (nothing, silent):
        assert json.loads(weights.to_json())["level"] == 0.95
        assert weights.to_polars().height == weights.n_texts.size


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="one entry a text"):
        theme_weights([0, 1], [0])
    with pytest.raises(ValueError, match="from 0 on"):
        theme_weights([0, -2], [0, 0])
    with pytest.raises(ValueError, match="from 0 on"):
        theme_weights([0, 3], [0, 0], n_themes=2)

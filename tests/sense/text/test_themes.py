"""Themes: Ward against scipy, planted themes found again, labels, languages, degenerate input."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.stats import chi2_contingency

from placet.sense import adjusted_rand_index as reference_index
from placet.sense.text.themes import find_themes
from placet.sense.text.themes.clustering import divide, points_of
from placet.sense.text.themes.language_test import check_languages
from placet.sense.text.themes.micro_clusters import gather_points
from placet.sense.text.themes.stability import adjusted_rand_index
from placet.sense.text.themes.ward import ward_tree
from tests.sense.text.planted import plant_themes

SIZES = (60, 50, 40, 40, 30, 30)


def draws(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_ward_is_that_of_scipy() -> None:
    points = draws().normal(size=(150, 6)).astype(np.float32)
    tree, expected = ward_tree(points, np.ones(150)), linkage(points, "ward")
    assert np.allclose(tree.heights, expected[:, 2], atol=1e-5)
    for k in (1, 2, 7, 40, 150):
        same = fcluster(expected, k, "maxclust").astype(np.int64) - 1
        assert reference_index(tree.cut(k), same) == 1.0


def test_weights_are_repeated_points() -> None:
    points = draws(1).normal(size=(80, 6)).astype(np.float32)
    weights = draws(2).integers(1, 6, 80)
    tree = ward_tree(points, weights.astype(np.float64))
    expected = linkage(np.repeat(points, weights, axis=0), "ward")
    assert np.allclose(tree.heights, expected[-79:, 2], atol=1e-5)
    same = fcluster(expected, 9, "maxclust").astype(np.int64) - 1
    assert reference_index(np.repeat(tree.cut(9), weights), same) == 1.0


def test_the_index_is_the_engines() -> None:
    first, second = draws().integers(0, 4, (2, 300))
    assert adjusted_rand_index(first, second) == pytest.approx(reference_index(first, second))
    assert adjusted_rand_index(first, first) == 1.0
    nothing = np.empty(0, dtype=np.int64)
    assert adjusted_rand_index(nothing, nothing) == 1.0


def test_planted_themes_are_found_again() -> None:
    vectors, texts, languages, truth = plant_themes(SIZES)
    themes = find_themes(vectors, texts, languages, rng=draws())
    first = [theme for theme in themes.themes if theme.parent is None]
    assert [theme.n_texts for theme in first] == sorted(SIZES, reverse=True)
    found = np.full(len(texts), -1)
    for theme in first:
        found[theme.members] = theme.key
    assert reference_index(found, truth) == 1.0
    assert themes.stability == 1.0


def test_sub_themes_divide_their_theme() -> None:
    vectors, texts, languages, _ = plant_themes(SIZES)
    themes = find_themes(vectors, texts, languages, rng=draws())
    by_key = {theme.key: theme for theme in themes.themes}
    assert [theme.key for theme in themes.themes] == list(range(len(themes.themes)))
    assert any(theme.parent is not None for theme in themes.themes)
    for theme in themes.themes:
        below = [other.members for other in themes.themes if other.parent == theme.key]
        if below:
            assert 2 <= len(below) <= 6
            assert np.array_equal(np.sort(np.concatenate(below)), theme.members)
        else:
            assert (themes.theme_of[theme.members] == theme.key).all()
        if theme.parent is not None:
            assert by_key[theme.parent].parent is None
        assert set(theme.representative) <= set(theme.members)
        assert len(set(theme.representative)) == theme.representative.size


def test_labels_discriminate_in_both_languages() -> None:
    vectors, texts, languages, truth = plant_themes(SIZES)
    themes = find_themes(vectors, texts, languages, rng=draws())
    first = [theme for theme in themes.themes if theme.parent is None]
    for reader in ("en", "fr"):
        terms = [term for theme in first for term in theme.labels[reader]]
        assert len(terms) == len(set(terms))
    for theme in first:
        planted = truth[theme.members[0]]
        assert theme.labels["en"][0] in ("satellites", "orbit", "ransomware", "attacks", "undersea", "cables",
                                         "young", "officers", "clean", "water", "artificial",
                                         "intelligence")[2 * planted : 2 * planted + 2]  # fmt: skip
        assert theme.label_languages == {"en": "en", "fr": "fr"}


def test_a_language_that_nobody_wrote_in_borrows_or_says_so() -> None:
    vectors, texts, languages, truth = plant_themes((40, 40, 3), languages=("en", "pl"))
    themes = find_themes(vectors, texts, languages, n_themes=3, rng=draws())
    assert all(theme.label_languages["fr"] in {"en", "pl"} for theme in themes.themes)
    assert all(theme.label_languages["en"] == "en" for theme in themes.themes)
    languages = ["pl" if truth[i] == 0 else "en" for i in range(len(texts))]
    themes = find_themes(vectors, texts, languages, n_themes=3, rng=draws())
    foreign = next(theme for theme in themes.themes if languages[theme.members[0]] == "pl")
    assert "en" in foreign.borrowed_labels


def test_a_theme_that_is_only_a_language_says_so() -> None:
    vectors, texts, _, truth = plant_themes(SIZES)
    languages = ["pl" if theme == 0 else ("en", "fr")[i % 2] for i, theme in enumerate(truth)]
    themes = find_themes(vectors, texts, languages, rng=draws())
    flagged = [theme for theme in themes.themes if theme.parent is None and theme.is_only_a_language]
    assert [theme.n_texts for theme in flagged] == [60]
    assert flagged[0].language_p_value is not None
    assert flagged[0].language_p_value < 0.001


def test_themes_without_regard_to_language_are_not_flagged() -> None:
    rng = draws(3)
    languages = rng.choice(["en", "fr", "pl"], 900).tolist()
    members = np.array_split(rng.permutation(900), 40)
    tests = check_languages(members, languages, rng=rng)
    assert not any(test.is_only_a_language for test in tests)
    assert sum(test.p_value <= 0.05 for test in tests if test.p_value is not None) <= 2


def test_the_language_test_is_the_chi_square_of_the_table() -> None:
    languages = ["en"] * 300 + ["fr"] * 200
    members = [np.r_[0:120, 300:340]]
    expected = chi2_contingency([[120, 40], [180, 160]], correction=False).pvalue
    assert check_languages(members, languages, rng=draws())[0].p_value == pytest.approx(expected)


def test_small_counts_are_drawn() -> None:
    [test] = check_languages([np.arange(4)], ["pl"] * 4 + ["en"] * 36, rng=draws())
    assert test.p_value is not None
    assert 1e-4 <= test.p_value < 0.002  # 1 / 91,390 exactly; the least that 9,999 draws can say is 1e-4
    assert test.is_only_a_language


def test_the_same_generator_gives_the_same_themes() -> None:
    vectors, texts, languages, _ = plant_themes(SIZES, noise=2.0)
    one, other = (find_themes(vectors, texts, languages, rng=draws(5)).to_json() for _ in range(2))
    assert one == other


def test_many_texts_go_through_micro_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("placet.sense.text.themes.clustering.MOST_POINTS", 150)
    monkeypatch.setattr("placet.sense.text.themes.clustering.N_MICRO_CLUSTERS", 80)
    vectors, _, _, truth = plant_themes(SIZES)
    points = points_of(vectors, rng=draws())
    assert len(points.vectors) <= 80
    assert points.weights.sum() == len(vectors)
    assert reference_index(divide(points, 6, 6)[points.point_of], truth) > 0.95


def test_few_texts_are_points_themselves() -> None:
    vectors, *_ = plant_themes((10, 10))
    points = gather_points(vectors, at_most=20, n_centres=5, rng=draws())
    assert np.array_equal(points.vectors, vectors)


@pytest.mark.parametrize("n_texts", [0, 1, 2, 19, 20, 21])
def test_few_texts(n_texts: int) -> None:
    vectors, texts, languages, _ = plant_themes((max(n_texts, 1),))
    themes = find_themes(vectors[:n_texts], texts[:n_texts], languages[:n_texts], rng=draws())
    first = [theme for theme in themes.themes if theme.parent is None]
    if n_texts < 20:
        assert len(first) == min(n_texts, 1)
        assert themes.stability is None
    assert themes.theme_of.size == n_texts
    json.loads(themes.to_json())
    assert themes.to_polars().height == len(themes.themes)


def test_texts_that_are_all_the_same() -> None:
    vectors = np.tile(np.eye(1, 8, dtype=np.float32), (50, 1))
    themes = find_themes(vectors, ["same"] * 50, ["en"] * 50, rng=draws())
    assert sum(theme.n_texts for theme in themes.themes if theme.parent is None) == 50


def test_a_text_without_anything_to_go_by_is_in_no_theme() -> None:
    vectors, texts, languages, _ = plant_themes((15, 15))
    vectors[4] = 0
    themes = find_themes(vectors, texts, languages, rng=draws())
    assert np.flatnonzero(themes.theme_of == -1).tolist() == [4]
    assert all(4 not in theme.members for theme in themes.themes)
    assert themes.theme_of.max() < len(themes.themes)


def test_the_number_of_themes_may_be_given() -> None:
    vectors, texts, languages, _ = plant_themes(SIZES)
    themes = find_themes(vectors, texts, languages, n_themes=3, rng=draws())
    assert sum(theme.parent is None for theme in themes.themes) == 3


def test_progress_is_told() -> None:
    vectors, texts, languages, _ = plant_themes((30, 30))
    told: list[float] = []
    find_themes(vectors, texts, languages, rng=draws(), on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_wrong_input_is_refused() -> None:
    vectors, texts, languages, _ = plant_themes((5,))
    with pytest.raises(ValueError, match="each text needs"):
        find_themes(vectors, texts[1:], languages, rng=draws())
    with pytest.raises(ValueError, match="at least 1"):
        find_themes(vectors, texts, languages, n_themes=0, rng=draws())
    vectors[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        find_themes(vectors, texts, languages, rng=draws())

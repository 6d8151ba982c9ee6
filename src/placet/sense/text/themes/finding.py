"""Themes and sub-themes of texts in any languages, from their vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.text.embedding.protocol import unit_rows
from placet.sense.text.themes.clustering import divide, points_of
from placet.sense.text.themes.labels import Label, label_siblings
from placet.sense.text.themes.language_test import check_languages
from placet.sense.text.themes.micro_clusters import Points
from placet.sense.text.themes.representative import find_representative
from placet.sense.text.themes.results import NO_THEME, Theme, Themes
from placet.sense.text.themes.stability import estimate_stability
from placet.sense.text.themes.words import read_vocabularies
from placet.sense.votes.arrays import IntArray

FEWEST_TEXTS = 20  # to be divided at all
FEWEST_THEMES, MOST_THEMES = 6, 16
MOST_SUB_THEMES = 6
TEXTS_A_THEME = 10  # on average, at least: fewer texts make fewer themes

OnProgress = Callable[[float], None]


def find_themes(
    vectors: VectorArray,
    texts: Sequence[str],
    languages: Sequence[str],
    *,
    n_themes: int | None = None,
    rng: np.random.Generator,
    on_progress: OnProgress | None = None,
) -> Themes:
    """Find themes and sub-themes, label them and say how far they can be relied on.

    Parameters
    ----------
    vectors : (n_texts, n_dimensions) float32
        Of one model, centred by language, of length 1 (`placet.sense.text.embedding.vectors_of`); zeros
        for a text without anything to go by, which is in no theme.
    texts, languages : sequences of str
        In the same order; languages as BCP 47 tags, "und" where not known.
    n_themes : int, optional
        Themes of the first level. As many as the texts suggest, from 6 to 16, if it is left out; fewer
        than 20 texts are then one theme, and fewer than 60 make fewer than 6.
    rng : numpy.random.Generator
        For micro-clusters, the samples of the stability and the language tests.
    on_progress : callable, optional
        Told the share of the work that is done.

    Returns
    -------
    Themes

    Raises
    ------
    ValueError
        If the lengths differ, a vector is not finite, or `n_themes` is less than 1.

    Notes
    -----
    See ``docs/methods/themes.md``. The same input and generator give the same themes. What it does not
    show: that a theme matters, that its texts agree with one another (for and against stand together),
    or that other divisions would be worse.
    """
    _check(vectors, texts, languages, n_themes)
    told = on_progress or (lambda share: None)
    generators = rng.spawn(4)
    kept = np.flatnonzero(np.abs(vectors).max(axis=1) > 0) if vectors.size else np.empty(0, dtype=np.int64)
    if kept.size == 0:
        return Themes((), np.full(len(texts), NO_THEME, dtype=np.int64), None)
    own = np.ascontiguousarray(vectors[kept], dtype=np.float32)
    # What all texts of a corpus share says nothing about how they differ.
    spread = unit_rows(own - own.mean(axis=0))
    points = points_of(spread, rng=generators[0])
    told(0.2)
    first = _first_level(points, kept.size, n_themes)
    parents = _by_size(first[points.point_of])
    children = [_sub_themes(spread, members, generators[1]) for members in parents]
    told(0.5)
    stability = estimate_stability(spread, len(parents), rng=generators[2]) if len(parents) > 1 else None
    told(0.8)
    spoken = [languages[i] for i in kept.tolist()]
    found = _describe(own, [texts[i] for i in kept.tolist()], spoken, parents, children, generators[3])
    told(1.0)
    return _collect(found, kept, len(texts), stability)


def _check(
    vectors: VectorArray, texts: Sequence[str], languages: Sequence[str], n_themes: int | None
) -> None:
    if not len(vectors) == len(texts) == len(languages):
        message = f"each text needs a vector and a language: {len(texts)} texts, {len(vectors)} vectors"
        raise ValueError(f"{message}, {len(languages)} languages")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors are finite")
    if n_themes is not None and n_themes < 1:
        raise ValueError("n_themes is at least 1")


def _first_level(points: Points, n_texts: int, n_themes: int | None) -> IntArray:
    if n_themes is not None:
        return divide(points, n_themes, n_themes)
    if n_texts < FEWEST_TEXTS:
        return np.zeros(len(points.vectors), dtype=np.int64)
    most = min(MOST_THEMES, n_texts // TEXTS_A_THEME)
    return divide(points, min(FEWEST_THEMES, most), most)


def _by_size(cluster: IntArray) -> list[IntArray]:
    """Members of each cluster, the largest first; of equals the one with the earliest text."""
    members = [np.flatnonzero(cluster == c) for c in range(int(cluster.max()) + 1)]
    return sorted((found for found in members if found.size), key=lambda found: (-found.size, found[0]))


def _sub_themes(vectors: VectorArray, members: IntArray, rng: np.random.Generator) -> list[IntArray]:
    """Members of each sub-theme; none where a theme is too small to be divided."""
    most = min(MOST_SUB_THEMES, members.size // TEXTS_A_THEME)
    if most < 2:
        return []
    points = points_of(vectors[members], rng=rng)
    parts = _by_size(divide(points, 2, most)[points.point_of])
    return [members[part] for part in parts] if len(parts) > 1 else []


@dataclass(frozen=True, eq=False)
class _Level:
    """Themes that stand in the result's order, with the number of the one above."""

    members: list[IntArray]
    above: list[int | None]
    labels: list[dict[str, Label]]


def _describe(
    vectors: VectorArray,
    texts: Sequence[str],
    languages: Sequence[str],
    parents: list[IntArray],
    children: list[list[IntArray]],
    rng: np.random.Generator,
) -> tuple[Theme, ...]:
    vocabularies = read_vocabularies(texts, languages)
    labels = label_siblings(parents, vectors, vocabularies)
    level = _Level(list(parents), [None] * len(parents), list(labels))
    for key, parts in enumerate(children):
        taken = {reader: label.terms for reader, label in labels[key].items()}
        level.members.extend(parts)
        level.above.extend([key] * len(parts))
        level.labels.extend(label_siblings(parts, vectors, vocabularies, taken=taken))
    tests = check_languages(level.members, languages, rng=rng)
    return tuple(
        Theme(
            key=key,
            parent=above,
            members=members,
            labels={reader: label.terms for reader, label in labelled.items()},
            representative=find_representative(members, vectors, languages),
            language_p_value=test.p_value,
            is_only_a_language=test.is_only_a_language,
            label_languages={reader: label.language for reader, label in labelled.items()},
            borrowed_labels=frozenset(reader for reader, label in labelled.items() if label.is_borrowed),
        )
        for key, (members, above, labelled, test) in enumerate(
            zip(level.members, level.above, level.labels, tests, strict=True)
        )
    )


def _collect(found: tuple[Theme, ...], kept: IntArray, n_texts: int, stability: float | None) -> Themes:
    """Name texts by their place among all, those without a vector included."""
    theme_of = np.full(n_texts, NO_THEME, dtype=np.int64)
    themes = []
    for theme in found:  # sub-themes come after what they are a part of
        theme_of[kept[theme.members]] = theme.key
        representative = kept[theme.representative]
        themes.append(replace(theme, members=kept[theme.members], representative=representative))
    return Themes(tuple(themes), theme_of, stability)

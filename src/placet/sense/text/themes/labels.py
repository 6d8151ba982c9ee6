"""What sets a theme apart from its siblings, in words of the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.text.embedding.protocol import unit_rows
from placet.sense.text.themes.words import Vocabulary
from placet.sense.votes.arrays import FloatArray, IntArray

LABEL_LANGUAGES = ("en", "fr")
N_TERMS = 4
FEWEST_TEXTS = 3  # in the reader's language; with fewer the nearest of the whole corpus are read
N_BORROWED = 6
FEWEST_USES = 2  # texts of a theme that a term stands in, where such terms are left


@dataclass(frozen=True, eq=False)
class Label:
    """Terms for readers of one language, the language they are in, and whether texts were borrowed."""

    terms: tuple[str, ...]
    language: str
    is_borrowed: bool


def label_siblings(
    members: Sequence[IntArray],
    vectors: VectorArray,
    vocabularies: Mapping[str, Vocabulary],
    *,
    taken: Mapping[str, tuple[str, ...]] | None = None,
) -> list[dict[str, Label]]:
    """Label themes that stand side by side; no term is in two of their labels of a language.

    Parameters
    ----------
    members : sequence of int64 arrays
        Indices of the texts of each theme.
    vectors : (n_texts, n_dimensions) float32
    vocabularies : mapping of str to Vocabulary
    taken : mapping of str to tuple of str, optional
        Terms not to be used, by reader's language: those of the theme above.

    Returns
    -------
    list of dict
        A label for each of `LABEL_LANGUAGES`, for each theme.

    Notes
    -----
    Class-based TF-IDF (Grootendorst, M. (2022), "BERTopic: Neural topic modeling with a class-based
    TF-IDF procedure", arXiv:2203.05794, equation 2): ``W = tf log(1 + A / f)``, with tf the share of a
    theme's texts that a stem stands in, f the same over all siblings together and A the mean number of
    stems in a theme. Texts are counted, not words, so that one long text does not make a label, and as
    a share, so that a large theme does not take every term. A stem belongs to the sibling where W is
    largest.

    Where a theme has fewer than three texts in the reader's language, its words are those of the six
    texts of that language nearest its centre in the whole corpus. Where no text is in that language,
    the terms are in the language that most of its texts have, and the label says so.
    """
    centres = [unit_rows(vectors[indices].mean(axis=0, keepdims=True))[0] for indices in members]
    labels: list[dict[str, Label]] = [{} for _ in members]
    for reader in LABEL_LANGUAGES:
        forbidden = frozenset((taken or {}).get(reader, ()))
        sources = [
            _source(indices, centre, vectors, vocabularies, reader)
            for indices, centre in zip(members, centres, strict=True)
        ]
        for language in sorted({source.language for source in sources}):
            speaking = [n for n, source in enumerate(sources) if source.language == language]
            vocabulary = vocabularies[language]
            counts = np.stack([vocabulary.counts(sources[n].texts) for n in speaking])
            n_read = np.array([max(sources[n].texts.size, 1) for n in speaking])
            chosen = _choose(counts, n_read, vocabulary.surfaces, forbidden)
            for n, terms in zip(speaking, chosen, strict=True):
                labels[n][reader] = Label(terms, language, sources[n].is_borrowed)
    return labels


@dataclass(frozen=True, eq=False)
class _Source:
    texts: IntArray
    language: str
    is_borrowed: bool


def _source(
    indices: IntArray,
    centre: VectorArray,
    vectors: VectorArray,
    vocabularies: Mapping[str, Vocabulary],
    reader: str,
) -> _Source:
    """The texts that a label is made of."""
    if reader not in vocabularies:
        spoken = {
            language: int(np.isin(vocabulary.texts, indices).sum())
            for language, vocabulary in vocabularies.items()
        }
        return _Source(indices, max(spoken, key=lambda language: (spoken[language], language)), False)
    available = vocabularies[reader].texts
    own = np.intersect1d(indices, available)
    if own.size >= FEWEST_TEXTS or own.size == available.size:
        return _Source(own, reader, False)
    order = np.argsort(-(vectors[available] @ centre), kind="stable")
    nearest = available[order[:N_BORROWED]]
    return _Source(np.union1d(own, nearest), reader, True)


def _choose(
    counts: IntArray, n_read: IntArray, surfaces: Sequence[str], forbidden: frozenset[str]
) -> list[tuple[str, ...]]:
    """Return the best terms of each theme; ``counts`` has shape (n_themes, n_stems)."""
    if counts.shape[1] == 0:
        return [()] * len(counts)
    scores = _class_scores(counts, n_read)
    is_free = np.array([surface not in forbidden for surface in surfaces])
    owner = scores.argmax(axis=0)
    chosen = []
    for theme in range(len(counts)):
        is_own = is_free & (owner == theme) & (counts[theme] > 0)
        is_used = is_own & (counts[theme] >= FEWEST_USES)
        ranked = np.argsort(-np.where(is_own, scores[theme] + is_used, -1.0), kind="stable")
        terms = (surfaces[stem] for stem in ranked[: 2 * N_TERMS].tolist() if is_own[stem])
        chosen.append(tuple(dict.fromkeys(terms))[:N_TERMS])
    return _distinct(chosen)


def _class_scores(counts: IntArray, n_read: IntArray) -> FloatArray:
    """Class-based TF-IDF, scaled so that no score reaches 1."""
    frequency = counts / n_read[:, None]
    mean_size = frequency.sum() / len(counts)
    weighted = frequency * np.log1p(mean_size / np.maximum(frequency.sum(axis=0), 1e-12))
    return np.asarray(weighted / (weighted.max() + 1.0), dtype=np.float64)


def _distinct(labels: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Two stems may be written alike: the first theme keeps the word."""
    seen: set[str] = set()
    distinct = []
    for terms in labels:
        kept = tuple(term for term in terms if term.casefold() not in seen)
        seen |= {term.casefold() for term in kept}
        distinct.append(kept)
    return distinct

"""Sentence embeddings: texts as vectors that can be compared, in one language or across many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from placet.sense.text.embedding.accurate import AccurateEmbedder
from placet.sense.text.embedding.centring import MEANS_VERSION, centre, shipped_means
from placet.sense.text.embedding.fast import FastEmbedder
from placet.sense.text.embedding.protocol import Embedder, VectorArray
from placet.sense.text.embedding.text_match import TextMatchEmbedder
from placet.sense.text.extras import MissingExtraError

__all__ = [
    "ENCODERS",
    "Embedder",
    "MissingExtraError",
    "VectorArray",
    "centred_model",
    "duplicate_similarity",
    "find_embedder",
    "vectors_of",
]

ENCODERS: dict[str, Callable[[], Embedder]] = {
    "fast": FastEmbedder,
    "accurate": AccurateEmbedder,
    "text-match": TextMatchEmbedder,
}
# Chosen on the ideas with an odd number of benchmarks/ideas, reported on the even ones: docs/methods/text.md.
DUPLICATE_SIMILARITY = {FastEmbedder.model: 0.45, AccurateEmbedder.model: 0.55}

_loaded: dict[str, Embedder] = {}
_loading = threading.Lock()


def find_embedder(name: str = "fast") -> Embedder:
    """Return an encoder, loaded once in a process and shared by its threads.

    Parameters
    ----------
    name : {"fast", "accurate", "text-match"}

    Returns
    -------
    Embedder

    Raises
    ------
    MissingExtraError
        If its library is not installed; ``text-match`` needs none.
    ValueError
        If there is no encoder of this name.
    RuntimeError
        If the processor cannot run it.
    """
    if name not in ENCODERS:
        message = f"no encoder is called {name!r}; there are {', '.join(ENCODERS)}"
        raise ValueError(message)
    with _loading:
        if name not in _loaded:
            _loaded[name] = ENCODERS[name]()
        return _loaded[name]


def vectors_of(embedder: Embedder, texts: Sequence[str], languages: Sequence[str]) -> VectorArray:
    """Embed texts and centre their vectors by language.

    A text's vector is u(e - m), with e its embedding, m the mean embedding of its language, as shipped
    with the package, and u(x) = x / |x|. The inner product of two is their similarity, in [-1, 1].

    Parameters
    ----------
    embedder : Embedder
    texts : sequence of str
    languages : sequence of str
        The language of each text, BCP 47; one without a mean, such as ``und``, takes the mean of all.

    Returns
    -------
    (n_texts, n_dimensions) float32
        Of length 1; all zeros for a text without anything to go by. Comparable with vectors of the
        same `centred_model` alone.

    Raises
    ------
    ValueError
        If there are not as many languages as texts.
    """
    if len(texts) != len(languages):
        message = f"each text needs a language: {len(texts)} texts, {len(languages)} languages"
        raise ValueError(message)
    vectors = embedder.embed(texts, languages)
    is_blank = np.array([not text.strip() for text in texts], dtype=bool)
    if is_blank.any():
        vectors = np.where(is_blank[:, None], np.float32(0), vectors)
    means = shipped_means(embedder.model)
    return vectors if means is None else centre(vectors, languages, means)


def centred_model(embedder: Embedder) -> str:
    """Return the name under which the vectors of `vectors_of` are stored.

    Parameters
    ----------
    embedder : Embedder

    Returns
    -------
    str
        The embedder's model, and which means were subtracted, if any.
    """
    is_centred = shipped_means(embedder.model) is not None
    return f"{embedder.model}+means.{MEANS_VERSION}" if is_centred else embedder.model


def duplicate_similarity(model: str) -> float | None:
    """Return the similarity from which a text's nearest is suggested as its duplicate.

    Parameters
    ----------
    model : str
        As `centred_model` names it.

    Returns
    -------
    float or None
        None for a model without a threshold of its own: suggest nothing across languages.
    """
    name = model.split("/")[0]
    return DUPLICATE_SIMILARITY.get(name) if "+means." in model else None

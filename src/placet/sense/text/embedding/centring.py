"""Centring: what all texts in a language have in common is taken away.

Encoders put texts in one language a little together, whatever they say. The mean vector of each
language, made once from sentences with the same contents in every language
(``benchmarks/language_means.py``), is shipped with the package and subtracted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from placet.sense.text.embedding.protocol import VectorArray, unit_rows

MEANS_VERSION = 1  # goes up when the shipped means change: vectors centred by others are not comparable


@dataclass(frozen=True, eq=False)
class LanguageMeans:
    """The mean vectors of languages, for one model.

    Attributes
    ----------
    of_language : dict of str to (n_dimensions,) float32
        As `shrunk_means` estimates them.
    of_others : (n_dimensions,) float32
        For a language that has no mean of its own: the mean of all.
    """

    of_language: dict[str, VectorArray]
    of_others: VectorArray


@cache
def shipped_means(model: str) -> LanguageMeans | None:
    """Return the means that the package holds for a model, whatever its version.

    Parameters
    ----------
    model : str
        Name of the model, with or without version.

    Returns
    -------
    LanguageMeans or None
        None for a model without means: its vectors are compared as they are.
    """
    file = files("placet.sense.text.embedding") / "means" / f"{model.split('/')[0]}.npz"
    if not file.is_file():
        return None
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        languages = stored["languages"].tolist()
        means = stored["means"].astype(np.float32)
        return LanguageMeans(dict(zip(languages, means, strict=True)), stored["overall"].astype(np.float32))


def centre(vectors: VectorArray, languages: Sequence[str], means: LanguageMeans) -> VectorArray:
    """Return vectors without their language's mean, of length 1.

    Parameters
    ----------
    vectors : (n, n_dimensions) float32
        Of length 1, or zeros; they stay zeros.
    languages : sequence of str
        The language of each, BCP 47; only the primary subtag counts.
    means : LanguageMeans

    Returns
    -------
    (n, n_dimensions) float32
    """
    if len(languages) != len(vectors):
        message = f"each vector needs a language: {len(vectors)} vectors, {len(languages)} languages"
        raise ValueError(message)
    if not len(vectors):
        return vectors.copy()
    subtracted = np.stack([means.of_language.get(primary_subtag(tag), means.of_others) for tag in languages])
    return unit_rows(np.where(vectors.any(axis=1, keepdims=True), vectors - subtracted, vectors))


def shrunk_means(vectors: VectorArray, languages: Sequence[str], contents: Sequence[str]) -> LanguageMeans:
    """Estimate the mean vector of each language from sentences with the same contents in each.

    With m the mean of a language's n vectors, and m₀ the mean of the languages' means, the estimate is
    ``m₀ + n / (n + s²/t²) (m - m₀)``: the posterior mean under a normal prior (Efron and Morris 1975).
    s² is the variance of a sentence about its language's mean, once what all languages say in it is
    taken away; t² that of the languages' true means about m₀. So an encoder that tells languages little
    apart, or a language with few sentences, is centred by little more than m₀.

    Parameters
    ----------
    vectors : (n, n_dimensions) float32
    languages : sequence of str
    contents : sequence of str
        Which content each vector has.

    Returns
    -------
    LanguageMeans
    """
    tags, keys = np.array(languages), np.array(contents)
    names = sorted(set(languages))
    exact = vectors.astype(np.float64)
    own = {name: exact[tags == name].mean(axis=0) for name in names}
    overall = np.mean(list(own.values()), axis=0)
    counts = {name: np.count_nonzero(tags == name) for name in names}
    rest = exact.copy()
    for key in set(contents):
        rest[keys == key] -= exact[keys == key].mean(axis=0)
    for name in names:
        rest[tags == name] -= rest[tags == name].mean(axis=0)
    within = float((rest**2).sum(axis=1).mean())
    spread = float(np.mean([((own[name] - overall) ** 2).sum() - within / counts[name] for name in names]))
    worth = within / spread if spread > 0 else np.inf  # how many sentences m₀ is worth
    shrunk = {name: overall + counts[name] / (counts[name] + worth) * (own[name] - overall) for name in names}
    return LanguageMeans(
        {name: mean.astype(np.float32) for name, mean in shrunk.items()}, overall.astype(np.float32)
    )


def primary_subtag(tag: str) -> str:
    """Return the language of a BCP 47 tag, in lower case: ``pt`` for ``pt-BR``."""
    return tag.replace("_", "-").split("-")[0].lower()

"""Whether a theme is more than a language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from placet.sense.text.embedding.centring import primary_subtag
from placet.sense.votes.arrays import FloatArray, IntArray

N_DRAWS = 9_999
FEWEST_EXPECTED = 5
SHARE_OF_A_LANGUAGE = 0.9  # of a theme, from which it may be nothing but a language
MOST_OF_CORPUS = 0.6  # below which a language does not fill themes by being nearly the whole
LEVEL = 0.05


@dataclass(frozen=True)
class LanguageTest:
    """How a theme's languages compare with the corpus's.

    Attributes
    ----------
    p_value : float or None
        Adjusted over all themes; None where there is nothing to compare.
    is_only_a_language : bool
    """

    p_value: float | None
    is_only_a_language: bool


def check_languages(
    members: Sequence[IntArray], languages: Sequence[str], *, rng: np.random.Generator
) -> list[LanguageTest]:
    """Test each theme's make-up by language against chance.

    Parameters
    ----------
    members : sequence of int64 arrays
        Indices of the texts of each theme.
    languages : sequence of str
        Of each text, BCP 47; the first part counts, and ``und`` is a language of its own.
    rng : numpy.random.Generator

    Returns
    -------
    list of LanguageTest

    Notes
    -----
    Pearson's chi-square of language by "in the theme or not". Where a theme is expected to have fewer
    than five texts of some language (Cochran, W. G. (1954), Biometrics 10, 417-451), its p-value is the
    share of 9,999 draws of as many texts without regard to language that differ at least as much, the
    theme itself counted among them. P-values are adjusted over all themes (Benjamini, Y. and Hochberg,
    Y. (1995)). A theme "is only a language" where at least 90 % of it are in one language, that language
    is less than 60 % of the corpus, and the adjusted p-value is at most .05.

    It does not show why: speakers of a language may care about a subject of their own. And a theme that
    passes may still be two languages that were thrown together.
    """
    codes, language_of = np.unique([primary_subtag(language) for language in languages], return_inverse=True)
    in_corpus = np.bincount(language_of, minlength=codes.size).astype(np.int64)
    counts = [np.bincount(language_of[indices], minlength=codes.size) for indices in members]
    p_values = [_p_value(count, in_corpus, rng) for count in counts]
    tested = [p for p in p_values if p is not None]
    if not tested:
        return [LanguageTest(None, False)] * len(members)
    from scipy.stats import false_discovery_control  # slow to import

    adjusted = iter(false_discovery_control(tested).tolist())
    return [
        LanguageTest(None, False) if p is None else _judge(count, in_corpus, next(adjusted))
        for p, count in zip(p_values, counts, strict=True)
    ]


def _judge(count: IntArray, in_corpus: IntArray, p_value: float) -> LanguageTest:
    main = int(count.argmax())
    is_one = count[main] >= SHARE_OF_A_LANGUAGE * count.sum()
    is_minor = in_corpus[main] < MOST_OF_CORPUS * in_corpus.sum()
    return LanguageTest(p_value, bool(is_one and is_minor and p_value <= LEVEL))


def _p_value(count: IntArray, in_corpus: IntArray, rng: np.random.Generator) -> float | None:
    """The p-value of one theme; None for one language, an empty theme or the whole corpus."""
    n_theme, n_corpus = int(count.sum()), int(in_corpus.sum())
    if in_corpus.size < 2 or n_theme in (0, n_corpus):
        return None
    expected = in_corpus * (n_theme / n_corpus)

    def distance(counts: IntArray) -> FloatArray:
        return np.asarray(((counts - expected) ** 2 / expected).sum(axis=-1), dtype=np.float64)

    if expected.min() < FEWEST_EXPECTED:
        draws = rng.multivariate_hypergeometric(in_corpus, n_theme, size=N_DRAWS, method="marginals")
        # A little less than the theme's own, or rounding would leave out draws that are just as far.
        n_as_far = np.count_nonzero(distance(draws) >= distance(count) * (1 - 1e-9))
        return float((n_as_far + 1) / (N_DRAWS + 1))
    from scipy.special import chdtrc

    # Both rows of the table: those not in the theme miss what it has too much.
    return float(chdtrc(in_corpus.size - 1, distance(count) * n_corpus / (n_corpus - n_theme)))

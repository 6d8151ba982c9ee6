"""Which language a text is in."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from placet.sense.text.embedding.centring import primary_subtag
from placet.sense.text.extras import import_extra

UNKNOWN = "und"
# Both chosen on beginnings of the ideas with an odd number of benchmarks/ideas: docs/methods/text.md.
STEEPNESS = 3.4
LEAST_CONFIDENCE = 0.6
WRITTEN_FORMS = {"nb": "no", "nn": "no"}  # of one language, for the detector


@dataclass(frozen=True, slots=True)
class DetectedLanguage:
    """The language that a text is probably in.

    Attributes
    ----------
    language : str
        BCP 47; ``und`` if unsure.
    confidence : float
        In [0, 1]: how likely the best guess is right, where it is ``und`` too; 0 where there is none.
    """

    language: str
    confidence: float


def detect_language(text: str, *, among: Collection[str] = ()) -> DetectedLanguage:
    """Detect the language of a text.

    The detector scores each language by the runs of letters in the text. With a the highest score, b the
    second, and n letters, the confidence is ``1 / (1 + exp(-3.4 n (a - b)))``: a small lead in a long
    text is worth a great lead in a short one. Below .6 the answer is ``und``.

    Parameters
    ----------
    text : str
    among : collection of str, optional
        Only these languages come into question (BCP 47; the first of those with the same primary subtag
        is the answer). Of 60 languages if empty, or if the detector knows none of them.

    Returns
    -------
    DetectedLanguage

    Raises
    ------
    MissingExtraError
        If ``placet[text]`` is not installed.
    """
    tags = {_code(tag): tag for tag in sorted(among, reverse=True)}
    scores = _detector(frozenset(tags)).detect_details(text).scores
    if not scores:
        return DetectedLanguage(UNKNOWN, 0.0)
    [(code, best), *others] = scores.items()
    lead = best - others[0][1] if others else best
    n_letters = sum(c.isalpha() for c in text)
    confidence = 1 / (1 + math.exp(-STEEPNESS * n_letters * lead))
    return DetectedLanguage(tags.get(code, code) if confidence >= LEAST_CONFIDENCE else UNKNOWN, confidence)


def _code(tag: str) -> str:
    """Return the detector's name for a language."""
    subtag = primary_subtag(tag)
    return WRITTEN_FORMS.get(subtag, subtag)


@cache
def _detector(codes: frozenset[str]) -> Any:
    """Return a detector for these languages. It is only read from then on, so threads share it."""
    detection = import_extra("eldc")
    detection.init()
    detector = detection.instance()
    detector.set_scores(2)
    known = sorted(codes & set(detection.LANGUAGES))
    if known:
        detector.set_languages(known)
    return detector

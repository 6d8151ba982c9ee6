"""Themes as a document: what ``themes.json`` holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

import placet
from placet.sense.reports.themes.layout import Layout, lay_out
from placet.sense.text.embedding import VectorArray
from placet.sense.text.exports import TextFile
from placet.sense.text.themes import Theme, Themes

SCHEMA_VERSION = 1
DIGITS = 4  # of a place on the map

Document = dict[str, Any]


@dataclass(frozen=True, eq=False)
class ThemeSource:
    """What themes were found in.

    Attributes
    ----------
    title : str
        For the head of the report; the name of the file.
    file : TextFile
    languages : tuple of str
        Of each text: as the file says, else as detected.
    n_detected : int
        How many of them were detected.
    vectors : (n_texts, n_dimensions) float32
    model : str
        What made the vectors.
    seed : int
    """

    title: str
    file: TextFile
    languages: tuple[str, ...]
    n_detected: int
    vectors: VectorArray
    model: str
    seed: int


def build_theme_document(source: ThemeSource, themes: Themes) -> Document:
    """Return themes and their texts as a document that JSON can hold.

    Parameters
    ----------
    source : ThemeSource
    themes : Themes
        Of the same texts.

    Returns
    -------
    dict
        schema_version, software_version, title, format, input_digest, model, seed; ``counts`` (texts,
        left_out, without_theme, languages_detected and texts by language); stability; ``themes``, each with
        key, number (as shown: 1, 1.2), parent, n_texts, share, labels, label_languages, borrowed_labels,
        languages, language_p_value, is_only_a_language, representative (positions in ``texts``) and, on
        the first level, its disc on the map; ``texts``, each with id, text, language, theme and its place.
    """
    first = [theme for theme in themes.themes if theme.parent is None]
    layout = lay_out(source.vectors, [theme.members for theme in first])
    numbers = _numbers(themes)
    in_language = Counter(source.languages)
    return {
        "schema_version": SCHEMA_VERSION,
        "software_version": placet.__version__,
        "title": source.title,
        "format": source.file.kind,
        "input_digest": source.file.digest,
        "model": source.model,
        "seed": source.seed,
        "counts": {
            "texts": len(source.file.texts),
            "left_out": source.file.n_left_out,
            "without_theme": int((themes.theme_of < 0).sum()),
            "languages_detected": source.n_detected,
            "languages": dict(in_language.most_common()),
        },
        "stability": themes.stability,
        "themes": [_theme(theme, source, layout, numbers) for theme in themes.themes],
        "texts": [
            {
                "id": identifier,
                "text": text,
                "language": language,
                "theme": key if key >= 0 else None,
                "place": _place(place.tolist()) if np.isfinite(place).all() else None,
            }
            for identifier, text, language, key, place in zip(
                source.file.ids,
                source.file.texts,
                source.languages,
                themes.theme_of.tolist(),
                layout.places,
                strict=True,
            )
        ],
    }


def _numbers(themes: Themes) -> dict[int, str]:
    """How each theme is called: 1, 2, ... and 1.1, 1.2, ... below."""
    numbers: dict[int, str] = {}
    n_below: Counter[int | None] = Counter()
    for theme in themes.themes:
        n_below[theme.parent] += 1
        own = str(n_below[theme.parent])
        numbers[theme.key] = own if theme.parent is None else f"{numbers[theme.parent]}.{own}"
    return numbers


def _theme(theme: Theme, source: ThemeSource, layout: Layout, numbers: dict[int, str]) -> Document:
    disc = None
    if theme.parent is None:  # keys of the first level count from 0
        centre, radius = layout.centres[theme.key], layout.radii[theme.key]
        disc = {"centre": _place(centre.tolist()), "radius": round(float(radius), DIGITS)}
    spoken = Counter(source.languages[i] for i in theme.members.tolist())
    return {
        "key": theme.key,
        "number": numbers[theme.key],
        "parent": theme.parent,
        "n_texts": theme.n_texts,
        "share": theme.n_texts / len(source.file.texts),
        "labels": {language: list(terms) for language, terms in theme.labels.items()},
        "label_languages": dict(theme.label_languages),
        "borrowed_labels": sorted(theme.borrowed_labels),
        "languages": dict(spoken.most_common()),
        "language_p_value": theme.language_p_value,
        "is_only_a_language": theme.is_only_a_language,
        "representative": theme.representative.tolist(),
        "disc": disc,
    }


def _place(place: list[float]) -> list[float]:
    return [round(value, DIGITS) for value in place]

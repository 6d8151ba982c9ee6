"""What is found: themes, their sub-themes and how sure they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from placet.sense.votes.arrays import IntArray

if TYPE_CHECKING:
    import polars as pl

NO_THEME = -1


@dataclass(frozen=True, eq=False)
class Theme:
    """Texts that belong together.

    Attributes
    ----------
    key : int
        Its number in this result, from 0.
    parent : int or None
        Key of the theme that it is a part of; None for a theme of the first level.
    members : (n_members,) int64
        Indices of its texts, ascending; a theme's are those of all its sub-themes.
    labels : mapping of str to tuple of str
        Terms that set it apart from its siblings, the most telling first, by language of the reader;
        "en" and "fr" always.
    representative : int64 array
        Indices of texts to quote, the best first: near the centre, unlike one another, and one in each
        language before a second.
    language_p_value : float or None
        How likely a mix of languages at least as far from the corpus's would be by chance, adjusted over
        all themes; None where there is one language, or one theme.
    is_only_a_language : bool
        Whether the theme may be nothing but a language.
    label_languages : mapping of str to str
        The language that a label's terms are in: another than the reader's where no text is in it.
    borrowed_labels : frozenset of str
        Labels whose terms come from the nearest texts of the whole corpus, since the theme has too few in
        that language.
    """

    key: int
    parent: int | None
    members: IntArray
    labels: Mapping[str, tuple[str, ...]]
    representative: IntArray
    language_p_value: float | None
    is_only_a_language: bool
    label_languages: Mapping[str, str] = field(default_factory=dict)
    borrowed_labels: frozenset[str] = frozenset()

    @property
    def n_texts(self) -> int:
        """How many texts it has."""
        return int(self.members.size)

    def __repr__(self) -> str:
        return f"Theme({self.key}: {', '.join(self.labels.get('en', ()))}; {self.n_texts} texts)"


@dataclass(frozen=True, eq=False)
class Themes:
    """The themes of a set of texts.

    Attributes
    ----------
    themes : tuple of Theme
        Those of the first level by size, the largest first; then their sub-themes in the same order.
    theme_of : (n_texts,) int64
        Key of the lowest theme of each text; -1 for a text without anything to go by.
    stability : float or None
        Adjusted Rand index of the first-level themes found in two samples of 90 % of the texts, over the
        texts that both have: 1 is the same themes, 0 no more alike than chance. None with one theme.
    """

    themes: tuple[Theme, ...]
    theme_of: IntArray
    stability: float | None

    def __repr__(self) -> str:
        n_first = sum(theme.parent is None for theme in self.themes)
        n_texts = int((self.theme_of != NO_THEME).sum())
        return f"Themes({n_first} themes, {len(self.themes) - n_first} sub-themes of {n_texts} texts)"

    def to_polars(self) -> pl.DataFrame:
        """Return one row a theme, with key, parent, size, labels in two languages and the language test."""
        import polars as pl

        columns: dict[str, tuple[Any, list[Any]]] = {
            "key": (pl.Int64, [theme.key for theme in self.themes]),
            "parent": (pl.Int64, [theme.parent for theme in self.themes]),
            "n_texts": (pl.Int64, [theme.n_texts for theme in self.themes]),
            "label_en": (pl.String, [", ".join(theme.labels["en"]) for theme in self.themes]),
            "label_fr": (pl.String, [", ".join(theme.labels["fr"]) for theme in self.themes]),
            "language_p_value": (pl.Float64, [theme.language_p_value for theme in self.themes]),
            "is_only_a_language": (pl.Boolean, [theme.is_only_a_language for theme in self.themes]),
        }
        return pl.DataFrame(
            {name: values for name, (_, values) in columns.items()},
            schema={name: dtype for name, (dtype, _) in columns.items()},
        )

    def to_json(self) -> str:
        """Return the themes as JSON; texts are named by their index."""
        document = {
            "stability": self.stability,
            "theme_of": self.theme_of.tolist(),
            "themes": [
                {
                    "key": theme.key,
                    "parent": theme.parent,
                    "n_texts": theme.n_texts,
                    "members": theme.members.tolist(),
                    "labels": {language: list(terms) for language, terms in theme.labels.items()},
                    "label_languages": dict(theme.label_languages),
                    "borrowed_labels": sorted(theme.borrowed_labels),
                    "representative": theme.representative.tolist(),
                    "language_p_value": theme.language_p_value,
                    "is_only_a_language": theme.is_only_a_language,
                }
                for theme in self.themes
            ],
        }
        return json.dumps(document, ensure_ascii=False, allow_nan=False)

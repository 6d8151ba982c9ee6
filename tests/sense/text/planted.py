"""Texts with known themes, in several languages, and vectors for them without a model."""

from __future__ import annotations

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.votes.arrays import IntArray

WORDS = {
    "en": ("satellites in orbit", "ransomware attacks", "undersea cables", "young officers", "clean water",
           "artificial intelligence"),
    "fr": ("satellites en orbite", "attaques par rançongiciel", "câbles sous-marins", "jeunes officiers",
           "eau potable", "intelligence artificielle"),
    "pl": ("satelity na orbicie", "ataki ransomware", "kable podmorskie", "młodzi oficerowie",
           "czysta woda", "sztuczna inteligencja"),
}  # fmt: skip


def plant_themes(
    sizes: tuple[int, ...],
    *,
    seed: int = 0,
    noise: float = 0.5,
    languages: tuple[str, ...] = ("en", "fr", "pl"),
) -> tuple[VectorArray, list[str], list[str], IntArray]:
    """Return vectors, texts, languages and the theme of each text, in mixed order."""
    rng = np.random.default_rng(seed)
    theme = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = np.linalg.qr(rng.normal(size=(32, len(sizes))))[0].T
    vectors = centres[theme] + noise * rng.normal(size=(theme.size, 32)) / np.sqrt(32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    spoken = [languages[i % len(languages)] for i in range(theme.size)]
    texts = [
        f"{WORDS[code][t].capitalize()} {i}" for i, (code, t) in enumerate(zip(spoken, theme, strict=True))
    ]
    return vectors.astype(np.float32), texts, spoken, theme

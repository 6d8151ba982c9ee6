"""Without a neural model: texts are alike if they share runs of characters."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np

from placet.sense.text.embedding.protocol import VectorArray, unit_rows

RUNS = (3, 4, 5)  # characters


class TextMatchEmbedder:
    """Runs of three to five characters inside words, hashed into 2,048 dimensions.

    Finds what is written alike, not what means the same: never across languages. Needs no library.

    A run that occurs n times adds ``1 + ln n`` to the dimension that its CRC-32 chooses, with the sign
    that its last bit chooses, so that runs which share a dimension cancel on average
    (Weinberger and others, 2009, equation 2).
    """

    model = "text-match/1"
    n_dimensions = 2048
    languages: frozenset[str] = frozenset()
    is_cross_language = False

    def embed(self, texts: Sequence[str], languages: Sequence[str]) -> VectorArray:
        """Return one vector a text; the languages are not used."""
        vectors = np.zeros((len(texts), self.n_dimensions))
        for row, text in enumerate(texts):
            counts = Counter(_runs(text))
            hashes = np.array([zlib.crc32(run.encode()) for run in counts], dtype=np.int64)
            weights = 1 + np.log(np.array(list(counts.values()), dtype=np.float64))
            signs = 1 - 2 * (hashes & 1)
            np.add.at(vectors[row], (hashes >> 1) % self.n_dimensions, signs * weights)
        return unit_rows(vectors)


def _runs(text: str) -> list[str]:
    """Return the runs of characters in each word, whose ends count as characters; accents are dropped."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = [f" {word} " for word in re.findall(r"\w+", plain)]
    return [word[i : i + n] for word in words for n in RUNS for i in range(max(1, len(word) - n + 1))]

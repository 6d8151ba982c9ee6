"""What every encoder of texts offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

VectorArray = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Texts in, vectors out: texts that mean nearly the same point in nearly the same direction.

    An embedder may be used by several threads at once.

    Attributes
    ----------
    model : str
        Name and version, such as ``use-multilingual-3/0.2.1``. Stored with every vector: vectors of two
        models are never compared.
    n_dimensions : int
        Length of a vector.
    languages : frozenset of str
        Languages that the model has learnt (primary subtags of BCP 47); empty: not known.
    is_cross_language : bool
        Whether texts in two languages can be compared.
    """

    @property
    def model(self) -> str:
        """Name and version."""

    @property
    def n_dimensions(self) -> int:
        """Length of a vector."""

    @property
    def languages(self) -> frozenset[str]:
        """Languages that the model has learnt."""

    @property
    def is_cross_language(self) -> bool:
        """Whether texts in two languages can be compared."""

    def embed(self, texts: Sequence[str], languages: Sequence[str]) -> VectorArray:
        """Return one vector a text.

        Parameters
        ----------
        texts : sequence of str
        languages : sequence of str
            The language of each text, BCP 47; ``und`` where it is not known.

        Returns
        -------
        (n_texts, n_dimensions) float32
            Each of length 1; all zeros for a text without anything to go by.
        """


def unit_rows(vectors: npt.NDArray[np.floating]) -> VectorArray:
    """Return the rows at length 1, rows of zeros as they are.

    Parameters
    ----------
    vectors : (n, n_dimensions) floats

    Returns
    -------
    (n, n_dimensions) float32
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)

"""An encoder behind an address: any service with OpenAI's ``/v1/embeddings``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from placet.sense.text.embedding.protocol import VectorArray, unit_rows
from placet.sense.text.extras import import_extra

TEXTS_AT_ONCE = 64
TRIES = 3
BUSY = frozenset({429, 500, 502, 503, 504})  # worth another try


class EmbeddingServiceError(RuntimeError):
    """The service did not answer, or not with vectors; the message holds nothing of the texts."""


class HttpEmbedder:
    """Vectors from a service. Which addresses may be asked is for the caller to decide.

    Attributes
    ----------
    model : str
        ``http/`` and the name of the service's model. A service that changes its model under the same name
        makes vectors that cannot be compared: name versions.
    """

    is_cross_language = True

    def __init__(
        self,
        address: str,
        model: str,
        *,
        n_dimensions: int,
        key: str = "",
        languages: frozenset[str] = frozenset(),
        seconds: float = 30.0,
        pause: float = 1.0,
        transport: Any = None,
    ) -> None:
        """Prepare a connection; nothing is sent.

        Parameters
        ----------
        address : str
            Up to and without ``/embeddings``: ``https://example.org/v1``.
        model : str
            As the service names it.
        n_dimensions : int
            What the model returns; an answer of another length is refused.
        key : str
            Sent as a bearer token, if there is one.
        languages : frozenset of str
            Those that the model has learnt, if known.
        seconds : float
            How long an answer may take.
        pause : float
            Seconds before a second try, twice as long before the third.
        transport : httpx.BaseTransport, optional
            What carries the requests, for tests.
        """
        self.model = f"http/{model}"
        self.n_dimensions = n_dimensions
        self.languages = languages
        self._name, self._pause = model, pause
        self._library = import_extra("httpx")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = self._library.Client(
            base_url=address.rstrip("/") + "/",
            headers=headers,
            timeout=seconds,
            follow_redirects=False,
            transport=transport,
        )

    def embed(self, texts: Sequence[str], languages: Sequence[str]) -> VectorArray:
        """Return one vector a text; the languages are not sent.

        Raises
        ------
        EmbeddingServiceError
            If the service fails three times, refuses, or answers with something else.
        """
        parts = [np.zeros((0, self.n_dimensions), dtype=np.float32)]
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            batch = list(texts[start : start + TEXTS_AT_ONCE])
            parts.append(self._vectors(self._ask(batch), len(batch)))
        return np.concatenate(parts)

    def _ask(self, texts: list[str]) -> Any:
        """Send one batch, again after a pause if the service is busy, and return the answer."""
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._client.post("embeddings", json={"model": self._name, "input": texts})
                if answer.status_code not in BUSY:
                    break
                reason = f"status {answer.status_code}"
            except self._library.TransportError as error:
                reason = type(error).__name__
            if attempt == TRIES:
                message = f"the embedding service failed {TRIES} times; the last time: {reason}"
                raise EmbeddingServiceError(message)
            time.sleep(self._pause * 2 ** (attempt - 1))
        if answer.status_code != 200:
            message = f"the embedding service refused: status {answer.status_code}"
            raise EmbeddingServiceError(message)
        return answer

    def _vectors(self, answer: Any, n_texts: int) -> VectorArray:
        """Return the vectors of an answer, in the order of the texts."""
        try:
            rows = sorted(answer.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float64)
            is_whole = [int(row["index"]) for row in rows] == list(range(n_texts))
        except (ValueError, TypeError, KeyError):
            message = "the embedding service did not answer with embeddings"
            raise EmbeddingServiceError(message) from None
        if not is_whole or vectors.shape != (n_texts, self.n_dimensions) or not np.isfinite(vectors).all():
            message = f"the embedding service did not answer with {n_texts} vectors of {self.n_dimensions}"
            raise EmbeddingServiceError(message)
        return unit_rows(vectors)

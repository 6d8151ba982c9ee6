"""An encoder behind an address: what is sent, what is taken, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest

from placet.sense.text.embedding.http import EmbeddingServiceError, HttpEmbedder


def embedder(answer: Callable[[httpx.Request], httpx.Response]) -> HttpEmbedder:
    return HttpEmbedder(
        "https://example.org/v1/",
        "small-3",
        n_dimensions=2,
        key="secret",
        pause=0,
        transport=httpx.MockTransport(answer),
    )


def vectors(texts: list[str]) -> list[dict[str, Any]]:
    return [{"index": i, "embedding": [3.0, 4.0 + len(text)]} for i, text in enumerate(texts)]


def test_texts_go_in_batches_and_come_back_in_order() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"data": vectors(json.loads(request.content)["input"])[::-1]})

    texts = ["x" * (i % 7) for i in range(100)]
    found = embedder(answer).embed(texts, ["en"] * 100)
    expected = np.array([[3.0, 4.0 + len(text)] for text in texts])
    assert found == pytest.approx(expected / np.linalg.norm(expected, axis=1, keepdims=True))
    assert [str(request.url) for request in requests] == ["https://example.org/v1/embeddings"] * 2
    assert requests[0].headers["authorization"] == "Bearer secret"
    assert json.loads(requests[0].content)["model"] == "small-3"


def test_a_busy_service_is_asked_again() -> None:
    states = iter([503, 429, 200])

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(next(states), json={"data": vectors(["a"])})

    assert embedder(answer).embed(["a"], ["en"]).shape == (1, 2)


def fails(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (fails, "failed 3 times; the last time: ConnectError"),
        (lambda _: httpx.Response(500), "failed 3 times; the last time: status 500"),
        (lambda _: httpx.Response(401), "refused: status 401"),
        (lambda _: httpx.Response(302, headers={"location": "https://elsewhere.example"}), "status 302"),
        (lambda _: httpx.Response(200, text="hello"), "did not answer with embeddings"),
        (lambda _: httpx.Response(200, json=[1]), "did not answer with embeddings"),
        (lambda _: httpx.Response(200, json={"data": []}), "1 vectors of 2"),
        (lambda _: httpx.Response(200, json={"data": [{"index": 0, "embedding": [1]}]}), "1 vectors of 2"),
        (lambda _: httpx.Response(200, json={"data": [{"index": 1, "embedding": [1, 2]}]}), "1 vectors of 2"),
    ],
)
def test_what_is_no_answer_is_an_error_without_the_text(
    answer: Callable[[httpx.Request], httpx.Response], message: str
) -> None:
    with pytest.raises(EmbeddingServiceError, match=message) as error:
        embedder(answer).embed(["confidential"], ["en"])
    assert "confidential" not in str(error.value)


def test_nothing_is_asked_for_no_texts() -> None:
    assert embedder(fails).embed([], []).shape == (0, 2)

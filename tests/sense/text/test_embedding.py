"""Embeddings: what vectors are, that threads share an encoder, and that centring takes the language away."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from placet.sense.text import embedding
from placet.sense.text.embedding import (
    ENCODERS,
    centred_model,
    duplicate_similarity,
    find_embedder,
    vectors_of,
)
from placet.sense.text.embedding.accurate import _check_processor
from placet.sense.text.embedding.centring import (
    LanguageMeans,
    centre,
    primary_subtag,
    shipped_means,
    shrunk_means,
)

SAME = {
    "en": "Schools should be renovated before new offices are built.",
    "fr": "Rénovons les écoles avant de construire de nouveaux bureaux.",
    "pl": "Szkoły trzeba wyremontować, zanim powstaną nowe biura.",
    "tr": "Yeni ofisler yapılmadan önce okullar yenilenmeli.",
}
OTHER = {
    "en": "Night trains should connect all capitals again.",
    "fr": "Des trains de nuit devraient relier toutes les capitales.",
    "pl": "Nocne pociągi powinny znów łączyć wszystkie stolice.",
    "tr": "Gece trenleri bütün başkentleri birbirine bağlamalı.",
}
NEURAL = ["fast", "accurate"]


@pytest.mark.parametrize("name", ENCODERS)
def test_vectors_have_length_one(name: str) -> None:
    embedder = find_embedder(name)
    vectors = vectors_of(embedder, ["A text.", "Another one!", "1 2 3"], ["en", "en", "und"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, embedder.n_dimensions)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", ENCODERS)
def test_blank_texts_have_no_direction(name: str) -> None:
    vectors = vectors_of(find_embedder(name), ["", " \n", "words"], ["und", "en", "en"])
    assert not vectors[:2].any()
    assert vectors[2].any()


@pytest.mark.parametrize("name", ENCODERS)
def test_no_texts_have_no_vectors(name: str) -> None:
    embedder = find_embedder(name)
    assert vectors_of(embedder, [], []).shape == (0, embedder.n_dimensions)


@pytest.mark.parametrize("name", NEURAL)
def test_the_same_in_another_language_is_nearer_than_another_in_the_same(name: str) -> None:
    tags = list(SAME)
    embedder = find_embedder(name)
    same, other = (vectors_of(embedder, [texts[tag] for tag in tags], tags) for texts in (SAME, OTHER))
    assert (same @ same.T).min() > (same @ other.T).max()
    assert embedder.is_cross_language
    assert {"en", "fr", "pl", "tr"} <= embedder.languages


def test_text_match_finds_what_is_written_alike_only() -> None:
    embedder = find_embedder("text-match")
    texts = [SAME["en"], SAME["en"].upper().replace(".", "!"), SAME["fr"], OTHER["en"]]
    vectors = vectors_of(embedder, texts, ["en", "en", "fr", "en"])
    similarity = vectors[0] @ vectors.T
    assert similarity[1] == pytest.approx(1)
    assert similarity[2] < 0.2
    assert similarity[3] < 0.3
    assert not embedder.is_cross_language


@pytest.mark.parametrize(("name", "tolerance"), [("fast", 1e-6), ("accurate", 0), ("text-match", 0)])
def test_a_vector_does_not_depend_on_the_batch(name: str, tolerance: float) -> None:
    embedder, texts = find_embedder(name), [*SAME.values(), *OTHER.values()] * 5
    together = embedder.embed(texts, ["und"] * len(texts))
    alone = np.concatenate([embedder.embed([text], ["und"]) for text in texts[:8]])
    assert np.abs(together[:8] - alone).max() <= tolerance


@pytest.mark.parametrize("name", ENCODERS)
def test_threads_share_an_encoder(name: str) -> None:
    texts = [*SAME.values(), *OTHER.values()]
    expected = find_embedder(name).embed(texts, ["und"] * len(texts))

    def embed(start: int) -> float:
        order = np.roll(np.arange(len(texts)), start)
        vectors = find_embedder(name).embed([texts[i] for i in order], ["und"] * len(texts))
        return float(np.abs(vectors - expected[order]).max())

    with ThreadPoolExecutor(4) as threads:
        assert max(threads.map(embed, range(12))) <= 1e-6


def test_a_zero_byte_does_not_end_a_text() -> None:
    vectors = find_embedder("accurate").embed(["one\0two", "one two", "one"], ["en"] * 3)
    assert (vectors[0] == vectors[1]).all()
    assert (vectors[0] != vectors[2]).any()


def test_an_encoder_is_loaded_once() -> None:
    assert find_embedder("fast") is find_embedder()


def test_an_unknown_encoder_is_named() -> None:
    with pytest.raises(ValueError, match="'slow'; there are fast, accurate, text-match"):
        find_embedder("slow")


def test_an_old_processor_is_told_before_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = tmp_path / "cpuinfo"
    described.write_text("flags : sse2 avx")
    monkeypatch.setattr(embedding.accurate, "PROCESSOR_FILE", described)
    with pytest.raises(RuntimeError, match="AVX2"):
        _check_processor()


def test_models_are_named_with_their_version_and_means() -> None:
    for name, model in (("fast", "use-multilingual-3/"), ("accurate", "multilingual-e5-small-q4-query/")):
        embedder = find_embedder(name)
        assert embedder.model.startswith(model)
        assert embedder.model[len(model) :][0].isdigit()
        assert centred_model(embedder) == f"{embedder.model}+means.1"
        assert 0.3 < (duplicate_similarity(centred_model(embedder)) or 0) < 1
        assert duplicate_similarity(embedder.model) is None
    embedder = find_embedder("text-match")
    assert centred_model(embedder) == embedder.model
    assert duplicate_similarity(embedder.model) is None


def test_each_text_needs_a_language() -> None:
    with pytest.raises(ValueError, match="2 texts, 1 languages"):
        vectors_of(find_embedder("text-match"), ["a", "b"], ["en"])


def test_a_language_takes_its_own_mean_and_an_unknown_one_that_of_all() -> None:
    own, others = np.array([0.6, 0], dtype=np.float32), np.array([0, 0.5], dtype=np.float32)
    means = LanguageMeans({"fr": own}, others)
    vectors = np.tile(np.array([0.6, 0.8], dtype=np.float32), (4, 1))
    vectors[3] = 0
    centred = centre(vectors, ["fr-CA", "FR", "und", "fr"], means)
    assert centred[:2] == pytest.approx(np.array([[0, 1], [0, 1]]), abs=1e-6)
    assert centred[2] == pytest.approx(np.array([0.6, 0.3]) / np.hypot(0.6, 0.3))
    assert not centred[3].any()
    assert (vectors[0] == np.array([0.6, 0.8], dtype=np.float32)).all()


@pytest.mark.parametrize("name", NEURAL)
def test_the_shipped_means_bring_languages_together(name: str, repository: Path) -> None:
    """Where two languages lie, before and after: the ideas took no part in making the means."""
    with (repository / "benchmarks/ideas/ideas.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["language"] in {"pl", "tr"}][:60]
    embedder, tags = find_embedder(name), [row["language"] for row in rows]
    means = shipped_means(embedder.model)
    assert means is not None
    raw = embedder.embed([row["text"] for row in rows], tags)

    def distance(vectors: np.ndarray) -> float:
        polish = np.array(tags) == "pl"
        return float(np.linalg.norm(vectors[polish].mean(axis=0) - vectors[~polish].mean(axis=0)))

    subtracted = np.stack([means.of_language[tag] for tag in tags])
    assert distance(raw - subtracted) < distance(raw)


def test_means_are_shrunk_where_languages_differ_by_chance() -> None:
    generator = np.random.default_rng(2)
    contents, languages = [], []
    for tag in ("a", "b", "c"):
        contents += [str(i) for i in range(50)]
        languages += [tag] * 50
    shift = {"a": [0.4, 0, 0], "b": [-0.2, 0.3, 0], "c": [-0.2, -0.3, 0]}
    noise = generator.normal(scale=0.2, size=(150, 3))
    planted = np.array([shift[tag] for tag in languages])
    true = shrunk_means((planted + noise).astype(np.float32), languages, contents)
    none = shrunk_means(noise.astype(np.float32), languages, contents)
    for tag, value in shift.items():
        assert true.of_language[tag] == pytest.approx(np.array(value), abs=0.1)
        own = noise[np.array(languages) == tag].mean(axis=0)
        moved = np.linalg.norm(none.of_language[tag] - none.of_others)
        assert moved < 0.8 * np.linalg.norm(own - none.of_others)


def test_the_primary_subtag_counts() -> None:
    assert [primary_subtag(tag) for tag in ("pt-BR", "zh_Hant", "EN", "")] == ["pt", "zh", "en", ""]

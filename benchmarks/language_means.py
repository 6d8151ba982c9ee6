"""Make the mean vectors of languages that the package ships, and say how far the sentences carry.

Usage: python benchmarks/language_means.py [--write]

Reads language_means/sentences.csv: 92 sentences, 62 on public affairs in general and 30 on peace, security
and alliances, each with the same contents in eleven languages, so that a difference of means is the
language and not the subject. They were written for this by a language model (Claude), in other words than
benchmarks/ideas, and no native speaker has reviewed them. Prints, for each encoder, the mean cosine of the
languages' deviations from the mean of all as two random halves of the sentences give them.

With --write the means of the package are replaced: raise MEANS_VERSION in
placet.sense.text.embedding.centring if they change.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np

from placet.sense.text import embedding
from placet.sense.text.embedding import Embedder, VectorArray, find_embedder
from placet.sense.text.embedding.centring import shrunk_means

SENTENCES = Path(__file__).with_name("language_means") / "sentences.csv"
MEANS = Path(embedding.__file__).with_name("means")


def read_sentences() -> tuple[list[str], list[str], list[str]]:
    """Return which sentence each row says, its language, and its text."""
    with SENTENCES.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return (
        [row["sentence_id"] for row in rows],
        [row["language"] for row in rows],
        [row["text"] for row in rows],
    )


def agreement_of_halves(vectors: VectorArray, languages: list[str], sentences: list[str]) -> float:
    """Return how alike the languages' deviations are when two random halves of the sentences give them."""
    names = sorted(set(sentences))
    generator = np.random.default_rng(1)
    tags, cosines = np.array(languages), []
    for _ in range(20):
        half = set(generator.permutation(names)[: len(names) // 2].tolist())
        chosen = np.array([name in half for name in sentences])
        deviations = []
        for part in (chosen, ~chosen):
            means = np.stack([vectors[part & (tags == tag)].mean(axis=0) for tag in sorted(set(languages))])
            deviations.append(means - means.mean(axis=0))
        first, second = deviations
        products = (first * second).sum(axis=1)
        cosines.append(products / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1))
    return float(np.mean(cosines))


def make_means(embedder: Embedder, *, write: bool) -> dict[str, object]:
    """Embed the sentences and, if asked, write the means into the package."""
    sentences, languages, texts = read_sentences()
    vectors = embedder.embed(texts, languages)
    means = shrunk_means(vectors, languages, sentences)
    if write:
        MEANS.mkdir(exist_ok=True)
        file = MEANS / f"{embedder.model.split('/')[0]}.npz"
        names, stacked = list(means.of_language), np.stack(list(means.of_language.values()))
        np.savez(file, languages=np.array(names), means=stacked, overall=means.of_others)
    return {
        "model": embedder.model,
        "languages": list(means.of_language),
        "sentences": len(set(sentences)),
        "agreement_of_halves": round(agreement_of_halves(vectors, languages, sentences), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="Replace the means that the package ships.")
    asked = parser.parse_args()
    print(
        json.dumps([make_means(find_embedder(n), write=asked.write) for n in ("fast", "accurate")], indent=2)
    )


if __name__ == "__main__":
    main()

"""Themes of as many short ideas as the Conference on the Future of Europe had, and of 100,000.

The texts are synthetic: those of ``benchmarks/ideas/ideas.csv`` in its seven languages, each in frames that
participants use ("I think that …", "In our region: …") with a number that makes it another text. They are
longer and more alike than what people write, so that seconds and memory are to the point and the agreement
with the set's twelve themes is a comparison, not a promise. Prints JSON, one line a size.

    python benchmarks/themes.py [--encoder fast|accurate] [--sizes 16274 100000]
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import time
from pathlib import Path

import numpy as np

from placet.sense.text.embedding import find_embedder, vectors_of
from placet.sense.text.themes import Themes, find_themes
from placet.sense.text.themes.stability import adjusted_rand_index

IDEAS = Path(__file__).with_name("ideas") / "ideas.csv"
SEED = 1
AT_ONCE = 1_024
FRAMES = {
    "en": (
        "{idea}",
        "I think this matters: {idea}",
        "{idea} Please take this up.",
        "In our group of {n}: {idea}",
    ),
    "fr": (
        "{idea}",
        "Cela compte à mes yeux : {idea}",
        "{idea} À reprendre.",
        "Dans notre groupe de {n} : {idea}",
    ),
    "de": (
        "{idea}",
        "Das ist mir wichtig: {idea}",
        "{idea} Bitte aufgreifen.",
        "In unserer Gruppe von {n}: {idea}",
    ),
    "es": (
        "{idea}",
        "Esto me importa: {idea}",
        "{idea} Ténganlo en cuenta.",
        "En nuestro grupo de {n}: {idea}",
    ),
    "it": (
        "{idea}",
        "Per me è importante: {idea}",
        "{idea} Da riprendere.",
        "Nel nostro gruppo di {n}: {idea}",
    ),
    "pl": (
        "{idea}",
        "To dla mnie ważne: {idea}",
        "{idea} Proszę to podjąć.",
        "W naszej grupie {n} osób: {idea}",
    ),
    "tr": ("{idea}", "Bence bu önemli: {idea}", "{idea} Lütfen ele alın.", "{n} kişilik grubumuzda: {idea}"),
}


def synthesise(n_texts: int) -> tuple[list[str], list[str], np.ndarray]:
    """Texts, languages and known themes; every idea and frame about equally often."""
    with IDEAS.open(encoding="utf-8") as file:
        ideas = list(csv.DictReader(file))
    known = np.unique([idea["theme"] for idea in ideas], return_inverse=True)[1]
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(np.resize(np.arange(len(ideas)), n_texts))
    texts = []
    for i in chosen:
        frames = FRAMES[ideas[i]["language"]]
        texts.append(frames[rng.integers(len(frames))].format(idea=ideas[i]["text"], n=rng.integers(3, 60)))
    return texts, [ideas[i]["language"] for i in chosen], known[chosen]


def first_level(themes: Themes) -> np.ndarray:
    """The theme of each text on the first level."""
    parents = {theme.key: theme.key if theme.parent is None else theme.parent for theme in themes.themes}
    return np.array([parents[key] for key in themes.theme_of.tolist()])


def measure(n_texts: int, encoder: str) -> dict[str, object]:
    texts, languages, known = synthesise(n_texts)
    embedder = find_embedder(encoder)
    vectors_of(embedder, ["warm"], ["en"])
    started = time.perf_counter()
    blocks = range(0, n_texts, AT_ONCE)
    vectors = np.concatenate(
        [vectors_of(embedder, texts[i : i + AT_ONCE], languages[i : i + AT_ONCE]) for i in blocks]
    )
    embedded = time.perf_counter()
    themes = find_themes(vectors, texts, languages, rng=np.random.default_rng(SEED))
    done = time.perf_counter()
    return {
        "encoder": embedder.model,
        "n_texts": n_texts,
        "seconds_embedding": round(embedded - started, 1),
        "seconds_themes": round(done - embedded, 1),
        "seconds": round(done - started, 1),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "n_themes": sum(theme.parent is None for theme in themes.themes),
        "agreement_with_known_themes": round(adjusted_rand_index(first_level(themes), known), 3),
        "stability": None if themes.stability is None else round(themes.stability, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", choices=["fast", "accurate"], default="fast")
    parser.add_argument("--sizes", type=int, nargs="+", default=[792, 16_274, 100_000])
    asked = parser.parse_args()
    for n_texts in asked.sizes:
        print(json.dumps(measure(n_texts, asked.encoder)), flush=True)


if __name__ == "__main__":
    main()

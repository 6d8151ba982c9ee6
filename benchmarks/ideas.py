"""The encoders on the ideas in seven languages: retrieval, duplicates, language detection, speed, memory.

Usage: python benchmarks/ideas.py [fast|accurate|text-match|languages …] > ideas.json

Each encoder is measured in a process of its own, with the means that the package ships. Thresholds are
chosen on the ideas with an odd number and reported on the even ones; see ideas/README.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from placet.sense.text.embedding import (
    Embedder,
    VectorArray,
    centred_model,
    duplicate_similarity,
    find_embedder,
    vectors_of,
)
from placet.sense.text.embedding.centring import centre, shipped_means
from placet.sense.text.languages import detect_language

IDEAS = Path(__file__).with_name("ideas")
LANGUAGES = ("en", "fr", "de", "es", "it", "pl", "tr")
N_SINGLE, N_BATCH = 50, 400  # texts timed one by one, and together
Rows = list[dict[str, str]]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]


def read(name: str) -> Rows:
    with (IDEAS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def tags(rows: Rows) -> list[str]:
    return [row["language"] for row in rows]


def is_odd(idea_ids: Sequence[str]) -> Bools:
    return np.array([int(idea_id[1:]) % 2 == 1 for idea_id in idea_ids])


def retrieval(rows: Rows, vectors: VectorArray) -> dict[str, Any]:
    """Say for each pair of languages how often an idea's nearest text is its own translation."""
    ideas = np.array([row["idea_id"] for row in rows])
    languages = np.array(tags(rows))
    first_hit = {}
    for asked in LANGUAGES:
        for there in LANGUAGES:
            corpus = np.flatnonzero(languages == there)
            queries = np.flatnonzero((languages == asked) & np.isin(ideas, ideas[corpus]))
            if asked != there:
                best = corpus[(vectors[queries] @ vectors[corpus].T).argmax(axis=1)]
                first_hit[f"{asked}-{there}"] = float(np.mean(ideas[best] == ideas[queries]))
    others = [value for pair, value in first_hit.items() if pair != "fr-en"]
    worst = min(first_hit, key=lambda pair: first_hit[pair])
    return {
        "fr_en": round(first_hit["fr-en"], 4),
        "mean_of_other_pairs": round(float(np.mean(others)), 4),
        "worst_pair": [worst, round(first_hit[worst], 4)],
        "pairs_below_95": sum(value < 0.95 for value in others),
        "pairs": {pair: round(value, 3) for pair, value in first_hit.items()},
    }


def average_precision(scores: Floats, is_right: Bools) -> float:
    right = is_right[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(right) / np.arange(1, right.size + 1)
    return round(float(precision[right].sum() / right.sum()), 3)


class Duplicates:
    """How like each text of duplicates.csv is to each idea, in the idea's nearest language."""

    def __init__(self, rows: Rows, vectors: VectorArray, texts: Rows, text_vectors: VectorArray) -> None:
        ideas = np.array([row["idea_id"] for row in rows])
        names = np.unique(ideas)
        similarity = text_vectors @ vectors.T
        of = np.array([text["of_idea_id"] for text in texts])
        self.scores = np.stack([similarity[:, ideas == name].max(axis=1) for name in names], axis=1)
        self.is_true = np.array([text["is_duplicate"] == "1" for text in texts])
        self.is_right = (of[:, None] == names) & self.is_true[:, None]
        self.is_nearest = self.scores == self.scores.max(axis=1, keepdims=True)
        self.is_odd = is_odd(of)

    def suggested(self, chosen: Bools, threshold: float) -> dict[str, float]:
        """Say how good the suggestions are: of each text its nearest idea, from the threshold on."""
        made = self.is_nearest[chosen] & (self.scores[chosen] >= threshold)
        right = int((made & self.is_right[chosen]).sum())
        n_made, n_right = int(made.sum()), int(self.is_right[chosen].sum())
        return {"precision": round(right / n_made, 3) if n_made else 1.0, "recall": round(right / n_right, 3)}

    def curve(self, chosen: Bools) -> dict[str, Any]:
        """Say what any threshold could reach on these texts."""
        scores = np.unique(self.scores[chosen][self.is_nearest[chosen]])
        found = [self.suggested(chosen, float(score)) for score in scores]
        return {
            "average_precision": average_precision(
                self.scores[chosen].ravel(), self.is_right[chosen].ravel()
            ),
            "best_precision_at_recall_50": max(
                (f["precision"] for f in found if f["recall"] >= 0.5), default=None
            ),
            "best_recall_at_precision_90": max(
                (f["recall"] for f in found if f["precision"] >= 0.9), default=0
            ),
        }

    def lowest_threshold(self) -> float | None:
        """Return the lowest multiple of .05 from which on precision is .9, without hard negatives, if any."""
        chosen, lowest = self.is_odd & self.is_true, None
        for twentieths in range(20, 0, -1):
            if self.suggested(chosen, twentieths / 20)["precision"] < 0.9:
                break
            lowest = twentieths / 20
        return lowest

    def report(self, shipped: float | None) -> dict[str, Any]:
        chosen = self.lowest_threshold()
        result: dict[str, Any] = {"chosen_on_odd": chosen, "shipped": shipped}
        for name, half in (("odd", self.is_odd), ("even", ~self.is_odd)):
            for kind, rows in (("natural_distractors", half & self.is_true), ("with_hard_negatives", half)):
                result[f"{name}_{kind}"] = self.curve(rows) | {
                    "at_shipped": None if shipped is None else self.suggested(rows, shipped)
                }
        return result


def seconds_of(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def speed(embedder: Embedder, rows: Rows) -> dict[str, float]:
    timed = rows[:N_BATCH]
    single = [
        seconds_of(partial(vectors_of, embedder, [row["text"]], [row["language"]]))
        for row in rows[-N_SINGLE:]
    ]
    batch = seconds_of(partial(vectors_of, embedder, [row["text"] for row in timed], tags(timed)))
    return {
        "texts_per_second": round(len(timed) / batch, 1),
        "single_ms_median": round(1000 * float(np.median(single)), 1),
        "single_ms_largest": round(1000 * max(single), 1),
    }


def measure(encoder: str) -> dict[str, Any]:
    rows, texts = read("ideas.csv"), read("duplicates.csv")
    loading = time.perf_counter()
    embedder = find_embedder(encoder)
    loaded = time.perf_counter() - loading
    raw, raw_texts = (embedder.embed([row["text"] for row in table], tags(table)) for table in (rows, texts))
    means = shipped_means(embedder.model)
    centred = raw if means is None else centre(raw, tags(rows), means)
    centred_texts = raw_texts if means is None else centre(raw_texts, tags(texts), means)
    found = Duplicates(rows, centred, texts, centred_texts)
    return {
        "model": centred_model(embedder),
        "retrieval": retrieval(rows, centred),
        "retrieval_not_centred": {k: v for k, v in retrieval(rows, raw).items() if k != "pairs"},
        "duplicates": found.report(duplicate_similarity(centred_model(embedder))),
        "duplicates_not_centred": Duplicates(rows, raw, texts, raw_texts).report(None),
        "seconds_to_load": round(loaded, 2),
        **speed(embedder, rows),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def measure_languages() -> dict[str, Any]:
    """Say how often the language of the ideas with an even number is told, from all and from four words."""
    rows = [row for row in read("ideas.csv") if not is_odd([row["idea_id"]])[0]]
    result: dict[str, Any] = {}
    for words, n_words in (("all", None), ("four", 4), ("two", 2), ("one", 1)):
        for among, choice in (("of_60", ()), ("of_7", LANGUAGES)):
            right: dict[str, list[bool]] = {tag: [] for tag in LANGUAGES}
            unsure = []
            for row in rows:
                told = detect_language(" ".join(row["text"].split()[:n_words]), among=choice).language
                right[row["language"]].append(told == row["language"])
                unsure.append(told == "und")
            by_language = {tag: round(float(np.mean(values)), 3) for tag, values in right.items()}
            n_right, n_all = sum(map(sum, right.values())), len(rows)
            result[f"{words}_words_{among}"] = {
                "right": round(n_right / n_all, 3),
                "unsure": round(float(np.mean(unsure)), 3),
                "wrong": round(1 - n_right / n_all - float(np.mean(unsure)), 3),
                "right_by_language": by_language,
            }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", default=["fast", "accurate", "text-match", "languages"])
    asked = parser.parse_args().what
    if len(asked) == 1:
        found = measure_languages() if asked == ["languages"] else measure(*asked)
        print(json.dumps({asked[0]: found}, indent=2))
        return
    results: dict[str, Any] = {}
    for what in asked:
        done = subprocess.run([sys.executable, __file__, what], check=True, stdout=subprocess.PIPE, text=True)
        results |= json.loads(done.stdout)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()

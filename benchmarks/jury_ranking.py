"""How often a jury's rank intervals hold the truth, and how often two equal entries are told apart.

Measured beside what else could be done: lines drawn wherever two averages differ, and a studentized bootstrap
over jurors. Each line is a kind of jury whose true scores are planted; a figure is a share of 95 %.

    python -m benchmarks.jury_ranking [repetitions]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from placet.sense.estimates.rank_intervals import BoolArray, intervals_from
from placet.sense.estimates.ranking import rank_by_jury
from placet.sense.votes.arrays import FloatArray

LEVEL = 0.95
REPETITIONS = 500
N_DRAWS = 999


@dataclass(frozen=True)
class Jury:
    """A jury whose true scores are known."""

    name: str
    n_jurors: int
    n_entries: int
    gap: float = 0.25  # between neighbouring true scores; 0: all are equally good
    missing: float = 0.0
    entry_noise: float = 1.0  # the noisiest half of the entries over the other one
    juror_noise: float = 1.0  # one juror over the others
    is_rounded: bool = True

    def draw(self, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """True scores, and what the jurors gave."""
        truth = 5.5 + self.gap * (np.arange(self.n_entries) - (self.n_entries - 1) / 2)
        truth = np.clip(truth, 2.5, 8.5)
        severity = generator.normal(0, 0.8, self.n_jurors)
        noise = np.ones((self.n_jurors, self.n_entries))
        noise[:, ::2] *= self.entry_noise
        noise[0] *= self.juror_noise
        noise *= 1.0 / np.sqrt((noise**2).mean())
        scores = truth + severity[:, None] + generator.normal(0, 1, noise.shape) * noise
        if self.is_rounded:
            scores = np.clip(np.round(scores), 0, 10)
        scores = np.clip(scores, 0, 10)
        scores[generator.random(scores.shape) < self.missing] = np.nan
        return truth, scores


JURIES = [
    *(Jury(f"{j} × {e}", j, e) for j in (3, 5, 7, 12) for e in (5, 20, 50)),
    *(Jury(f"{j} × {e}, all equal", j, e, gap=0) for j in (3, 7, 12) for e in (5, 20, 50)),
    Jury("3 × 20, equal, 20 % missing", 3, 20, gap=0, missing=0.2),
    Jury("7 × 20, equal, 20 % missing", 7, 20, gap=0, missing=0.2),
    Jury("3 × 20, equal, half of the entries 3 times as noisy", 3, 20, gap=0, entry_noise=3),
    Jury("7 × 20, equal, half of the entries 3 times as noisy", 7, 20, gap=0, entry_noise=3),
    Jury("3 × 20, equal, one juror 3 times as noisy", 3, 20, gap=0, juror_noise=3),
    Jury("7 × 20, equal, one juror 3 times as noisy", 7, 20, gap=0, juror_noise=3),
]


def by_model(scores: FloatArray, generator: np.random.Generator) -> BoolArray:
    """Ours."""
    ranking = rank_by_jury(scores[:, :, None], [1], generator=generator, level=LEVEL, n_draws=N_DRAWS)
    return ranking.ranks.separated


def by_averages(scores: FloatArray, _generator: np.random.Generator) -> BoolArray:
    """What a spreadsheet says: whoever has the higher average is better."""
    average = np.nanmean(scores, axis=0)
    higher: BoolArray = average[:, None] > average
    return higher


def by_bootstrap(scores: FloatArray, generator: np.random.Generator) -> BoolArray:
    """Studentized bootstrap over jurors, who are few; for complete tables alone."""
    n_jurors = len(scores)
    mean, error = _differences(scores)
    largest = np.empty(N_DRAWS)
    for draw in range(N_DRAWS):
        again, spread = _differences(scores[generator.integers(0, n_jurors, n_jurors)])
        largest[draw] = np.nanmax(np.abs(again - mean) / spread, initial=0.0)
    separated: BoolArray = mean / error > np.quantile(largest, LEVEL)
    return separated


def _differences(scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean = scores.mean(axis=0)
    covariance = np.cov(scores.T)
    variance = np.diag(covariance)
    squared = np.maximum(variance[:, None] + variance - 2 * covariance, 1e-12) / len(scores)
    return mean[:, None] - mean, np.sqrt(squared)


def measure(
    jury: Jury, method: Callable[[FloatArray, np.random.Generator], BoolArray], repetitions: int
) -> tuple[float, float, float]:
    """How often all intervals hold, how often a wrong line is drawn, and how wide an interval is."""
    generator = np.random.default_rng(20_300)
    held = wrong = width = 0.0
    for _ in range(repetitions):
        truth, scores = jury.draw(generator)
        separated = method(scores, generator)
        ranks = intervals_from(separated, np.nan_to_num(np.nanmean(scores, axis=0)), LEVEL)
        best = 1 + (truth > truth[:, None]).sum(axis=1)  # of equal ones, any rank among them is true
        worst = jury.n_entries - (truth < truth[:, None]).sum(axis=1)
        held += bool(((ranks.low <= worst) & (ranks.high >= best)).all())
        wrong += bool((separated & (truth[:, None] <= truth)).any())
        width += float((ranks.high - ranks.low + 1).mean()) / jury.n_entries
    return held / repetitions, wrong / repetitions, width / repetitions


def main() -> None:
    """Print the table."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS
    print("| jurors × entries | wrong line: ours | averages | bootstrap | intervals hold | width: ours |")
    print("|---|---|---|---|---|---|")
    for jury in JURIES:
        held, wrong, width = measure(jury, by_model, repetitions)
        _held, naive, _width = measure(jury, by_averages, repetitions)
        resampled = "–"
        if not jury.missing and jury.n_entries <= 20:
            resampled = f"{measure(jury, by_bootstrap, max(repetitions // 5, 20))[1]:.1%}"
        print(
            f"| {jury.name} | {wrong:.1%} | {naive:.1%} | {resampled} | {held:.1%} | {width:.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""How genuine participants answer: opinion groups, and the ways in which people differ within them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from placet.sense.votes.arrays import BoolArray, FloatArray

CsrArray = sparse.csr_array[Any, tuple[int, int]]

N_CLASSES = 6
N_STEPS = 40
N_WEIGHT_STEPS = 20
# Each class has variants: people who follow their group more strictly (a factor on the log odds),
# and people who tend to say yes, or no, to everything (a shift).
STRICTNESS = (1.0, 1.7)
ACQUIESCENCE = (-2.0, 0.0, 2.0)
STRAIGHT_LINE = 0.97  # who says yes, or no, to all: so much of the time
FLOOR = 0.01  # nobody is ever certain
PRIOR_VOTES = 2.0  # votes at the overall share that a class starts with on each statement


@dataclass(frozen=True, eq=False)
class Answers:
    """Agreements and disagreements of some participants; passes are left out.

    Attributes
    ----------
    agree, disagree : (n_rows, n_statements) sparse float64
        1 where the participant agreed, or disagreed.
    """

    agree: CsrArray
    disagree: CsrArray

    @classmethod
    def of(cls, matrix: CsrArray) -> Answers:
        """Split a matrix of votes (+1, 0, -1)."""
        return cls(_where(matrix, matrix.data > 0), _where(matrix, matrix.data < 0))

    @property
    def n_rows(self) -> int:
        """Number of participants."""
        return int(self.agree.shape[0])

    def log_likelihood(self, log_agree: FloatArray, log_disagree: FloatArray) -> FloatArray:
        """Sum the logarithms over each participant's answers, for one or several columns."""
        return np.asarray(self.agree @ log_agree + self.disagree @ log_disagree)

    def tallies(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return weighted counts of agreement and disagreement by statement."""
        return np.asarray(self.agree.T @ weights), np.asarray(self.disagree.T @ weights)

    def take(self, rows: npt.NDArray[Any]) -> Answers:
        """Return the answers of these participants."""
        return Answers(self.agree[rows], self.disagree[rows])


def _where(matrix: CsrArray, chosen: BoolArray) -> CsrArray:
    kept = np.concatenate(([0], np.cumsum(chosen)))
    data = np.ones(int(kept[-1]))
    return sparse.csr_array((data, matrix.indices[chosen], kept[matrix.indptr]), shape=matrix.shape)


@dataclass(frozen=True, eq=False)
class Background:
    """A mixture of profiles: for each, how likely a member who does not pass agrees.

    Attributes
    ----------
    log_agree, log_disagree : (n_statements, n_profiles) float64
    log_weights : (n_profiles,) float64
        Logarithm of the share of participants that each profile describes.
    """

    log_agree: FloatArray
    log_disagree: FloatArray
    log_weights: FloatArray

    def joint(self, answers: Answers) -> FloatArray:
        """Return log weight + log likelihood, (n_rows, n_profiles)."""
        return answers.log_likelihood(self.log_agree, self.log_disagree) + self.log_weights


def fit_background(answers: Answers, generator: np.random.Generator) -> Background:
    """Describe participants by latent classes and their variants.

    Notes
    -----
    A latent class model (Lazarsfeld, P. F. and Henry, N. W. (1968), *Latent structure analysis*),
    fitted by expectation and maximisation (Dempster, Laird and Rubin (1977), JRSS B 39, 1-38) from
    a random start whose likelihood is tempered at first. With p the share of a class that agrees,
    its variants agree with log odds ``b logit(p) + a``. Answers are taken as independent within a
    profile; where statements repeat one another they are not.
    """
    agreed, disagreed = answers.tallies(np.ones(answers.n_rows))
    overall = (agreed + 1) / (agreed + disagreed + 2)

    def model(members: FloatArray) -> tuple[FloatArray, FloatArray]:
        in_class, against = answers.tallies(members)
        p = (in_class + PRIOR_VOTES * overall[:, None]) / (in_class + against + PRIOR_VOTES)
        return np.log(p), np.log1p(-p)

    members = fit_classes(answers, N_CLASSES, model, generator)
    p_class = np.column_stack([overall, np.exp(model(members)[0])])
    odds = special.logit(np.clip(p_class, FLOOR, 1 - FLOOR))
    variants = [special.expit(b * odds + a) for b in STRICTNESS for a in ACQUIESCENCE]
    lines = np.tile([STRAIGHT_LINE, 1 - STRAIGHT_LINE], (overall.size, 1))
    p = np.clip(np.column_stack([*variants, lines]), FLOOR, 1 - FLOOR)
    log_agree, log_disagree = np.log(p), np.log1p(-p)
    likelihood = answers.log_likelihood(log_agree, log_disagree)
    weights = np.full(p.shape[1], 1 / p.shape[1])
    for _ in range(N_WEIGHT_STEPS):
        total = special.softmax(likelihood + np.log(weights), axis=1).sum(axis=0)
        weights = (total + 1) / (total + 1).sum()
    return Background(log_agree, log_disagree, np.log(weights))


def fit_classes(answers: Answers, n_classes: int, model: Any, generator: np.random.Generator) -> FloatArray:
    """Return how far each participant belongs to each class, (n_rows, n_classes).

    `model` gives the log likelihoods of agreement and disagreement, (n_statements, n_classes),
    from such a membership.
    """
    members = generator.dirichlet(np.full(n_classes, 0.2), size=answers.n_rows)
    for step in range(N_STEPS):
        share = (members.sum(axis=0) + 1) / (answers.n_rows + n_classes)
        joint = answers.log_likelihood(*model(members)) + np.log(share)
        # Tempered at first: otherwise everyone stays where the random start put them.
        members = special.softmax(joint * min(1.0, 0.3 + 0.07 * step), axis=1)
    return np.asarray(members)

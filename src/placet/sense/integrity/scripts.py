"""Scripts: what a cluster of participants answers in common, and the evidence that somebody copies it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse, special

from placet.sense.integrity.background import Answers, Background
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray

MIN_ANSWERS = 3  # of members on a statement, for it to be part of a script
UNANIMITY = 0.75  # share of members that answer alike, for the same
LEAST_NOISE, MOST_NOISE = 0.02, 0.2
N_STEPS = 200  # of expectation and maximisation
FIRST_SHARE = 0.01
LEAST_SHARE = 1e-9


@dataclass(frozen=True, eq=False)
class Script:
    """What the members of a cluster answer.

    Attributes
    ----------
    agreed, disagreed : (n_statements,) float64
        Members' answers.
    answers : (n_statements,) int64
        +1 or -1; 0 where the members are too few or too divided.
    agreement_rate : float
        Share of the members' answers on the script's statements that are as it says; NaN if it has none.
    noise : float
        Share of answers that depart from the script, as assumed of a copy.
    unanimous_share : float
        Share of the members' answers that fall on statements which they answer alike.
    """

    agreed: FloatArray
    disagreed: FloatArray
    answers: IntArray
    agreement_rate: float
    noise: float
    unanimous_share: float

    @property
    def is_on(self) -> BoolArray:
        """Which statements the script holds, (n_statements,)."""
        return np.asarray(self.answers != 0)

    def log_likelihoods(self) -> tuple[FloatArray, FloatArray]:
        """Return the log likelihood of agreement and of disagreement; 0 off the script."""
        hit, miss = float(np.log1p(-self.noise)), float(np.log(self.noise))
        agree = np.where(self.answers > 0, hit, miss) * self.is_on
        disagree = np.where(self.answers < 0, hit, miss) * self.is_on
        return np.asarray(agree), np.asarray(disagree)


def read_script(answers: Answers, members: IntArray) -> Script:
    """Return what these participants answer in common."""
    own, n_statements = answers.take(members), answers.agree.shape[1]
    agreed = np.bincount(own.agree.indices, minlength=n_statements).astype(np.float64)
    disagreed = np.bincount(own.disagree.indices, minlength=n_statements).astype(np.float64)
    n, most = agreed + disagreed, np.maximum(agreed, disagreed)
    is_judged = n >= MIN_ANSWERS
    is_on = is_judged & (most >= UNANIMITY * n)
    n_on = float(n[is_on].sum())
    noise = (n_on - most[is_on].sum() + 1) / (n_on + 5)
    # Members who are hardly ever asked the same show nothing.
    is_shown = n[is_judged].sum() > n.sum() / 2
    unanimous = n_on / n[is_judged].sum() if is_shown else 0.0
    return Script(
        agreed,
        disagreed,
        np.where(is_on, np.where(agreed > disagreed, 1, -1), 0),
        float(most[is_on].sum() / n_on) if n_on else float("nan"),
        float(np.clip(noise, LEAST_NOISE, MOST_NOISE)),
        float(unanimous),
    )


def weigh_evidence(
    answers: Answers, background: Background, script: Script, is_member: BoolArray
) -> FloatArray:
    """Return the evidence that each participant copies the script, a log likelihood ratio.

    On the script's statements a copy answers as the script does but for the noise; elsewhere as
    anyone of the same profile. A member is judged by the script that the *other* members make.

    Returns
    -------
    (n_rows,) float64
        Natural logarithm. For whoever answers as the background says, its exponential is 1 on
        average, whatever the script.
    """
    joint = background.joint(answers)
    evidence = _log_ratio(answers, background, joint, script)
    members = np.flatnonzero(is_member)
    if members.size:
        evidence[members] = _leave_one_out(answers.take(members), background, joint[members], script)
    return evidence


def _log_ratio(answers: Answers, background: Background, joint: FloatArray, script: Script) -> FloatArray:
    on = np.flatnonzero(script.is_on)
    explained = answers.agree[:, on] @ background.log_agree[on] + (
        answers.disagree[:, on] @ background.log_disagree[on]
    )
    elsewhere = special.logsumexp(joint - explained, axis=1)
    copied = answers.log_likelihood(*script.log_likelihoods())
    return np.asarray(elsewhere + copied - special.logsumexp(joint, axis=1))


def _leave_one_out(answers: Answers, background: Background, joint: FloatArray, script: Script) -> FloatArray:
    explained = np.zeros_like(joint)
    copied = np.zeros(answers.n_rows)
    for matrix, log_p, sign in (
        (answers.agree, background.log_agree, 1),
        (answers.disagree, background.log_disagree, -1),
    ):
        row = np.repeat(np.arange(answers.n_rows), np.diff(matrix.indptr))
        agreed = script.agreed[matrix.indices] - (sign > 0)
        disagreed = script.disagreed[matrix.indices] - (sign < 0)
        n, most = agreed + disagreed, np.maximum(agreed, disagreed)
        is_on = (n >= MIN_ANSWERS) & (most >= UNANIMITY * n)
        is_hit = (agreed > disagreed) == (sign > 0)
        log_copied = np.where(is_hit, np.log1p(-script.noise), np.log(script.noise))
        copied += np.bincount(row, log_copied * is_on, answers.n_rows)
        on = sparse.csr_array((is_on.astype(np.float64), matrix.indices, matrix.indptr), shape=matrix.shape)
        explained += np.asarray(on @ log_p)
    return np.asarray(
        special.logsumexp(joint - explained, axis=1) + copied - special.logsumexp(joint, axis=1)
    )


def log_odds_of_a_copy(evidence: FloatArray) -> float:
    """Return the logit of the share of copies that maximises the likelihood of the evidence."""
    ranked = np.sort(evidence)  # so that sums do not depend on how participants are numbered
    share = FIRST_SHARE
    for _ in range(N_STEPS):
        share = float(np.clip(special.expit(ranked + special.logit(share)).mean(), LEAST_SHARE, 0.5))
    return float(special.logit(share))

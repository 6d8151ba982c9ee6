"""Looking for clusters of participants who seem to answer from one script."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import sparse, special

from placet.sense.integrity.background import (
    Answers,
    Background,
    CsrArray,
    fit_background,
    fit_classes,
)
from placet.sense.integrity.kernels import mix_profiles
from placet.sense.integrity.scripts import (
    MIN_ANSWERS,
    Script,
    log_odds_of_a_copy,
    read_script,
    weigh_evidence,
)
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray
from placet.sense.votes.compiled import n_threads

N_ROUNDS = 2
N_TOKEN_CLASSES = 10
# Where a search starts: so many participants who surprise most, who surprise least, and any.
N_STARTS = 300
N_REFINED = 40  # searches that are carried on
N_NEIGHBOURS = 40  # of a start, from whom its first script is read
N_COMPARED = 20  # of these, by whom the starts are ranked
START_NOISE = 0.2  # two copies with 10 % noise each differ on about this much
START_EVIDENCE = 1.0
MEMBER_EVIDENCE = 3.0  # natural logarithm of the evidence with which somebody stays in a cluster
N_REFINEMENTS = 6
N_SETTLEMENTS = 2
TEMPER = 0.1
BLOCK = 64

UNANIMOUS_SHARE = 0.9  # of the members' answers that fall on statements which they answer alike
MIN_EXCESS = 0.05  # by which members answer as the script says more often than is expected of them


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found.

    Attributes
    ----------
    background : Background
        Of everyone outside the clusters.
    scripts : list of Script
    clusters : list of (n_members,) int64
        The rows from which each script was read.
    """

    background: Background
    scripts: list[Script]
    clusters: list[IntArray]


def find_scripts(answers: Answers, min_size: int, generator: np.random.Generator) -> Found:
    """Look for clusters, in rounds: the background is fitted to those outside the last ones."""
    clusters = _propose_by_class(answers, min_size, generator)
    for _ in range(N_ROUNDS):
        is_taken = _mark(answers.n_rows, clusters)
        background = fit_background(answers.take(np.flatnonzero(~is_taken)), generator)
        surprise = measure_surprise(answers, background)
        clusters += _search(answers, surprise, is_taken, min_size, generator)
        clusters = _settle(answers, background, clusters, min_size)
        if not clusters:
            break
    return Found(background, [read_script(answers, members) for members in clusters], clusters)


def expected_rate(answers: Answers, background: Background, script: Script) -> float:
    """Return how often the background expects these participants to answer as the script says."""
    best = background.joint(answers).argmax(axis=1)
    log_p = np.where((script.answers > 0)[:, None], background.log_agree, background.log_disagree)
    seen = answers.agree + answers.disagree
    expected = (seen @ (np.exp(log_p) * script.is_on[:, None]))[np.arange(answers.n_rows), best].sum()
    return float(expected / (script.agreed + script.disagreed)[script.is_on].sum())


def _mark(n_rows: int, clusters: list[IntArray]) -> BoolArray:
    is_in = np.zeros(n_rows, dtype=np.bool_)
    for members in clusters:
        is_in[members] = True
    return is_in


def _settle(
    answers: Answers, background: Background, clusters: list[IntArray], min_size: int
) -> list[IntArray]:
    """Keep the clusters that the rule admits, with the members whom the background does not explain."""
    kept: list[IntArray] = []
    is_taken = np.zeros(answers.n_rows, dtype=np.bool_)
    for cluster in clusters:
        members = cluster
        for _ in range(N_SETTLEMENTS):
            script = read_script(answers, members)
            if script.unanimous_share < UNANIMOUS_SHARE:
                break
            evidence = weigh_evidence(answers, background, script, _mark(answers.n_rows, [members]))
            # The more participants there are, the more of them reach any evidence by chance.
            needed = max(MEMBER_EVIDENCE, -log_odds_of_a_copy(evidence))
            members = np.flatnonzero((evidence > needed) & ~is_taken)
        if min_size <= members.size <= answers.n_rows / 2 and _is_admitted(answers, background, members):
            kept.append(members)
            is_taken[members] = True
    return kept


def _is_admitted(answers: Answers, background: Background, members: IntArray) -> bool:
    script = read_script(answers, members)
    if script.unanimous_share < UNANIMOUS_SHARE:
        return False
    expected = expected_rate(answers.take(members), background, script)
    return script.agreement_rate >= expected + MIN_EXCESS


def _propose_by_class(answers: Answers, min_size: int, generator: np.random.Generator) -> list[IntArray]:
    """Return classes of participants whose members answer alike on nearly everything.

    The classes are those of a mixture over statements *and* answers: which statements somebody
    voted on helps to find a cluster here, and counts for nothing when it is judged. Together they
    hold at most half of the participants: the answers of a majority are no script.
    """
    agreed, disagreed = answers.tallies(np.ones(answers.n_rows))
    total = (agreed + disagreed).sum() + agreed.size
    prior = np.stack([agreed + 0.5, disagreed + 0.5]) / total * agreed.size / 2

    def model(members: FloatArray) -> tuple[FloatArray, FloatArray]:
        in_class, against = answers.tallies(members)
        weight = np.stack([in_class, against]) + prior[:, :, None]
        log = np.log(weight / weight.sum(axis=(0, 1)))
        return log[0], log[1]

    labels = fit_classes(answers, N_TOKEN_CLASSES, model, generator).argmax(axis=1)
    found = [np.flatnonzero(labels == label) for label in range(N_TOKEN_CLASSES)]
    alike = [
        members
        for members in found
        if members.size >= min_size and read_script(answers, members).unanimous_share >= UNANIMOUS_SHARE
    ]
    alike.sort(key=len)
    room = np.cumsum([members.size for members in alike]) <= answers.n_rows / 2
    return [members for members, fits in zip(alike, room, strict=True) if fits]


@dataclass(frozen=True, eq=False)
class Surprise:
    """How unlikely each answer is for the profile that describes its participant best.

    Attributes
    ----------
    values : (n_rows, n_statements) sparse float64
        Minus the log likelihood of the answer.
    scores : (n_rows,) float64
        How many standard deviations a participant's sum lies above what is expected.
    """

    values: CsrArray
    scores: FloatArray


def measure_surprise(answers: Answers, background: Background) -> Surprise:
    """Measure how well the background explains each answer."""
    # Tempered, so that a participant's own answers do not choose a profile that explains them away.
    profile = special.softmax(TEMPER * background.joint(answers), axis=1)
    p_agree = np.exp(background.log_agree)
    parts, total, expected, variance = [], *np.zeros((3, answers.n_rows))
    for matrix, is_agree in ((answers.agree, True), (answers.disagree, False)):
        row = np.repeat(np.arange(answers.n_rows), np.diff(matrix.indptr))
        p = mix_profiles(matrix.indptr, matrix.indices, profile, p_agree)
        yes, no = np.log(p), np.log1p(-p)
        value = -(yes if is_agree else no)
        total += np.bincount(row, value, answers.n_rows)
        expected -= np.bincount(row, p * yes + (1 - p) * no, answers.n_rows)
        variance += np.bincount(row, p * (1 - p) * (yes - no) ** 2, answers.n_rows)
        parts.append(sparse.csr_array((value, matrix.indices, matrix.indptr), shape=matrix.shape))
    return Surprise(parts[0] + parts[1], (total - expected) / np.sqrt(variance + 1))


def _search(
    answers: Answers, surprise: Surprise, taken: BoolArray, min_size: int, generator: np.random.Generator
) -> list[IntArray]:
    """Return clusters found around single participants, outside those already taken.

    Starts are the participants who surprise most (a script of somebody's own), those who surprise
    least (a script that copies a group), and any. Whoever answers as a start does, beyond what
    the background explains, is its neighbour; the common answers of the neighbours are a first
    script, which gathers new members, and so on until nothing changes.
    """
    is_taken = taken.copy()
    clusters: list[IntArray] = []
    starts = _choose_starts(answers, surprise, is_taken, generator)
    blocks = [starts[i : i + BLOCK] for i in range(0, starts.size, BLOCK)]
    with ThreadPoolExecutor(n_threads()) as pool:
        found = pool.map(lambda block: _neighbours(answers, surprise, taken, block), blocks)
        neighbourhoods = [neighbourhood for block in found for neighbourhood in block]
    neighbourhoods.sort(key=lambda neighbourhood: -neighbourhood[0])
    for _, start in neighbourhoods[:N_REFINED]:
        members = start[~is_taken[start]]
        cluster = _refine(answers, surprise, is_taken, members, min_size)
        if cluster.size:
            clusters.append(cluster)
            is_taken[cluster] = True
    return clusters


def _choose_starts(
    answers: Answers, surprise: Surprise, is_taken: BoolArray, generator: np.random.Generator
) -> IntArray:
    n_answers = np.diff(answers.agree.indptr) + np.diff(answers.disagree.indptr)
    possible = np.flatnonzero(~is_taken & (n_answers > MIN_ANSWERS))
    ranked = possible[np.argsort(-surprise.scores[possible], kind="stable")]
    drawn = generator.permutation(possible)
    return np.unique(np.concatenate([ranked[:N_STARTS], ranked[-N_STARTS:], drawn[:N_STARTS]]))


def _neighbours(
    answers: Answers, surprise: Surprise, is_taken: BoolArray, starts: IntArray
) -> list[tuple[float, IntArray]]:
    """Return for each start how much evidence its neighbours hold, and the neighbours with itself."""
    own = answers.take(starts)
    values = (own.agree - own.disagree).toarray().T
    hit, miss = np.log1p(-START_NOISE), np.log(START_NOISE)
    evidence = answers.log_likelihood(
        np.where(values > 0, hit, miss) * (values != 0), np.where(values < 0, hit, miss) * (values != 0)
    )
    evidence += surprise.values @ (values != 0).astype(np.float64)
    evidence[is_taken] = -np.inf
    evidence[starts, np.arange(starts.size)] = -np.inf
    found = []
    for column, start in zip(evidence.T, starts, strict=True):
        near = np.flatnonzero(column > START_EVIDENCE)
        nearest = near[np.argsort(-column[near], kind="stable")[:N_NEIGHBOURS]]
        found.append((float(column[nearest[:N_COMPARED]].sum()), np.append(nearest, start)))
    return found


def _refine(
    answers: Answers, surprise: Surprise, is_taken: BoolArray, members: IntArray, min_size: int
) -> IntArray:
    """Return the cluster in which the search ends; empty if it vanishes or is a majority."""
    nobody = np.empty(0, dtype=np.int64)
    for _ in range(N_REFINEMENTS):
        if members.size < min_size:
            return nobody
        script = read_script(answers, members)
        is_on = script.is_on.astype(np.float64)
        evidence = answers.log_likelihood(*script.log_likelihoods()) + surprise.values @ is_on
        found = np.flatnonzero((evidence > MEMBER_EVIDENCE) & ~is_taken)
        if np.array_equal(found, members):
            break
        members = found
    return members if min_size <= members.size <= answers.n_rows / 2 else nobody

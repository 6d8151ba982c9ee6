"""Lookalikes: participants whose answers are too alike to be independent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from placet.sense.integrity.arrivals import Arrivals, describe_arrivals
from placet.sense.integrity.background import Answers, CsrArray, fit_background
from placet.sense.integrity.scripts import log_odds_of_a_copy, read_script, weigh_evidence
from placet.sense.integrity.search import Found, expected_rate, find_scripts, measure_surprise
from placet.sense.votes import VoteTable
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import polars as pl


MAX_SAMPLE = 20_000  # participants among whom scripts are looked for; everyone is judged
N_EXTREME = 4_000  # of the most and of the least surprising, added where the sample is not everyone
BLOCK = 50_000  # participants judged at a time
LN_10 = np.log(10.0)
N_CONFIRMING = 2  # further searches where somebody is flagged
LEAST_EVIDENCE = 4.0  # logarithm to base 10, for half the members of a cluster


@dataclass(frozen=True)
class Cluster:
    """Participants who seem to answer from one script.

    Attributes
    ----------
    size : int
        Participants flagged.
    n_statements : int
        Statements on the script.
    mean_answers : float
        Agreements and disagreements that a member gave on them, on average.
    agreement_rate : float
        Share of these that are as the script says.
    expected_rate : float
        The share that the background expects of the same people.
    unanimous_share : float
        Share of all their answers that fall on statements which they answer alike.
    median_evidence : float
        Logarithm to base 10 of the members' evidence: 6 is a million to one.
    arrivals : Arrivals or None
        None if it is not known when participants arrived.
    """

    size: int
    n_statements: int
    mean_answers: float
    agreement_rate: float
    expected_rate: float
    unanimous_share: float
    median_evidence: float
    arrivals: Arrivals | None


@dataclass(frozen=True, eq=False)
class Lookalikes:
    """Who is flagged, and on what evidence.

    Attributes
    ----------
    labels : (n_participants,) int64
        Cluster of each participant, in the order of ``votes.participant_ids``; -1 not flagged.
        Clusters are numbered by size, the largest first.
    evidence : (n_participants,) float64
        Logarithm to base 10 of how much likelier the participant's answers are if they come from
        a script, averaged over the scripts found; minus infinity if no script was found.
    threshold : float
        What the evidence has to reach; infinity if no script was found.
    false_discovery_rate : float
        Share of the flagged who are expected to be there by chance; NaN if nobody is flagged.
    clusters : tuple of Cluster
    """

    labels: IntArray
    evidence: FloatArray
    threshold: float
    false_discovery_rate: float
    clusters: tuple[Cluster, ...]

    def __repr__(self) -> str:
        sizes = ", ".join(str(cluster.size) for cluster in self.clusters)
        within = f" in clusters of {sizes}" if sizes else ""
        return f"Lookalikes({self.is_flagged.sum()} of {self.labels.size} participants flagged{within})"

    @property
    def is_flagged(self) -> BoolArray:
        """Who is flagged, (n_participants,)."""
        return self.labels >= 0

    @property
    def flagged_rate(self) -> float:
        """Share of participants who are flagged; 0 if there is nobody."""
        return float(self.is_flagged.mean()) if self.labels.size else 0.0

    def to_polars(self, votes: VoteTable) -> pl.DataFrame:
        """Return a frame of the participants flagged: participant_id, cluster, evidence.

        Raises
        ------
        ValueError
            If the votes are those of another number of participants.
        """
        import polars as pl

        if votes.n_participants != self.labels.size:
            raise ValueError("these are not the votes that were judged")
        rows = np.flatnonzero(self.is_flagged)
        identifiers = [votes.participant_ids[row] for row in rows]
        return pl.DataFrame(
            {"participant_id": identifiers, "cluster": self.labels[rows], "evidence": self.evidence[rows]}
        )

    def to_json(self) -> str:
        """Return the clusters and what they rest on; no participant is named."""
        return json.dumps(
            {
                "n_participants": int(self.labels.size),
                "n_flagged": int(self.is_flagged.sum()),
                "threshold": self.threshold if np.isfinite(self.threshold) else None,
                "false_discovery_rate": self.false_discovery_rate if self.clusters else None,
                "clusters": [asdict(cluster) for cluster in self.clusters],
            },
            allow_nan=False,
        )


def find_lookalikes(
    votes: VoteTable,
    *,
    generator: np.random.Generator,
    arrived_at: npt.ArrayLike | None = None,
    max_false_discovery_rate: float = 0.2,
    min_size: int = 10,
) -> Lookalikes:
    """Find participants whose answers are too alike to be independent.

    Parameters
    ----------
    votes : VoteTable
        Passes are left out of everything.
    generator : numpy.random.Generator
        Draws the sample and the starts. The result depends on votes, parameters and seed; how
        participants are numbered changes nothing.
    arrived_at : (n_participants,) array_like of finite numbers, optional
        When each participant first voted, in any unit. Described for each cluster, never held
        against anyone: honest people come in waves too.
    max_false_discovery_rate : float
        Somebody is flagged if the probability of being there by chance is at most this.
    min_size : int
        A cluster has at least this many members; at least 3.

    Returns
    -------
    Lookalikes
        Declared for degenerate input: nobody is flagged among fewer than twice `min_size`
        participants with an opinion, and never a majority.

    Raises
    ------
    ValueError
        If a parameter is out of range or `arrived_at` does not fit.

    Notes
    -----
    The rule. A *script* is what a cluster of participants answers in common. Participant i has
    evidence for it ``e_i = P(answers | copies the script, but for noise) / P(answers | background)``,
    the background being a mixture of latent classes of everyone else with stricter, more agreeable and
    less agreeable variants (`background`), and the script that of the other members. A cluster
    is admitted if (1) nine tenths of its members' answers fall on statements that at least three
    quarters of them answer alike, (2) they answer as the script says in at least five points more
    of the cases than expected, and (3) it is at most half of the participants; and it stays only
    if (4) half of those flagged have evidence of at least ten thousand to one. (On few statements,
    people of one mind give the same answers by chance: two sharp camps of independent voters on 10
    to 20 statements make clusters of up to a thousand to one.) Whoever is flagged is looked for
    twice more with other random numbers, and stays flagged if found again at least once. With π the share of
    copies that maximises the likelihood of all evidence, a participant is flagged if
    ``(1 - π) / (1 - π + π e_i)``, the local false discovery rate, is at most
    `max_false_discovery_rate`: Efron, B. (2008), "Microarrays, empirical Bayes and the two-groups
    model", Statistical Science 23, 1-22, section 3, where 0.2 is the customary bound.

    Beyond 20,000 participants scripts are looked for in a random sample of that many, with the
    8,000 whose votes are explained worst and best; everyone is judged by the scripts found.

    Being flagged does not show intent, nor that two accounts are one person: followers who repeat
    a campaign's advice look the same, and so does somebody whose votes were copied.

    Examples
    --------
    >>> import numpy as np
    >>> from placet.sense import find_lookalikes
    >>> from placet.sense.integrity.synthetic import plant_copies
    >>> planted = plant_copies(1000, 100, 100, generator=np.random.default_rng(1))
    >>> found = find_lookalikes(planted.votes, generator=np.random.default_rng(0))
    >>> found
    Lookalikes(100 of 1100 participants flagged in clusters of 100)
    >>> bool((found.is_flagged == planted.is_copy).all())
    True
    """
    moments = None
    if arrived_at is not None:
        moments = np.asarray(arrived_at, dtype=np.float64)
        if moments.shape != (votes.n_participants,) or not np.isfinite(moments).all():
            raise ValueError("arrived_at needs one finite moment for each participant")
    if not 0 < max_false_discovery_rate < 1:
        raise ValueError("max_false_discovery_rate lies between 0 and 1")
    if min_size < 3:
        raise ValueError("a cluster has at least three members")
    return _find(votes, generator, moments, max_false_discovery_rate, min_size)


@dataclass(frozen=True, eq=False)
class _Verdict:
    """What one search found; nothing is flagged if it found no script."""

    labels: IntArray
    evidence: FloatArray
    log_odds: float
    threshold: float
    found: Found | None


def _find(
    votes: VoteTable, generator: np.random.Generator, moments: FloatArray | None, rate: float, min_size: int
) -> Lookalikes:
    matrix = _signed(votes)
    first = _search(matrix, generator, rate, min_size)
    labels = first.labels
    if (labels >= 0).any():
        again = [_search(matrix, draws, rate, min_size) for draws in generator.spawn(N_CONFIRMING)]
        is_confirmed = np.any([verdict.labels >= 0 for verdict in again], axis=0)
        labels = _number_by_size(np.where(is_confirmed, labels, -1), int(labels.max()) + 1, min_size)
    is_flagged = labels >= 0
    evidence, threshold = first.evidence / LN_10, float(first.threshold / LN_10)
    if first.found is None or not 0 < is_flagged.sum() <= votes.n_participants / 2:
        return Lookalikes(np.full(labels.size, -1), evidence, threshold, np.nan, ())
    clusters = tuple(
        _describe(matrix, labels == label, first.evidence, first.found, moments)
        for label in range(labels.max() + 1)
    )
    false_rate = float(special.expit(-first.evidence[is_flagged] - first.log_odds).mean())
    return Lookalikes(labels, evidence, threshold, false_rate, clusters)


def _search(matrix: CsrArray, generator: np.random.Generator, rate: float, min_size: int) -> _Verdict:
    """Look for scripts once, and flag who copies one."""
    n = matrix.shape[0]
    rows = _canonical_order(matrix, generator)
    if rows.size > MAX_SAMPLE:
        rows = _draw_sample(matrix, rows, generator)
    nothing = _Verdict(np.full(n, -1), np.full(n, -np.inf), 0.0, np.inf, None)
    if rows.size < 2 * min_size:
        return nothing
    found = find_scripts(Answers.of(matrix[rows]), min_size, generator)
    if not found.scripts:
        return nothing
    by_script = _judge_everyone(matrix, found, rows)
    evidence = special.logsumexp(by_script, axis=1) - np.log(len(found.scripts))
    log_odds = log_odds_of_a_copy(evidence)
    threshold = -special.logit(rate) - log_odds
    labels = np.where(evidence >= threshold, by_script.argmax(axis=1), -1)
    labels = _drop_weak(labels, evidence, len(found.scripts))
    labels = _number_by_size(labels, len(found.scripts), min_size)
    return _Verdict(labels, evidence, log_odds, threshold, found)


def _signed(votes: VoteTable) -> CsrArray:
    shape = (votes.n_participants, votes.n_statements)
    return sparse.csr_array((votes.values, votes.statement_index, votes.row_starts), shape=shape)


def _canonical_order(matrix: CsrArray, generator: np.random.Generator) -> IntArray:
    """Return the rows with an opinion in an order that depends on their votes and the seed alone.

    Each participant gets the sum of random numbers that stand for their votes. Nobody can tell
    beforehand where that puts them, and the numbering of participants changes nothing.
    """
    tokens = generator.integers(0, 2**64, size=(matrix.shape[1], 3), dtype=np.uint64)
    sums = np.zeros(matrix.nnz + 1, dtype=np.uint64)
    np.cumsum(tokens[matrix.indices, matrix.data.astype(np.int64) + 1], out=sums[1:])
    keys = sums[matrix.indptr[1:]] - sums[matrix.indptr[:-1]]  # sums wrap around, differences are exact
    n_answers = np.diff(np.concatenate(([0], np.cumsum(matrix.data != 0)))[matrix.indptr])
    rows = np.flatnonzero(n_answers)
    return rows[np.argsort(keys[rows], kind="stable")]


def _blocks(matrix: CsrArray) -> Iterator[tuple[slice, Answers]]:
    for start in range(0, matrix.shape[0], BLOCK):
        rows = slice(start, min(start + BLOCK, matrix.shape[0]))
        yield rows, Answers.of(matrix[rows])


def _draw_sample(matrix: CsrArray, order: IntArray, generator: np.random.Generator) -> IntArray:
    """Return the first rows and those that a background fitted to them explains worst and best."""
    background = fit_background(Answers.of(matrix[order[:MAX_SAMPLE]]), generator)
    scores = np.concatenate([measure_surprise(block, background).scores for _, block in _blocks(matrix)])
    ranked = order[np.argsort(-scores[order], kind="stable")]
    is_in = np.zeros(matrix.shape[0], dtype=np.bool_)
    for part in (order[:MAX_SAMPLE], ranked[:N_EXTREME], ranked[-N_EXTREME:]):
        is_in[part] = True
    return order[is_in[order]]


def _judge_everyone(matrix: CsrArray, found: Found, sample: IntArray) -> FloatArray:
    """Return the evidence for each script, (n_participants, n_scripts)."""
    evidence = np.empty((matrix.shape[0], len(found.scripts)))
    is_member = np.zeros(evidence.shape, dtype=np.bool_)
    for k, members in enumerate(found.clusters):
        is_member[sample[members], k] = True
    for rows, answers in _blocks(matrix):
        for k, script in enumerate(found.scripts):
            evidence[rows, k] = weigh_evidence(answers, found.background, script, is_member[rows, k])
    return evidence


def _drop_weak(labels: IntArray, evidence: FloatArray, n_labels: int) -> IntArray:
    """Unflag the clusters of which half the members have less evidence than `LEAST_EVIDENCE`."""
    for label in range(n_labels):
        members = labels == label
        if members.any() and np.median(evidence[members]) < LEAST_EVIDENCE * LN_10:
            labels = np.where(members, -1, labels)
    return labels


def _number_by_size(labels: IntArray, n_labels: int, min_size: int) -> IntArray:
    """Number clusters by size, the largest first; those too small vanish."""
    sizes = np.bincount(labels[labels >= 0], minlength=n_labels)
    by_size = np.argsort(-sizes, kind="stable")
    number = np.full(n_labels + 1, -1)  # the last entry is for label -1
    number[by_size] = np.where(sizes[by_size] >= min_size, np.arange(n_labels), -1)
    return number[labels]


def _describe(
    matrix: CsrArray,
    is_member: BoolArray,
    evidence: FloatArray,
    found: Found,
    moments: FloatArray | None,
) -> Cluster:
    answers = Answers.of(matrix[np.flatnonzero(is_member)])
    script = read_script(answers, np.arange(answers.n_rows))
    n_answers = (script.agreed + script.disagreed)[script.is_on].sum()
    return Cluster(
        size=answers.n_rows,
        n_statements=int(script.is_on.sum()),
        mean_answers=float(n_answers / answers.n_rows),
        agreement_rate=script.agreement_rate,
        expected_rate=expected_rate(answers, found.background, script),
        unanimous_share=script.unanimous_share,
        median_evidence=float(np.median(evidence[is_member]) / LN_10),
        arrivals=None if moments is None else describe_arrivals(moments, is_member),
    )

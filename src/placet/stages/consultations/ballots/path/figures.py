"""What the ballot path counts, in Prometheus form: no label says who or where."""

import collections
from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

from placet.stages.consultations.ballots.casting import BallotResult

BALLOTS = Counter("placet_ballots_answered", "Ballots answered, by what became of them.", ["outcome"])
REQUESTS = Counter("placet_ballot_requests", "Requests to the ballot path, by status.", ["status"])
WAITING = Gauge("placet_ballots_waiting", "Ballots that wait for a commit.", multiprocess_mode="livesum")
BALLOTS_TOGETHER = Histogram(
    "placet_ballots_per_commit",
    "Ballots in one transaction.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
)
COMMIT_SECONDS = Histogram(
    "placet_ballot_commit_seconds",
    "Seconds that a transaction took.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)


def waiting(n_ballots: int) -> None:
    """So many ballots wait now."""
    WAITING.set(n_ballots)


def committed(results: Sequence[Sequence[BallotResult]], seconds: float) -> None:
    """A transaction with the ballots of these submissions took so long.

    Counted once a transaction: counting each request apart took a tenth of the time of a ballot.
    """
    outcomes = collections.Counter(
        each.refusal or "recorded" for submission in results for each in submission
    )
    for outcome, n_ballots in outcomes.items():
        BALLOTS.labels(outcome).inc(n_ballots)
    REQUESTS.labels("200").inc(len(results))
    BALLOTS_TOGETHER.observe(outcomes.total())
    COMMIT_SECONDS.observe(seconds)


def refused(status: int) -> None:
    """A whole request was refused."""
    REQUESTS.labels(str(status)).inc()

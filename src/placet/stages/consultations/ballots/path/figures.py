"""What the ballot path counts, in Prometheus form: no label says who or where."""

from collections.abc import Iterable

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
_RECORDED = BALLOTS.labels("recorded")


def waiting(n_ballots: int) -> None:
    """So many ballots wait now."""
    WAITING.set(n_ballots)


def committed(n_ballots: int, seconds: float) -> None:
    """A transaction with so many ballots took so long."""
    BALLOTS_TOGETHER.observe(n_ballots)
    COMMIT_SECONDS.observe(seconds)


def answered(results: Iterable[BallotResult]) -> None:
    """Ballots were answered."""
    for result in results:
        if result.refusal is None:
            _RECORDED.inc()
        else:
            BALLOTS.labels(result.refusal.value).inc()


def responded(status: int) -> None:
    """A request was answered."""
    REQUESTS.labels(str(status)).inc()

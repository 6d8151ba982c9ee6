"""How fast one participant may vote: bursts of human speed pass, scripts do not.

The generic cell rate algorithm (ITU-T I.371, 1996): one moment is kept for each participation, until which
the ballots so far fill the pace allowed. It is a column, so every process and machine counts the same.
"""

SUSTAINED_MS = 1_000  # one ballot a second, for as long as one likes
BURST = 150  # at once: a hundred kept while offline, and the votes cast meanwhile


class Pace:
    """The pace of one participation, while its ballots are looked at one after another."""

    def __init__(self, paced_until: int, now_ms: int) -> None:
        """Begin at the moment kept; one that no allowed pace could have reached is a clock that was moved."""
        is_possible = paced_until <= now_ms + BURST * SUSTAINED_MS
        self.until = max(paced_until, now_ms) if is_possible else now_ms
        self._latest = now_ms + BURST * SUSTAINED_MS

    def take(self) -> bool:
        """Whether one more ballot may enter now; if so, it is counted."""
        if self.until + SUSTAINED_MS > self._latest:
            return False
        self.until += SUSTAINED_MS
        return True

"""Voters who behave as a browser does: a ballot is sent again with the same key until it is answered."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from uuid import uuid4

from placet.cli.loads.platform import Ground

N_VOTERS = 12
PATIENCE_SECONDS = 180.0


@dataclass
class Crowd:
    """Voters in threads; what was acknowledged is kept, by key."""

    ground: Ground
    port: int
    acknowledged: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._vote, args=(number,), daemon=True) for number in range(N_VOTERS)
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End once every ballot that was begun is answered."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        assert not any(thread.is_alive() for thread in self._threads), "a ballot was never answered"

    def wait_for_more(self, n_ballots: int) -> None:
        """Wait until so many more are acknowledged."""
        wanted = len(self.acknowledged) + n_ballots
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, (
                f"only {len(self.acknowledged)} of {wanted}: {self.statuses[-5:]}"
            )
            time.sleep(0.01)

    def _vote(self, number: int) -> None:
        draw = random.Random(number)
        client = Client(self.port)
        while not self._is_over.is_set():
            body = ballots(self.ground, draw, 3)
            voter = draw.randrange(len(self.ground.voters))
            deadline = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < deadline:
                status, answer = client.post(self.ground, voter, body)
                if status == 200:
                    break
                time.sleep(0.05)
            else:
                break
            recorded = {each["key"] for each in json.loads(answer)["results"] if each["status"] == "recorded"}
            with self._lock:
                self.acknowledged |= recorded
        client.close()


def ballots(ground: Ground, draw: random.Random, n_ballots: int) -> bytes:
    """The body of a request with fresh keys."""
    sent = []
    for _ in range(n_ballots):
        statement, version = draw.choice(ground.statements)
        vote = draw.choice((-1, 0, 1))
        sent.append({"key": str(uuid4()), "statement": statement, "version": version, "vote": vote})
    return json.dumps({"ballots": sent}).encode()


class Client:
    """One connection, made anew when it breaks."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def post(self, ground: Ground, voter: int, body: bytes, **changes: str) -> tuple[int, bytes]:
        """Send a body as a voter; status 0 where nobody answered."""
        session_key, token = ground.voters[voter]
        headers = {
            "Content-Type": "application/json",
            "Cookie": f"sessionid={session_key}",
            "Authorization": f"Bearer {token}",
        } | changes
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("localhost", self._port, timeout=30)
            path = f"/api/v1/consultations/{ground.reference}/ballots"
            self._connection.request("POST", path, body, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b""

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

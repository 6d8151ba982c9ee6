"""The follower's process: looks several times a second whether an open consultation has moved."""

import signal
import threading
import time
from types import FrameType

from django.db import connections

from placet.stages.sensemaking.following.follower import Follower, log_failure
from placet.stages.sensemaking.following.states import warm_up

INTERVAL_SECONDS = 0.3
PAUSE_AFTER_FAULT_SECONDS = 5.0


def run_follower(interval: float = INTERVAL_SECONDS) -> None:
    """Follow until asked to end."""
    is_asked_to_end = threading.Event()

    def ask_to_end(number: int, frame: FrameType | None) -> None:
        is_asked_to_end.set()

    signal.signal(signal.SIGINT, ask_to_end)
    signal.signal(signal.SIGTERM, ask_to_end)
    warm_up()
    follower = Follower()
    while not is_asked_to_end.is_set():
        began_at = time.monotonic()
        is_good = tick(follower)
        rest = began_at + interval - time.monotonic() if is_good else PAUSE_AFTER_FAULT_SECONDS
        is_asked_to_end.wait(max(rest, 0.0))
    connections.close_all()


def tick(follower: Follower) -> bool:
    """Look around once, on a connection that stays; False where the database could not even be asked."""
    try:
        follower.tick()
    except Exception as error:  # noqa: BLE001 - the database may be back the next time
        log_failure("looking for consultations that moved", error)
        connections.close_all()
        return False
    return True

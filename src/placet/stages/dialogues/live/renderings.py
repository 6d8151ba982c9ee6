"""What is the same for everybody in a room is drawn once a second at most, and kept in this process's memory.

Five hundred phones ask every three seconds. Each asks with the number of what it shows; where nothing newer
is drawn, it is told so without anything being drawn for it. Many supports in a second make one drawing.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MOST_KEPT = 128
LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rendering:
    """A fragment and the number of what it shows."""

    version: int
    html: str
    made_at: float


class Renderings:
    """The last rendering under each key, up to a number of keys; the one used longest ago goes first."""

    def __init__(self, *, most: int = MOST_KEPT, least_seconds: float = LEAST_SECONDS) -> None:
        self._most, self._least_seconds = most, least_seconds
        self._kept: OrderedDict[Hashable, Rendering] = OrderedDict()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def latest(self, key: Hashable, version: int, render: Callable[[], tuple[int, str]]) -> Rendering:
        """The rendering of a version, or one that is younger than a second.

        Parameters
        ----------
        key : hashable
            What is drawn, and how.
        version : int
            The newest number there is.
        render : callable
            Draws, and says of which number.
        """
        if (kept := self._usable(key, version)) is not None:
            return kept
        with self._lock_of(key):  # one draws, the others wait for it
            if (kept := self._usable(key, version)) is not None:
                return kept
            made_at = time.monotonic()
            drawn_version, html = render()
            made = Rendering(drawn_version, html, made_at)
            with self._lock:
                self._kept[key] = made
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._locks.pop(self._kept.popitem(last=False)[0], None)
            return made

    def _usable(self, key: Hashable, version: int) -> Rendering | None:
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            return None
        is_young = time.monotonic() - kept.made_at < self._least_seconds
        return kept if kept.version >= version or is_young else None

    def _lock_of(self, key: Hashable) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())

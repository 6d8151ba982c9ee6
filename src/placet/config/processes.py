"""A process tree: programs that start together and end together.

The parent ends every child when it ends in good order or when one of them dies. Where the parent itself is
killed, its end of the children's standard input closes, and each child ends by itself: nothing is orphaned.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

PATIENCE_SECONDS = 5.0
ENDING_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@dataclass(frozen=True)
class Program:
    """One child: how a person calls it, and the command that starts it."""

    name: str
    command: Sequence[str]


class ChildEndedError(Exception):
    """A child ended although nobody asked it to."""

    def __init__(self, program: Program, status: int) -> None:
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        super().__init__(f"The {program.name} {how}.")
        self.program = program
        self.status = status


class ProcessTree:
    """Children of this process, each in a process group of its own."""

    def __init__(self) -> None:
        self._children: list[tuple[Program, subprocess.Popen[bytes]]] = []
        self._is_asked_to_end = threading.Event()

    @contextlib.contextmanager
    def running(self, *programs: Program) -> Iterator["ProcessTree"]:
        """Start the programs, end all that run when the block is left, however it is left."""
        before = {number: signal.signal(number, self._ask_to_end) for number in ENDING_SIGNALS}
        try:
            self.start(*programs)
            yield self
        finally:
            self._end_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self, *programs: Program) -> None:
        """Start more programs, inside the block."""
        for program in programs:
            child = subprocess.Popen(  # noqa: S603 - our own programs
                list(program.command),
                stdin=subprocess.PIPE,  # held open, never written to: see end_with_parent
                start_new_session=True,
            )
            self._children.append((program, child))

    def wait_until(self, is_ready: Callable[[], bool], *, timeout: float) -> bool:
        """Wait until something holds; False where the tree is asked to end or time runs out before.

        Raises
        ------
        ChildEndedError
            If a child ends meanwhile.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not self._is_asked_to_end.is_set():
            self._check_children()
            if is_ready():
                return True
            self._is_asked_to_end.wait(0.05)
        return False

    def wait(self) -> None:
        """Wait until the tree is asked to end (Ctrl-C, SIGTERM, SIGHUP).

        Raises
        ------
        ChildEndedError
            If a child ends meanwhile.
        """
        while not self._is_asked_to_end.wait(0.2):
            self._check_children()

    @property
    def is_asked_to_end(self) -> bool:
        """Whether a signal arrived."""
        return self._is_asked_to_end.is_set()

    def _ask_to_end(self, number: int, frame: FrameType | None) -> None:
        self._is_asked_to_end.set()

    def _check_children(self) -> None:
        for program, child in self._children:
            if (status := child.poll()) is not None:
                raise ChildEndedError(program, status)

    def _end_all(self) -> None:
        # The first request lets a child finish what it is doing; the second is an order; then it is killed.
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            living = [child for _, child in self._children if child.poll() is None]
            for child in living:
                if number == signal.SIGKILL:
                    kill_group(child.pid)
                else:
                    child.send_signal(number)
            deadline = time.monotonic() + PATIENCE_SECONDS
            for child in living:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(max(0.0, deadline - time.monotonic()))
        for _, child in self._children:
            kill_group(child.pid)  # what a child may have left behind
            if child.stdin:
                child.stdin.close()
        self._children.clear()


def kill_group(pid: int) -> None:
    """Kill the process group that a child leads, if anything of it is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def end_with_parent() -> None:
    """In a child of a process tree: end when the parent does, even where the parent was killed."""
    threading.Thread(target=_watch_parent, name="end-with-parent", daemon=True).start()


def _watch_parent() -> None:
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 1):
            pass
    # The whole group: what this process started would outlive it, and nobody is left to tell it.
    group = os.getpgrp()
    for _ in range(2):
        os.killpg(group, signal.SIGTERM)
        time.sleep(PATIENCE_SECONDS)
    kill_group(group)

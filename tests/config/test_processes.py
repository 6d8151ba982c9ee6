"""A process tree starts together and ends together, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# A child that says who it is, has a child of its own, and minds its parent.
CHILD = """
import os, pathlib, subprocess, sys, time
from placet.config.processes import end_with_parent
end_with_parent()
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
folder = pathlib.Path(sys.argv[1])
(folder / f"{os.getpid()}.pid").touch()
(folder / f"{grandchild.pid}.pid").touch()
try:
    time.sleep(float(sys.argv[2]))
finally:
    grandchild.kill()
sys.exit(3)
"""
PARENT = """
import pathlib, sys
from placet.config import processes
processes.PATIENCE_SECONDS = 1
folder, lifetime = pathlib.Path(sys.argv[1]), sys.argv[2]
command = [sys.executable, "-c", (folder / "child.py").read_text(), str(folder)]
programs = [processes.Program("first", [*command, "60"]), processes.Program("second", [*command, lifetime])]
tree = processes.ProcessTree()
try:
    with tree.running(*programs):
        is_ready = tree.wait_until(lambda: len(list(folder.glob("*.pid"))) == 4, timeout=20)
        print("ready" if is_ready else "not ready", flush=True)
        tree.wait()
except processes.ChildEndedError as error:
    print(error, flush=True)
    sys.exit(1)
print("ended", flush=True)
"""


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(is_so: Callable[[], bool], seconds: float = 15) -> bool:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a parent with two children, each with a child of its own."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("processes are counted in /proc, which this system has not")
    (tmp_path / "child.py").write_text(CHILD)
    started: list[subprocess.Popen[str]] = []

    def run(lifetime: float = 60, child: str = CHILD) -> subprocess.Popen[str]:
        (tmp_path / "child.py").write_text(child)
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(tmp_path), str(lifetime)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(parent)
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        return parent

    yield run
    for parent in started:
        parent.kill()
        parent.communicate()


def pids(folder: Path) -> list[int]:
    """All that was started below the parent."""
    return [int(path.stem) for path in folder.glob("*.pid")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path, number: signal.Signals
) -> None:
    parent = start()
    assert all(is_alive(pid) for pid in pids(tmp_path))
    parent.send_signal(number)
    output, _ = parent.communicate(timeout=15)
    assert (parent.returncode, output) == (0, "ended\n")
    assert not [pid for pid in pids(tmp_path) if is_alive(pid)]


def test_killing_the_parent_leaves_no_orphan(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    parent = start()
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(10)
    assert wait_for(lambda: not any(is_alive(pid) for pid in pids(tmp_path)))


def test_a_child_that_dies_takes_the_rest_down_and_is_named(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    parent = start(lifetime=1)
    output, _ = parent.communicate(timeout=15)
    assert (parent.returncode, output) == (1, "The second ended with status 3.\n")
    assert not [pid for pid in pids(tmp_path) if is_alive(pid)]


def test_a_child_that_will_not_end_is_killed(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + CHILD
    parent = start(child=stubborn)
    parent.send_signal(signal.SIGTERM)
    output, _ = parent.communicate(timeout=15)
    assert (parent.returncode, output) == (0, "ended\n")
    assert not [pid for pid in pids(tmp_path) if is_alive(pid)]

"""``placet demo`` as a person starts and ends it."""

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demonstration_site import (
    PLACET,
    ROLES,
    DemonstrationSite,
    clean_environment,
    free_port,
    start_demonstration,
)

SECOND_START_SECONDS = 5.0


def members_of_sessions(parent: int) -> list[int]:
    """The processes below a parent: its children lead sessions of their own."""
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                below.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, queue = [], [parent]
    while queue:
        children = below.get(queue.pop(), [])
        found += children
        queue += children
    return found


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def loaded_home(demo_site: DemonstrationSite, tmp_path: Path) -> Path:
    """A folder as a first start leaves it."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(demo_site.home / "static", home / "static")
    (home / "secret_key").write_bytes((demo_site.home / "secret_key").read_bytes())
    with (
        contextlib.closing(sqlite3.connect(demo_site.home / "placet.sqlite3")) as source,
        contextlib.closing(sqlite3.connect(home / "placet.sqlite3")) as copy,
    ):
        source.backup(copy)
    return home


@pytest.fixture
def second_site(loaded_home: Path) -> Iterator[DemonstrationSite]:
    """The demonstration, started a second time on what is there."""
    site = start_demonstration(loaded_home)
    yield site
    site.stop(signal.SIGKILL)


def test_it_prints_its_address_the_journal_and_a_link_for_each_role(demo_site: DemonstrationSite) -> None:
    assert f"  {demo_site.url}/\n" in demo_site.output
    assert re.search(r"SQLite 3\.\d+\.\d+, (rollback journal, because|journal mode WAL)", demo_site.output)
    assert set(demo_site.sign_in) == set(ROLES)
    for link in demo_site.sign_in.values():
        assert link.startswith(demo_site.url)
        with urllib.request.urlopen(link) as response:
            assert response.status == 200


def test_ctrl_c_ends_all_of_it(second_site: DemonstrationSite) -> None:
    time.sleep(2)  # worker and clock start last
    below = members_of_sessions(second_site.process.pid)
    assert len(below) >= 4  # web server with its own process, worker, clock
    assert second_site.stop(signal.SIGINT) == 0
    assert not [pid for pid in below if is_alive(pid)]
    log = second_site.home.with_name("home.log").read_text(encoding="utf-8")
    assert log.endswith("\nStopped.\n")
    assert "Traceback" not in log
    assert "panic" not in log


def test_killed_it_leaves_no_orphan(second_site: DemonstrationSite) -> None:
    time.sleep(2)
    below = members_of_sessions(second_site.process.pid)
    second_site.process.kill()
    second_site.process.wait(10)
    deadline = time.monotonic() + 20
    while [pid for pid in below if is_alive(pid)] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in below if is_alive(pid)]


def test_the_death_of_the_worker_ends_it_with_a_sentence(second_site: DemonstrationSite) -> None:
    time.sleep(2)
    below = members_of_sessions(second_site.process.pid)
    worker = next(pid for pid in below if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)
    assert second_site.process.wait(20) == 1
    log = second_site.home.with_name("home.log").read_text(encoding="utf-8")
    assert "The worker was killed by signal 9. Everything else was ended too." in log
    assert not [pid for pid in below if is_alive(pid)]


def test_a_second_start_loads_nothing_and_takes_seconds(second_site: DemonstrationSite) -> None:
    assert "Loading the demonstration" not in second_site.output
    n_waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    if n_waiting < 1:  # a machine that does something else says nothing about this
        assert second_site.started_in < SECOND_START_SECONDS


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = subprocess.run(
            [*PLACET, "demo", "--port", str(port), "--home", str(tmp_path / "home")],
            capture_output=True,
            text=True,
            env=clean_environment(),
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.startswith(f"placet: Port {port} is in use by another program.")
    assert "make demo PORT=" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "home").exists()


def test_a_folder_that_cannot_be_written_to_is_one_sentence() -> None:
    result = subprocess.run(
        [*PLACET, "demo", "--port", str(free_port()), "--home", "/proc/placet"],
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("placet: The folder /proc/placet cannot be written to")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_load_leaves_nothing_half_done(tmp_path: Path, number: signal.Signals) -> None:
    home = tmp_path / "home"
    log = tmp_path / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [*PLACET, "demo", "--port", str(free_port()), "--home", str(home)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=clean_environment(),
        )
    while "Collected the static files" not in log.read_text(encoding="utf-8"):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.1)
    time.sleep(4)
    process.send_signal(number)
    status = process.wait(30)
    if number == signal.SIGINT:
        assert status == 130
        assert "run the same command again" in log.read_text(encoding="utf-8")
    with contextlib.closing(sqlite3.connect(home / "placet.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM mandates_reflection").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM django_migrations").fetchone() != (0,)

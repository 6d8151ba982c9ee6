"""The demonstration as a person starts it: ``placet demo`` in a process tree of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PLACET = [sys.executable, "-c", "from placet.cli import main; main()"]
ROLES = ("secretariat", "moderator", "partner", "delegate", "participant")


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment() -> dict[str, str]:
    """The environment without what would steer Placet or its test settings."""
    dropped = (
        "PLACET_",
        "DATABASE_URL",
        "EMAIL_URL",
        "DJANGO_SETTINGS_MODULE",
        "COV_",
        "PYTEST_",
        "PYTHONDONT",
    )
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


@dataclass
class DemonstrationSite:
    """One running ``placet demo``: its address, its folder, a sign-in link for each role."""

    home: Path
    port: int
    process: subprocess.Popen[str]
    started_in: float
    output: str
    sign_in: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://localhost:{self.port}"

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl-C does, and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            if self.process.stdout:
                self.process.stdout.close()


def start_demonstration(home: Path, *, port: int | None = None, timeout: float = 240) -> DemonstrationSite:
    """Start ``placet demo`` on a free port and wait for the line that says how to end it."""
    port = port or free_port()
    started_at = time.monotonic()
    log = home.parent / f"{home.name}.log"
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [*PLACET, "demo", "--port", str(port), "--home", str(home)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=clean_environment(),
            text=True,
            start_new_session=True,
        )
    while True:
        output = log.read_text(encoding="utf-8")
        if "Ctrl-C" in output:
            break
        if process.poll() is not None:
            raise AssertionError(f"placet demo ended with {process.returncode}:\n{output}")
        if time.monotonic() - started_at > timeout:
            process.kill()
            raise AssertionError(f"placet demo did not start in {timeout} s:\n{output}")
        time.sleep(0.1)
    links = dict(re.findall(rf"^\s*({'|'.join(ROLES)})\s+(http\S+)$", output, re.MULTILINE))
    return DemonstrationSite(home, port, process, time.monotonic() - started_at, output, links)

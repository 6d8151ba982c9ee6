"""The web server as it is served: two processes, their log and what they count together."""

import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.demonstration_site import PLACET, clean_environment, free_port

TOKEN = "a-token-for-prometheus"
INVITATION = "invitation-token-of-somebody"


@dataclass
class Served:
    """A web server without workers, in a folder of its own."""

    home: Path
    port: int
    log: Path

    def get(self, address: str, **headers: str) -> tuple[int, str]:
        """The status and text of an answer."""
        request = urllib.request.Request(f"http://localhost:{self.port}{address}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``placet web`` on tables that are there, ended at last as a service manager does."""
    home = tmp_path_factory.mktemp("web")
    port = free_port()
    environment = clean_environment() | {
        "PLACET_HOME": str(home),
        "PLACET_METRICS_TOKEN": TOKEN,
        "PLACET_URL": f"http://localhost:{port}",
    }
    (home / "static").mkdir()
    stale = home / "metrics" / str(port) / "histogram_1.db"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"of an earlier run")
    for command in (["migrate"], ["createcachetable"], ["collectstatic", "--no-input"]):
        subprocess.run([*PLACET, "manage", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    log = home / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [*PLACET, "web", "--port", str(port), "--processes", "2"], env=environment, stderr=stderr
        )
    found = Served(home, port, log)
    try:
        for _ in range(300):
            try:
                if found.get("/readyz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def counted(text: str) -> float:
    [value] = re.findall(
        r'^placet_http_request_seconds_count\{method="GET",route="/healthz",status="2xx"\} (\S+)$',
        text,
        re.MULTILINE,
    )
    return float(value)


def test_processes_are_counted_together(served: Served) -> None:
    for _ in range(40):
        assert served.get("/healthz", Connection="close") == (200, "ok\n")
    # Whichever process is asked: the answer is that of both.
    authorization = f"Bearer {TOKEN}"
    answers = [served.get("/metrics", Authorization=authorization, Connection="close") for _ in range(8)]
    assert [status for status, _ in answers] == [200] * 8
    assert {counted(text) for _, text in answers} == {40}
    files = {path.name for path in (served.home / "metrics" / str(served.port)).glob("histogram_*")}
    assert len(files) == 2
    assert "histogram_1.db" not in files
    assert served.get("/metrics")[0] == 401


def test_the_log_is_one_object_a_line_and_holds_no_token(served: Served) -> None:
    status, _ = served.get(f"/en/invitation/{INVITATION}/?mail=person@placet.example")
    assert status in (403, 404)
    assert served.get(f"/nothing/{INVITATION}")[0] == 404
    served.get("/healthz", Host="elsewhere.example")  # refused, and logged by django.security
    text = served.log.read_text()
    entries: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    assert INVITATION not in text
    assert "person@" not in text
    routes = {entry["route"] for entry in entries if entry["logger"] == "placet.access"}
    assert any(route.startswith("/en/invitation/<") for route in routes)
    assert "(none)" in routes
    refused = [entry for entry in entries if entry["logger"] == "django.security.DisallowedHost"]
    assert refused
    assert all(re.fullmatch("[0-9a-f]{16}", entry["request_id"]) for entry in entries)

"""A platform in a temporary folder with one open consultation, and ballots enough to throw at it.

It is made by the actions that people use; only the participants are made together.
"""

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

START_SECONDS = 120.0


@dataclass(frozen=True)
class Ground:
    """What a load needs to know: the consultation, its statements with their wordings, who votes."""

    reference: str
    statements: list[tuple[str, int]]  # identifier and version
    voters: list[tuple[str, str]]  # session cookie and token


def environment(home: Path, database_url: str, port: int) -> dict[str, str]:
    """The settings of a platform in a folder of its own, with nothing of the caller's."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PLACET_", "DATABASE_URL", "EMAIL_URL", "DJANGO_"))
    }
    own = {"PLACET_HOME": str(home), "PLACET_URL": f"http://localhost:{port}", "DATABASE_URL": database_url}
    return kept | {name: value for name, value in own.items() if value}


def prepare(env: dict[str, str], n_participants: int, n_statements: int, path: Path) -> None:
    """Make the consultation in the database of those settings, in a process of its own."""
    subprocess.run(  # noqa: S603 - our own program
        [
            *(sys.executable, "-c", "from placet.cli.loads.platform import main; main()"),
            *(str(n_participants), str(n_statements), str(path)),
        ],
        env=env,
        check=True,
    )


def main() -> None:
    """Prepare the ground in this process: participants, statements, file."""
    n_participants, n_statements, path = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = "placet.config.settings"
    import django

    django.setup()
    write_ground(_make_ground(int(n_participants), int(n_statements)), Path(path))


def rows(env: dict[str, str], sql: str) -> list[tuple[Any, ...]]:
    """What the database of those settings answers, read beside the platform."""
    if url := env.get("DATABASE_URL"):
        import psycopg

        with psycopg.connect(url.replace("postgres://", "postgresql://")) as connection:
            return connection.execute(sql.encode()).fetchall()
    import sqlite3

    with contextlib.closing(sqlite3.connect(Path(env["PLACET_HOME"]) / "placet.sqlite3")) as database:
        return database.execute(sql).fetchall()


def read_ground(path: Path) -> Ground:
    """What ``write_ground`` wrote."""
    lines = iter(path.read_text(encoding="ascii").splitlines())
    reference = next(lines)
    pairs = [next(lines).split() for _ in range(int(next(lines)))]
    statements = [(statement, int(version)) for statement, version in pairs]
    voters = [(session_key, token) for session_key, token in map(str.split, lines)]
    return Ground(reference, statements, voters)


def _make_ground(n_participants: int, n_statements: int) -> Ground:
    from placet.config import preparation

    preparation.update_tables()
    preparation.collect_static_files()
    from django.utils import timezone

    from placet.stages.consultations import actions as consultations
    from placet.stages.consultations.ballots.path.tokens import issue_token
    from placet.stages.consultations.bulk import take_part_together
    from placet.stages.consultations.models import Participation
    from placet.stages.mandates import actions as mandates
    from placet.stages.mandates.models import Participant, Standing
    from placet.stages.people.actions import create_account
    from placet.stages.texts.models import TextVersion

    secretariat = create_account("load@placet.example", is_verified=True, may_found_reflections=True)
    frame = mandates.ReflectionFrame(
        slug="load",
        reference_prefix="LOAD",
        name={"en": "Load"},
        summary={"en": "A reflection under load."},
        languages=("en",),
        time_zone="UTC",
        accent_colour="#2c4f80",
        emblem="compass",
    )
    now = timezone.now()
    reflection = mandates.found_reflection(secretariat, frame)
    mandates.write_mandate(
        secretariat,
        reflection,
        issuer={"en": "The leaders"},
        meeting={"en": "A summit"},
        body={"en": "Think ahead."},
        scope={"en": "Everything."},
        given_date=now.date(),
        due_date=now.date() + timedelta(days=300),
    )
    priority = mandates.add_priority(
        secretariat, reflection, title={"en": "First"}, description={"en": "Of all."}
    )
    mandates.add_members(secretariat, reflection, {"FR": {"en": "France"}})
    mandates.add_constituencies(secretariat, reflection, {"experts": {"en": "Experts"}})
    milestone = mandates.NewMilestone("launch", {"en": "Launch"}, {}, now.date(), now.date())
    mandates.add_milestones(secretariat, reflection, [milestone])
    mandates.publish_reflection(secretariat, reflection)
    consultation = consultations.create_consultation(
        secretariat,
        priority,
        consultations.ConsultationFrame(
            question={"en": "What first?"},
            introduction={"en": "An introduction."},
            eligibility="open",
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=30),
        ),
    )
    statements = consultations.add_statements(
        secretariat,
        consultation,
        [consultations.SeedStatement({"en": f"Statement {n}."}, "en") for n in range(n_statements)],
    )
    consultations.open_consultation(secretariat, consultation)
    participants = Participant.objects.bulk_create(
        [Participant(reflection=reflection, standing=Standing.ANONYMOUS) for _ in range(n_participants)],
        batch_size=5_000,
    )
    take_part_together(consultation, [participant.pk for participant in participants])
    versions = dict(TextVersion.objects.values_list("text_id", "pk"))
    voters = []
    for participation in Participation.objects.filter(consultation=consultation):
        session_key = secrets.token_hex(16)
        voters.append((session_key, issue_token(participation, consultation.reference, session_key, now=now)))
    return Ground(
        consultation.reference,
        [(str(statement.pk), versions[statement.text_id]) for statement in statements],
        voters,
    )


@contextlib.contextmanager
def serving(env: dict[str, str], port: int, *, processes: int = 1) -> Iterator["subprocess.Popen[bytes]"]:
    """The web server, once it answers."""
    server = start_server(env, port, processes=processes)
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def start_server(env: dict[str, str], port: int, *, processes: int = 1) -> "subprocess.Popen[bytes]":
    """Start the web server and wait until it is ready.

    Raises
    ------
    RuntimeError
        If it is not within two minutes.
    """
    server = subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "placet.cli", "web"),
            *("--port", str(port), "--processes", str(processes)),
        ],
        env=env,
        start_new_session=True,
    )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if get(port, "/readyz") == 200:
            return server
        time.sleep(0.1)
    server.kill()
    raise RuntimeError("The web server did not become ready; what it said is above.")


def kill_server(server: "subprocess.Popen[bytes]") -> None:
    """Kill a web server and everything it started, with no chance to say goodbye."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def get(port: int, path: str) -> int | None:
    """The status of an address, or None where nobody answers."""
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def resident_mb(process: int) -> float:
    """Memory of a process and its children that is in RAM, in megabytes."""
    kb = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            lines = dict(
                line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":" in line
            )
            if process in (int(lines["Pid"]), int(lines["PPid"])):
                kb += int(lines.get("VmRSS", "0 kB").split()[0])
    return kb / 1024


def cpu_seconds(process: int) -> float:
    """Processor time that a process and its children have used: what a busy machine does not distort."""
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text(encoding="utf-8").rpartition(")")[2].split()
            if process in (int(status.parent.name), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def write_ground(ground: Ground, path: Path) -> None:
    """The ground as the load generator reads it, line by line."""
    path.write_text(
        "\n".join(
            [
                ground.reference,
                str(len(ground.statements)),
                *(f"{statement} {version}" for statement, version in ground.statements),
                *(f"{session_key} {token}" for session_key, token in ground.voters),
            ]
        )
        + "\n",
        encoding="ascii",
    )

"""``placet doctor``: each fault is found, and nothing else is called one."""

import json
import socket
from collections import namedtuple
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from placet.config import doctor
from placet.config.doctor import Finding
from placet.stages.consultations.models import Participation
from placet.stages.people.actions import queue_message
from placet.stages.people.models import OutboxMessage
from tests.config.installations import databases, empty
from tests.conftest import ON_POSTGRESQL
from tests.stages.reflections import SmallReflection

Usage = namedtuple("Usage", "total used free")


def found(check: str, findings: Iterator[Finding]) -> list[tuple[str, str]]:
    """States and words of one check."""
    return [(each.state, f"{each.says} → {each.advice}") for each in findings if each.check == check]


def only(check: str, findings: Iterator[Finding]) -> tuple[str, str]:
    [one] = found(check, findings)
    return one


@pytest.mark.django_db
def test_the_database_is_named_with_its_version() -> None:
    findings = list(doctor._database())
    if ON_POSTGRESQL:
        # The tests' own server is made for speed: the very thing that has to be found.
        assert [finding.state for finding in findings] == ["fault"]
        assert "fsync" in findings[0].says
    else:
        assert [finding.state for finding in findings] == ["ok"]
        assert "SQLite 3." in findings[0].says


@pytest.mark.skipif(ON_POSTGRESQL, reason="SQLite alone")
@pytest.mark.django_db
def test_the_fault_of_sqlite_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "has_wal_fault", lambda: True)
    assert [finding.state for finding in doctor._database()] == ["warning"]


@pytest.mark.django_db
def test_a_database_that_does_not_answer_ends_its_checks_and_no_other() -> None:
    def refuse(*arguments: object) -> None:
        raise OperationalError("password of the server")

    with connection.execute_wrapper(refuse):
        findings = list(doctor.examine())
    assert findings[0].check == "database"
    assert findings[0].state == "fault"
    assert "password" not in str(findings)
    assert {"secret key", "mail", "disk"} <= {finding.check for finding in findings}
    assert "tables" not in {finding.check for finding in findings}


@pytest.mark.django_db
def test_tables_of_another_version_are_found() -> None:
    assert only("tables", doctor._tables())[0] == "ok"
    MigrationRecorder.Migration.objects.filter(app="people").last().delete()  # type: ignore[union-attr]
    assert only("tables", doctor._tables())[0] == "fault"


@pytest.mark.django_db
def test_ballots_that_refer_to_nothing_are_found() -> None:
    small = SmallReflection()
    small.vote(small.participant(), small.statements[0], 1)
    assert only("ballots", doctor._references())[0] == "ok"
    Participation.objects.all()._raw_delete(using="default")  # as only a damaged database would have it
    state, says = only("ballots", doctor._references())
    assert state == "fault"
    assert says.startswith("1 of them")


@pytest.mark.django_db
def test_work_that_waits_is_found() -> None:
    assert only("background work", doctor._background())[0] == "ok"
    queue_message("test:1", "person@placet.example", "account/email/login_code", {"code": "x"})
    assert only("background work", doctor._background())[0] == "ok"
    OutboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(hours=1))
    state, says = only("background work", doctor._background())
    assert state == "warning"
    assert "60 minutes" in says
    assert "person@" not in says


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("free", "state"), [(100_000_000, "fault"), (1_000_000_000, "warning"), (9_000_000_000, "ok")]
)
def test_a_disk_that_fills_up_is_found(monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(0, 0, free))
    assert only("disk", doctor._space())[0] == state


@pytest.mark.django_db
def test_what_others_can_read_is_found(settings: LazySettings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    tmp_path.chmod(0o700)
    key = tmp_path / "secret_key"
    key.write_text("x")
    key.chmod(0o600)
    assert only("permissions", doctor._permissions())[0] == "ok"
    key.chmod(0o640)
    state, says = only("permissions", doctor._permissions())
    assert state == "fault"
    assert f"chmod go-rwx {key}" in says
    key.chmod(0o600)
    tmp_path.chmod(0o755)
    assert only("permissions", doctor._permissions())[0] == "warning"


def test_a_home_that_is_not_there_is_found(settings: LazySettings, tmp_path: Path) -> None:
    settings.HOME = tmp_path / "nothing"
    assert only("home", doctor._space())[0] == "fault"
    assert list(doctor._permissions()) == []


class Counting:
    """A mail server that remembers whether a mail came."""

    n_messages = 0

    async def handle_DATA(self, *arguments: object) -> str:  # noqa: N802 - aiosmtpd's name
        Counting.n_messages += 1
        return "250 OK"


def test_the_mail_server_is_asked_and_gets_no_mail(settings: LazySettings) -> None:
    assert only("mail", doctor._mail())[0] == "warning"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 5
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Counting(), hostname="127.0.0.1", port=port)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    controller.start()
    try:
        assert only("mail", doctor._mail())[0] == "ok"
    finally:
        controller.stop()
    assert Counting.n_messages == 0
    assert only("mail", doctor._mail())[0] == "fault"


def test_static_files_that_are_missing_or_old_are_found(settings: LazySettings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    assert only("static files", doctor._static_files())[0] == "fault"
    (tmp_path / "staticfiles.json").write_text("{}")
    (tmp_path / ".fingerprint").write_text("of another version")
    assert only("static files", doctor._static_files())[0] == "warning"
    (tmp_path / ".fingerprint").write_text(doctor.static_fingerprint())
    assert only("static files", doctor._static_files())[0] == "ok"


@pytest.mark.parametrize(
    ("public", "proxy", "hosts", "expected"),
    [
        ("https://placet.example", True, ["placet.example"], ["ok"]),
        ("https://placet.example", False, ["placet.example"], ["warning"]),
        ("http://placet.example", False, ["placet.example"], ["fault"]),
        ("http://localhost:8000", False, ["localhost"], ["warning"]),
        ("https://placet.example", True, ["*"], ["ok", "fault"]),
        ("https://placet.example", True, ["other.example"], ["ok", "fault"]),
    ],
)
def test_the_address(
    settings: LazySettings, public: str, proxy: bool, hosts: list[str], expected: list[str]
) -> None:
    settings.DEMONSTRATION = False
    settings.PUBLIC_URL = public
    settings.IS_HTTPS = public.startswith("https")
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if proxy else None
    settings.ALLOWED_HOSTS = hosts
    assert [finding.state for finding in doctor._address()] == expected
    settings.DEMONSTRATION = True
    assert [finding.state for finding in doctor._address()] == ["fault", *expected]


@pytest.mark.parametrize(
    ("key", "state"),
    [("short", "fault"), ("a" * 60, "fault"), ("k3y-" * 3 + "o" * 9 + "bcdefghijkmn" * 2, "ok")],
)
def test_keys_that_can_be_guessed_are_found(settings: LazySettings, key: str, state: str) -> None:
    settings.SECRET_KEY = key
    assert [finding.state for finding in doctor._secrets()] == [state]
    settings.METRICS_TOKEN = "short"
    assert [finding.state for finding in doctor._secrets()] == [state, "fault"]
    assert not [finding for finding in doctor._secrets() if key in str(finding)]


@pytest.mark.django_db
def test_the_command_says_it_in_lines_and_in_json(tmp_path_factory: pytest.TempPathFactory) -> None:
    with databases() as made:
        installation = empty(tmp_path_factory.mktemp("doctor") / "home", made)
        first = installation.run("doctor")
        assert first.returncode == 1
        assert ("there is none" in first.stdout) is not ON_POSTGRESQL
        assert ON_POSTGRESQL or not (installation.home / "placet.sqlite3").exists()
        installation.python(
            "from placet.config.preparation import *; update_tables(); collect_static_files()"
        )
        installation.home.chmod(0o700)
        result = installation.run("doctor")
        said = installation.run("doctor", "--json")
    findings = json.loads(said.stdout)
    assert (
        result.returncode == said.returncode == int(ON_POSTGRESQL)
    )  # the tests' server does not wait for disks
    assert len(result.stdout.splitlines()) == len(findings)
    assert {finding["state"] for finding in findings} <= {"ok", "warning", "fault"}
    assert all(finding["advice"] for finding in findings if finding["state"] != "ok")
    states = {finding["check"]: finding["state"] for finding in findings}
    assert states["tables"] == states["static files"] == states["permissions"] == "ok"

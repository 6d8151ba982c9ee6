"""A backup restored is what was backed up; whatever goes wrong, nothing was changed."""

import fcntl
import json
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from tests.config.archives import Change, rewrite, with_manifest, wrong_rows
from tests.config.installations import Installation, copied, empty
from tests.conftest import ON_POSTGRESQL

# The mark keeps these on PostgreSQL; each test has databases of its own.
pytestmark = pytest.mark.django_db
sqlite_alone = pytest.mark.skipif(ON_POSTGRESQL, reason="SQLite alone")
postgresql_alone = pytest.mark.skipif(not ON_POSTGRESQL, reason="PostgreSQL alone")
KIND = "postgresql" if ON_POSTGRESQL else "sqlite"


@pytest.fixture
def other(original: Installation, tmp_path: Path, made: list[str]) -> Installation:
    """An installation with one account more, and another key and file."""
    found = copied(original, tmp_path / "other", made)
    found.python(
        "from placet.stages.people.actions import create_account; create_account('more@placet.example')"
    )
    (found.home / "secret_key").write_text("another key of this installation")
    (found.home / "files" / "imports" / "more.zip").write_bytes(b"more")
    return found


def restored(result: subprocess.CompletedProcess[str]) -> bool:
    return result.returncode == 0 and "all as the backup's manifest says" in result.stdout


def assert_refused(result: subprocess.CompletedProcess[str], *words: str, status: int = 1) -> None:
    lines = [line for line in result.stderr.splitlines() if line.startswith("placet: ")]
    assert result.returncode == status, result.stdout + result.stderr
    assert len(lines) == 1, result.stderr
    assert [word for word in words if word not in lines[0]] == [], lines[0]
    assert "Traceback" not in result.stderr


def test_what_is_restored_is_what_was_there(
    original: Installation, archive: Path, tmp_path: Path, made: list[str]
) -> None:
    target = empty(tmp_path / "home", made)
    assert restored(target.run("restore", archive))
    assert target.state()[:3] == original.state()[:3]
    assert len(target.addresses()) == 50
    assert (target.home / "secret_key").stat().st_mode & 0o777 == 0o600
    assert not [path for path in target.home.iterdir() if path.name.startswith(".restore")]
    # What the database itself refuses, it refuses still.
    with pytest.raises(Exception, match="append-only"):
        target.query("UPDATE record_auditentry SET action = 'forged'")
    # Keys go on where they were.
    target.python(
        "from placet.stages.people.actions import create_account; create_account('new@placet.example')"
    )
    assert target.run("backup", tmp_path / "again.tar").returncode == 0


def test_the_archive_is_its_owners_and_says_what_it_holds(original: Installation, archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    assert list(archive.parent.iterdir()) == [archive]
    with tarfile.open(archive) as tar:
        file = tar.extractfile("manifest.json")
        assert file is not None
        manifest = json.load(file)
        assert {info.mode for info in tar} == {0o600}
    assert manifest["database"] == KIND
    assert manifest["tables"]["people_account"]["rows"] == 50
    assert ["people", "0001_initial"] in manifest["migrations"]
    assert set(manifest["members"]) == {
        "database.dump" if ON_POSTGRESQL else "database.sqlite3",
        "secret_key",
        "files/imports/votes.zip",
    }


def test_another_installation_is_replaced_only_when_asked(
    original: Installation, archive: Path, other: Installation
) -> None:
    before = other.state()
    assert_refused(other.run("restore", archive), "--replace")
    assert other.state() == before
    assert restored(other.run("restore", archive, "--replace"))
    assert other.state()[:3] == original.state()[:3]


def test_nothing_is_restored_under_a_running_platform(archive: Path, other: Installation) -> None:
    before = other.state()
    with (other.home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        assert_refused(other.run("restore", archive, "--replace"), "end it first")
    assert other.state() == before
    with (other.home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert_refused(other.run("clock"), "being restored")


def test_the_platforms_processes_say_that_they_run(archive: Path, other: Installation) -> None:
    code = "from placet.cli import main; main(['clock'])"
    with subprocess.Popen([sys.executable, "-c", code], env=other.environment) as clock:
        try:
            for _ in range(200):
                with (other.home / ".lock").open("a") as lock:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        break
                    fcntl.flock(lock, fcntl.LOCK_UN)
                time.sleep(0.05)
            assert_refused(other.run("restore", archive, "--replace"), "end it first")
        finally:
            clock.terminate()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (wrong_rows, ["people_account", "nothing was changed"]),
        (with_manifest(migrations=[["people", "9999_later"]], software="9.9"), ["Placet 9.9", "then update"]),
    ],
    ids=["a wrong count", "another version"],
)
def test_what_does_not_fit_leaves_everything_as_it_was(
    change: Change,
    words: list[str],
    archive: Path,
    other: Installation,
    tmp_path: Path,
) -> None:
    before = other.state()
    forged = rewrite(archive, tmp_path / "forged.tar", change)
    assert_refused(other.run("restore", forged, "--replace"), *words)
    assert other.state() == before


STOP = "import os, signal; os.kill(os.getpid(), signal.{})"
PATCH = """
import importlib
def interrupt(*arguments, **options):
    {stop}
    import time; time.sleep(5)
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "placet.config.settings"
django.setup()
setattr(importlib.import_module("placet.config.backup.{module}"), "{name}", interrupt)
"""
FAILING_COMMIT = """
from django.db import OperationalError, connections
def fail(*arguments):
    raise OperationalError
type(connections["default"])._commit = fail
"""
LATE = """
import contextlib
from placet.config.backup import restoring
swapped = restoring._swapped
@contextlib.contextmanager
def late(pairs):
    with swapped(pairs):
        os.kill(os.getpid(), __import__("signal").{number})
        yield
restoring._swapped = late
"""
PATCH_NOTHING = PATCH.format(stop="pass", module="saving", name="unused")


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("place", ["checking", "swapping"])
def test_a_restore_that_is_interrupted_leaves_everything_as_it_was(
    number: str, place: str, archive: Path, other: Installation
) -> None:
    module = "restoring" if ON_POSTGRESQL else "sqlite"
    where = {"checking": (module, "check_tables"), "swapping": ("restoring", "_uninterrupted")}[place]
    before = other.state()
    patch = PATCH.format(stop=STOP.format(number), module=where[0], name=where[1])
    result = other.run("restore", archive, "--replace", before=patch)
    if number == "SIGKILL":
        assert result.returncode == -9
        for left in other.home.glob(".restore.*"):
            shutil.rmtree(left)
    else:
        assert_refused(result, "Nothing was changed", status=130)
    assert other.state() == before


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_the_last_steps_are_not_interrupted(
    number: str, original: Installation, archive: Path, other: Installation
) -> None:
    result = other.run("restore", archive, "--replace", before=PATCH_NOTHING + LATE.format(number=number))
    assert restored(result), result.stderr
    assert other.state()[:3] == original.state()[:3]


def test_files_go_back_where_the_last_step_fails(archive: Path, other: Installation) -> None:
    before = other.state()
    stop = 'raise OSError(28, "No space left on device")'
    patch, word = PATCH.format(stop=stop, module="sqlite", name="put_in_place"), "No space left"
    if ON_POSTGRESQL:
        patch, word = PATCH_NOTHING + FAILING_COMMIT, "OperationalError"
    assert_refused(other.run("restore", archive, "--replace", before=patch), word)
    assert other.state() == before


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_backup_that_is_interrupted_leaves_nothing(
    number: str, original: Installation, tmp_path: Path
) -> None:
    patch = PATCH.format(stop=STOP.format(number), module="saving", name="_add_files")
    result = original.run("backup", tmp_path / "backup.tar", before=patch)
    assert_refused(result, "Stopped", status=130)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_on_a_full_disk_leaves_nothing(original: Installation, tmp_path: Path) -> None:
    stop = 'raise OSError(28, "No space left on device")'
    patch = PATCH.format(stop=stop, module="saving", name="_add_files")
    assert_refused(original.run("backup", tmp_path / "backup.tar", before=patch), "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_overwrites_nothing(original: Installation, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    assert_refused(original.run("backup", tmp_path / "mine"), "exists already")
    assert (tmp_path / "mine").read_text() == "mine"
    assert_refused(original.run("backup", tmp_path / "no" / "backup.tar"), "is not there")
    assert_refused(original.run("restore", tmp_path / "nothing.tar"), "nothing.tar", "No such file")


WRITE = """
import django, sys, time
django.setup()
from placet.stages.people.actions import create_account
number = 0
print("writing", flush=True)
while True:
    create_account(f"writer{number}@placet.example")
    number += 1
"""


def test_a_backup_beside_a_writer_is_of_one_moment(
    other: Installation, tmp_path: Path, made: list[str]
) -> None:
    environment = other.environment | {"DJANGO_SETTINGS_MODULE": "placet.config.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", WRITE], env=environment, stdout=subprocess.PIPE, text=True
    ) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "writing\n"
            result = other.run("backup", tmp_path / "backup.tar")
            assert writer.poll() is None
        finally:
            writer.kill()
    assert result.returncode == 0, result.stderr
    target = empty(tmp_path / "home", made)
    assert restored(target.run("restore", tmp_path / "backup.tar"))
    # An account, its address and its audit entry are one transaction: none without the others.
    [[accounts]] = target.query("SELECT count(*) FROM people_account")
    [[addresses]] = target.query("SELECT count(*) FROM account_emailaddress")
    assert 51 <= accounts == addresses < len(other.addresses())


def test_the_digest_of_a_table_is_the_same_in_every_database(db: None) -> None:
    from datetime import UTC, datetime
    from uuid import UUID

    from placet.config.backup.digests import tables_of
    from placet.stages.people.models import Account

    for number in (2, 1):
        account = Account.objects.create(
            id=UUID(int=number), email=f"person{number}@placet.example", name="Zoë", password="!"
        )
        Account.objects.filter(pk=account.pk).update(joined_at=datetime(2030, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    table = tables_of("default", lambda *_: None)["people_account"]
    assert table.rows == 2
    assert table.sha256 == "161c53822ead0bbcca298b4350d48b293b52877f2c6df59043d4116b86f55354"


@sqlite_alone
def test_what_a_crash_left_of_the_old_database_is_not_added_to_the_new(
    original: Installation, archive: Path, other: Installation
) -> None:
    code = "create_account('late@placet.example'); import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(subprocess.CalledProcessError):
        other.python("from placet.stages.people.actions import create_account\n" + code)
    assert (other.home / "placet.sqlite3-wal").exists()
    assert restored(other.run("restore", archive, "--replace"))
    assert other.addresses() == original.addresses()


@sqlite_alone
def test_a_database_that_is_damaged_can_be_replaced(
    original: Installation, archive: Path, other: Installation
) -> None:
    (other.home / "placet.sqlite3").write_bytes(b"no database" * 1000)
    assert_refused(other.run("restore", archive), "--replace")
    assert restored(other.run("restore", archive, "--replace"))
    assert other.addresses() == original.addresses()


@sqlite_alone
def test_a_database_that_somebody_reads_is_not_replaced(archive: Path, other: Installation) -> None:
    code = (
        "from django.db import connection\n"
        "connection.cursor().execute('BEGIN'); connection.cursor().execute('SELECT 1 FROM people_account')\n"
        "print('reading', flush=True); import time; time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", "import django; django.setup()\n" + code],
        env=other.environment | {"DJANGO_SETTINGS_MODULE": "placet.config.settings"},
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        try:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "reading\n"
            assert_refused(other.run("restore", archive, "--replace"), "Somebody uses the database")
        finally:
            reader.kill()
    assert "more@placet.example" in other.addresses()
    assert (other.home / "files" / "imports" / "more.zip").exists()


@sqlite_alone
def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    nothing = Installation(tmp_path / "home")
    assert_refused(nothing.run("backup", tmp_path / "backup.tar"), "There is no database at")
    assert not (tmp_path / "home" / "placet.sqlite3").exists()


@postgresql_alone
def test_tables_that_somebody_reads_are_not_replaced(archive: Path, other: Installation) -> None:
    import psycopg

    before = other.state()
    faster = "import placet.config.backup.postgresql as p; p.LOCK_TIMEOUT = '100ms'"
    with psycopg.connect(other.url) as reader:
        reader.execute("SELECT count(*) FROM people_account")
        result = other.run("restore", archive, "--replace", before=PATCH_NOTHING + faster)
        assert_refused(result, "Somebody uses the database")
    assert other.state() == before


@postgresql_alone
@pytest.mark.parametrize("case", ["missing", "older"])
def test_the_programs_of_postgresql_are_asked_for(
    case: str, original: Installation, archive: Path, tmp_path: Path, made: list[str]
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    if case == "older":
        for name in ("pg_dump", "pg_restore"):
            (programs / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 9.6.1'\n")
            (programs / name).chmod(0o755)
    word = {"missing": "is missing", "older": "older than the server's"}[case]
    result = original.run("backup", tmp_path / "backup.tar", PATH=str(programs))
    assert_refused(result, "pg_dump", word)
    target = empty(tmp_path / "home", made)
    assert_refused(target.run("restore", archive, PATH=str(programs)), "pg_restore", word)

"""Which SQLite runs, with which journal, and that Django works on it."""

import datetime as dt
import decimal
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from placet.config.sqlite import library
from placet.config.sqlite.base import DatabaseWrapper
from placet.config.sqlite.kept import KeptConnections
from placet.config.sqlite.library import has_wal_fault, sqlite_journal_mode
from tests.conftest import ON_POSTGRESQL
from tests.demonstration_site import clean_environment


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "DELETE"),
        ((3, 44, 5), "DELETE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "DELETE"),
        ((3, 50, 6), "DELETE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "DELETE"),
        ((3, 51, 3), "WAL"),
        ((3, 53, 4), "WAL"),
    ],
)
def test_write_ahead_logging_only_where_it_is_safe(version: tuple[int, ...], mode: str) -> None:
    assert sqlite_journal_mode(version) == mode
    assert has_wal_fault(version) is (mode == "DELETE")


CODE = """
import json, sys
if sys.argv[1] == "without":
    sys.modules["pysqlite3"] = None
import django
django.setup()
from django.db import connection
from placet.config.preparation import describe_database
with connection.cursor() as cursor:
    pragmas = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in
               ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")]
    version = cursor.execute("SELECT sqlite_version()").fetchone()[0]
print(json.dumps([connection.Database.__name__, version, pragmas, describe_database()]))
"""


def described(home: Path, *, which: str) -> tuple[str, str, list[object], str]:
    """What a fresh process says of its SQLite: the module, the version, the pragmas and the line at start."""
    result = subprocess.run(
        [sys.executable, "-c", CODE, which],
        env=clean_environment()
        | {"DJANGO_SETTINGS_MODULE": "placet.config.settings", "PLACET_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    module, version, pragmas, line = json.loads(result.stdout)
    return module, version, pragmas, line


def test_the_carried_library_runs_with_write_ahead_logging(tmp_path: Path) -> None:
    pytest.importorskip("pysqlite3", reason="no wheel of pysqlite3 for this machine")
    tmp_path.joinpath("home").mkdir()
    module, version, pragmas, line = described(tmp_path / "home", which="with")
    assert module == "pysqlite3.dbapi2"
    assert not has_wal_fault(tuple(map(int, version.split("."))))
    assert pragmas == ["wal", 2, 20_000, 1]
    assert f"SQLite {version}, journal mode WAL" in line


def test_without_it_the_standard_librarys_runs_with_the_journal_that_is_safe(tmp_path: Path) -> None:
    import sqlite3

    tmp_path.joinpath("home").mkdir()
    module, version, pragmas, line = described(tmp_path / "home", which="without")
    assert (module, version) == ("sqlite3.dbapi2", sqlite3.sqlite_version)
    safe = sqlite_journal_mode(sqlite3.sqlite_version_info)
    assert pragmas == [safe.lower(), 2, 20_000, 1]
    assert ("rollback journal, because" in line) is (safe == "DELETE")


@pytest.mark.skipif(ON_POSTGRESQL, reason="SQLite alone")
@pytest.mark.django_db
class TestBackend:
    """What Django's own backend does on its library, ours does on the other one."""

    def test_it_is_the_one_that_was_found(self) -> None:
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT sqlite_version()").fetchone() == (library.VERSION,)

    def test_parameters_by_position_and_by_name(self) -> None:
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT %s, '100%%'", ["a"]).fetchone() == ("a", "100%")
            assert cursor.execute("SELECT %(x)s + %(y)s", {"x": 1, "y": 2}).fetchone() == (3,)
            assert cursor.execute("SELECT '100%'").fetchone() == ("100%",)

    def test_values_come_back_as_they_went_in(self) -> None:
        values: list[Any] = [
            dt.datetime(2030, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC).replace(tzinfo=None),
            dt.date(2030, 1, 2),
            decimal.Decimal("1.50"),
            True,
        ]
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE kinds (a datetime, b date, c text, d bool)")
            cursor.executemany("INSERT INTO kinds VALUES (%s, %s, %s, %s)", [values, values])
            rows = cursor.execute("SELECT a, b, c, d FROM kinds").fetchall()
        assert rows == [(values[0], values[1], "1.50", True)] * 2

    def test_a_constraint_that_is_broken_is_djangos_error(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE once (a integer UNIQUE)")
            cursor.execute("INSERT INTO once VALUES (1)")
            with pytest.raises(IntegrityError):
                cursor.execute("INSERT INTO once VALUES (1)")

    def test_djangos_functions_are_known(self) -> None:
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT 'abc' REGEXP 'b.$'").fetchone() == (1,)


def reopened(database: Path) -> DatabaseWrapper:
    """A connection as a request gets one."""
    settings = connections.configure_settings(
        {"default": {"ENGINE": "placet.config.sqlite", "NAME": str(database), "OPTIONS": {}}}
    )
    wrapper = DatabaseWrapper(settings["default"])
    wrapper.ensure_connection()
    return wrapper


@pytest.mark.django_db
def test_a_connection_is_kept_for_the_next_request(tmp_path: Path) -> None:
    first = reopened(tmp_path / "a.sqlite3")
    with first.cursor() as cursor:
        cursor.execute("CREATE TABLE thing (n INTEGER)")
        cursor.execute("PRAGMA foreign_keys = OFF")
    raw = first.connection
    first.close()
    second = reopened(tmp_path / "a.sqlite3")
    assert second.connection is raw
    assert second.cursor().execute("PRAGMA foreign_keys").fetchone() == (1,)
    other = reopened(tmp_path / "a.sqlite3")  # while the second uses it
    assert other.connection is not raw


@pytest.mark.django_db
def test_a_connection_inside_a_transaction_is_not_kept_and_nothing_of_it_stays(tmp_path: Path) -> None:
    first = reopened(tmp_path / "a.sqlite3")
    first.cursor().execute("CREATE TABLE thing (n INTEGER)")
    raw = first.connection
    raw.execute("BEGIN")
    raw.execute("INSERT INTO thing VALUES (1)")
    first.close()
    second = reopened(tmp_path / "a.sqlite3")
    assert second.connection is not raw
    assert second.cursor().execute("SELECT count(*) FROM thing").fetchone() == (0,)


@pytest.mark.django_db
def test_a_file_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    first = reopened(tmp_path / "a.sqlite3")
    first.cursor().execute("CREATE TABLE thing (n INTEGER)")
    first.close()
    replacement = reopened(tmp_path / "b.sqlite3")
    replacement.cursor().execute("CREATE TABLE other (n INTEGER)")
    replacement.close()
    (tmp_path / "b.sqlite3").replace(tmp_path / "a.sqlite3")
    names = reopened(tmp_path / "a.sqlite3").cursor().execute("SELECT name FROM sqlite_master").fetchall()
    assert names == [("other",)]


def test_no_more_are_kept_than_are_of_use(tmp_path: Path) -> None:
    kept = KeptConnections(most_kept=2)
    (tmp_path / "a.sqlite3").touch()
    opened = [library.LIBRARY.connect(tmp_path / "a.sqlite3") for _ in range(3)]
    assert [kept.keep(str(tmp_path / "a.sqlite3"), each) for each in opened] == [True, True, False]
    assert not kept.keep(":memory:", library.LIBRARY.connect(":memory:"))

"""Installations of their own, for the tests of operation: a home, and a database of the kind tested."""

import contextlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.conftest import ON_POSTGRESQL
from tests.demonstration_site import clean_environment

FILL = """
import os
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from placet.stages.people.actions import create_account
from placet.stages.record.actions import record
for number in range(50):
    create_account(f"person{number}@placet.example", name="Zoë 🗳 \\n '" + str(number))
    Session.objects.create(session_key=f"{number}Zé_-" * 3, session_data="", expire_date=timezone.now())
with transaction.atomic():
    record("test.deed", target="x", actor_id=None, note="ünïcode", number=3, yes=True, many=["b", "a"])
"""


@dataclass(frozen=True)
class Installation:
    """A home and, on PostgreSQL, a database."""

    home: Path
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What makes commands use this installation."""
        database = {"DATABASE_URL": self.url} if self.url else {}
        return clean_environment() | {"PLACET_HOME": str(self.home), "PYTHONPATH": _path()} | database

    def run(
        self, *arguments: object, before: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run ``placet …``; ``before`` is Python that runs first in its process."""
        code = f"{before}\nfrom placet.cli import main\nmain()"
        return subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def python(self, code: str) -> str:
        """Run Python in the installation, with Django set up."""
        return subprocess.run(
            [sys.executable, "-c", "import django; django.setup()\n" + code],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "placet.config.settings"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Run SQL, past Django."""
        if self.url:
            import psycopg

            with psycopg.connect(self.url, autocommit=True) as database:
                cursor = database.execute(statement)  # type: ignore[arg-type]
                return cursor.fetchall() if cursor.description else []
        with contextlib.closing(sqlite3.connect(self.home / "placet.sqlite3")) as lite, lite:
            return lite.execute(statement).fetchall()

    def addresses(self) -> list[str]:
        """The addresses of all accounts."""
        return [email for (email,) in self.query("SELECT email FROM people_account ORDER BY email")]

    def state(self) -> tuple[object, ...]:
        """What must not change where a command fails."""
        files = {
            str(path.relative_to(self.home)): path.read_bytes()
            for folder in ("files", "secret_key")
            for path in (self.home / folder, *(self.home / folder).rglob("*"))
            if path.is_file()
        }
        left = {path.name for path in self.home.iterdir()} - {".lock"}
        return self.addresses(), self.query("SELECT count(*) FROM record_auditentry"), files, left


def _path() -> str:
    return os.environ.get("PYTHONPATH", "")


@contextlib.contextmanager
def databases() -> Iterator[list[str]]:
    """The names of databases that were made, to be dropped afterwards."""
    made: list[str] = []
    yield made
    for name in made:
        _execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def empty(folder: Path, made: list[str], template: str = "template0") -> Installation:
    """An installation with nothing in it."""
    folder.mkdir()
    if not ON_POSTGRESQL:
        return Installation(folder)
    name = f"placet_{secrets.token_hex(6)}"
    _execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    made.append(name)
    url = urlsplit(os.environ["PLACET_TEST_DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return Installation(folder, url)


def filled(folder: Path, made: list[str]) -> Installation:
    """An installation with accounts, audit entries, sessions and a file."""
    found = empty(folder, made)
    found.python("from placet.config.preparation import update_tables; update_tables()\n" + FILL)
    (folder / "files" / "imports").mkdir(parents=True)
    (folder / "files" / "imports" / "votes.zip").write_bytes(secrets.token_bytes(70_000))
    return found


def copied(original: Installation, folder: Path, made: list[str]) -> Installation:
    """Another installation with the same in it."""
    found = empty(folder, made, urlsplit(original.url).path[1:] if original.url else "template0")
    shutil.copytree(original.home, folder, dirs_exist_ok=True)
    return replace(found, home=folder)


def _execute(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["PLACET_TEST_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]

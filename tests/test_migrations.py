"""The migrations lead to the tables, indexes, constraints and triggers that all other tests run on."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from django.db import connection

from tests.demonstration_site import clean_environment

Rows = Iterable[tuple[object, ...]]
CHECKS = re.compile(r'CONSTRAINT "(\w+)" (?:CHECK|UNIQUE)')
ELSEWHERE = ("django_migrations", "cache_entry")  # made by the commands `migrate` and `createcachetable`


@pytest.mark.django_db
@pytest.mark.skipif("PLACET_TEST_DATABASE_URL" in os.environ, reason="compares two SQLite databases")
def test_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    env = clean_environment() | {
        "PLACET_HOME": str(tmp_path),
        "PLACET_DEMONSTRATION": "1",
        "DJANGO_SETTINGS_MODULE": "placet.config.settings",
    }
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=env, check=True, timeout=600)
    (file,) = tmp_path.glob("*.sqlite3")
    migrated = sqlite3.connect(file)
    try:
        by_migrations = schema(lambda sql: migrated.execute(sql).fetchall())
    finally:
        migrated.close()

    with connection.cursor() as cursor:
        by_models = schema(lambda sql: cursor.execute(sql).fetchall())
    assert by_migrations.keys() == by_models.keys()
    for name, found in by_migrations.items():
        assert found == by_models[name], name


def schema(query: Callable[[str], Rows]) -> dict[str, set[object]]:
    """What each table and trigger is made of; columns may stand in another order."""
    found: dict[str, set[object]] = {}
    for kind, name, sql in query("SELECT type, name, sql FROM sqlite_master"):
        if kind == "trigger":
            found[str(name)] = {sql}
        elif kind == "table" and name not in ELSEWHERE and not str(name).startswith("sqlite_"):
            found[str(name)] = {
                *(("column", *rest) for _, *rest in query(f'PRAGMA table_info("{name}")')),
                *(("key", *rest) for _, _, *rest in query(f'PRAGMA foreign_key_list("{name}")')),
                *(("check", each) for each in CHECKS.findall(str(sql))),
                *(("index", *each) for each in indexes(query, str(name))),
            }
    return found


def indexes(query: Callable[[str], Rows], table: str) -> Iterable[tuple[object, ...]]:
    """By index: whether it is unique, over which columns in their order, and on what condition."""
    for _, name, is_unique, _, is_partial in query(f'PRAGMA index_list("{table}")'):
        columns = tuple(column for _, _, column in query(f'PRAGMA index_info("{name}")'))
        sql = [row for row in query(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")]  # noqa: S608
        condition = str(sql[0][0]).partition(" WHERE ")[2] if is_partial and sql else ""
        yield is_unique, columns, condition

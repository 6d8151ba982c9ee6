"""Migrations lead to the tables, indexes, constraints and triggers that an empty database gets at once."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from django.db import connection, connections

from tests.demonstration_site import clean_environment

Rows = Iterable[tuple[object, ...]]
Query = Callable[[str], Rows]
CHECKS = re.compile(r'CONSTRAINT "(\w+)" (?:CHECK|UNIQUE)')
ELSEWHERE = ("django_migrations", "cache_entry")  # made by the commands `migrate` and `createcachetable`
MIGRATED = "placet_migrated"


@pytest.fixture
def address(db: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation whose database is empty, beside the tests' own."""
    env = clean_environment() | {
        "PLACET_HOME": str(tmp_path),
        "PLACET_DEMONSTRATION": "1",
        "DJANGO_SETTINGS_MODULE": "placet.config.settings",
    }
    if connection.vendor == "sqlite":
        yield env
        return
    server = connection.copy(alias="server")
    server.settings_dict = {**server.settings_dict, "NAME": "postgres"}
    with server.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{MIGRATED}"')
    url = os.environ["PLACET_TEST_DATABASE_URL"]
    head, question, options = url.partition("?")
    yield env | {"DATABASE_URL": f"{head.rpartition('/')[0]}/{MIGRATED}{question}{options}"}
    with server.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{MIGRATED}" WITH (FORCE)')
    server.close()


@pytest.mark.django_db
def test_migrations_make_what_an_empty_database_gets_at_once(address: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=address, check=True, timeout=900)
    migrated = connection.copy(alias="migrated")
    name = str(next(tmp_path.glob("*.sqlite3"))) if connection.vendor == "sqlite" else MIGRATED
    migrated.settings_dict = {**migrated.settings_dict, "NAME": name}
    draw = sqlite_schema if connection.vendor == "sqlite" else postgresql_schema
    found = []
    for each in (migrated, connections["default"]):
        with each.cursor() as cursor:

            def query(sql: str) -> Rows:
                cursor.execute(sql)
                return list(cursor.fetchall())

            found.append(draw(query))
    migrated.close()
    by_migrations, at_once = found
    assert by_migrations.keys() == at_once.keys()
    for part, rows in by_migrations.items():
        assert rows == at_once[part], part


def sqlite_schema(query: Query) -> dict[str, set[object]]:
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
                *(("index", *each) for each in sqlite_indexes(query, str(name))),
            }
    return found


def sqlite_indexes(query: Query, table: str) -> Iterable[tuple[object, ...]]:
    """By index: whether it is unique, over which columns in their order, and on what condition."""
    for _, name, is_unique, _, is_partial in query(f'PRAGMA index_list("{table}")'):
        columns = tuple(column for _, _, column in query(f'PRAGMA index_info("{name}")'))
        ((sql,),) = query(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")
        condition = str(sql).partition(" WHERE ")[2] if is_partial else ""
        yield is_unique, columns, condition


def postgresql_schema(query: Query) -> dict[str, set[object]]:
    """Columns, indexes, constraints and triggers of all tables; names of indexes and constraints are free."""
    others = ", ".join(f"'{each}'" for each in ELSEWHERE)
    return {
        "columns": set(
            query(
                "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity,"
                " character_maximum_length, collation_name FROM information_schema.columns"
                f" WHERE table_schema = 'public' AND table_name NOT IN ({others})"
                # Django's own migrations and models differ in the width of this key, which nothing here uses.
                " AND (table_name, column_name) <> ('auth_group_permissions', 'id')"
            )
        ),
        "indexes": set(
            query(
                "SELECT tablename, regexp_replace(indexdef, 'INDEX [^ ]+ ', 'INDEX ') FROM pg_indexes"
                f" WHERE schemaname = 'public' AND tablename NOT IN ({others})"
            )
        ),
        "constraints": set(
            query(
                "SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace"
                f" AND conrelid::regclass::text NOT IN ({others})"
            )
        ),
        "triggers": set(query("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal")),
    }

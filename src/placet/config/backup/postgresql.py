"""PostgreSQL: dumped by ``pg_dump`` from one snapshot, loaded and verified inside one transaction."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from placet.config.backup.archive import BackupError, Report, Table
from placet.config.backup.digests import tables_of

COPY = re.compile(rb"COPY .* FROM stdin;\n")
LOCK_TIMEOUT = "10s"
# Everything of the schema but what belongs to an extension, or goes with its table.
DROPS = """
SELECT format('DROP %s IF EXISTS %I.%I CASCADE', CASE relkind WHEN 'v' THEN 'VIEW'
       WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, nspname, relname)
  FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
 WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'v', 'm', 'S')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype IN ('a', 'e', 'i'))
UNION ALL
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
 WHERE nspname = current_schema()
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def dump(target: Path, report: Report) -> dict[str, Table]:
    """Dump the database from one snapshot, and digest its tables in the same."""
    program = find_program("pg_dump")
    arguments, environment = _address()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        report("Dumping the database", 0, 0)
        _run(
            [
                *(program, "--format=custom", f"--snapshot={snapshot}", f"--file={target}"),
                *("--no-owner", "--no-privileges", "--no-comments", "--no-security-labels"),
                *("--no-publications", "--no-subscriptions", "--no-tablespaces", *arguments),
            ],
            environment,
        )
        return tables_of(DEFAULT_DB_ALIAS, report)


def load(source: Path, report: Report) -> None:
    """Put what a dump holds in the place of all that is there, in the transaction that is open."""
    program = find_program("pg_restore")
    try:
        with connection.wrap_database_errors:
            _load(program, source, report)
    except OperationalError as error:
        if type(error.__cause__).__name__ != "LockNotAvailable":
            raise
        raise BackupError(
            "Somebody uses the database: end Placet and whatever else has it open, and restore again."
        ) from error


def _load(program: str, source: Path, report: Report) -> None:
    connection.ensure_connection()
    raw: Any = connection.connection
    with raw.cursor() as cursor, tempfile.TemporaryFile() as errors:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        for (statement,) in cursor.execute(DROPS).fetchall():
            cursor.execute(statement)
        with subprocess.Popen(  # noqa: S603 - found on the path, our own arguments
            [program, "--file=-", "--no-owner", "--no-privileges", "--no-comments", str(source)],
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            try:
                _execute(cursor, process.stdout, report)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            errors.seek(0)
            raise BackupError(_first_line("pg_restore", errors.read()))
        # What the script switched for its session.
        cursor.execute("RESET search_path; RESET row_security; SET CONSTRAINTS ALL IMMEDIATE")


def find_program(name: str) -> str:
    """Where a program of PostgreSQL lies; it has to be as new as the server.

    Raises
    ------
    BackupError
        Where it is missing or older.
    """
    path = shutil.which(name)
    if path is None:
        raise BackupError(
            f"{name} is missing: install PostgreSQL's client programs (apt install postgresql-client)."
        )
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.search(r"\) (\d+)", said)
    connection.ensure_connection()
    server = connection.pg_version // 10_000  # type: ignore[attr-defined]  # PostgreSQL's alone
    if version is None or int(version[1]) < server:
        raise BackupError(
            f"{name} is of PostgreSQL {version[1] if version else '?'}, older than the server's {server}: "
            f"install postgresql-client-{server}."
        )
    return path


def _address() -> tuple[list[str], dict[str, str]]:
    """Where the database is: arguments without its password, which goes through the environment."""
    command, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    return list(command[1:]), {**os.environ, **(environment or {})}


def _run(command: list[str], environment: dict[str, str]) -> None:
    result = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603
    if result.returncode:
        raise BackupError(_first_line(Path(command[0]).name, result.stderr))


def _first_line(program: str, errors: bytes) -> str:
    said = errors.decode(errors="replace").strip().splitlines() or ["it did not say why"]
    return f"{program} failed: {said[0]}"


def _execute(cursor: Any, script: IO[bytes], report: Report) -> None:
    """Run a script of ``pg_restore``: statements, and rows between ``COPY … FROM stdin`` and ``\\.``."""
    statements: list[bytes] = []
    n_tables = 0
    for line in script:
        if COPY.fullmatch(line):
            cursor.execute(b"".join(statements).decode())
            statements.clear()
            with cursor.copy(line.decode().rstrip().rstrip(";")) as copy:
                for row in _rows(script):
                    copy.write(row)
            n_tables += 1
            report("Loading the tables", n_tables, 0)
        elif not line.startswith((b"\\restrict", b"\\unrestrict")):  # meant for psql
            statements.append(line)
    cursor.execute(b"".join(statements).decode())


def _rows(script: IO[bytes]) -> Iterator[bytes]:
    for line in script:
        if line == b"\\.\n":
            return
        yield line
    raise BackupError("The dump in the backup ends too early; nothing was changed. Take another backup.")

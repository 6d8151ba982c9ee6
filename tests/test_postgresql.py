"""The suite's second time, on a PostgreSQL of its own."""

import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests import postgresql


def test_where_it_is_missing_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgresql, "find_binaries", lambda: None)
    assert postgresql.main([sys.executable, "-c", "raise SystemExit(9)"]) == 0
    assert (
        capsys.readouterr().out == "PostgreSQL is not installed: the platform's tests ran on SQLite alone.\n"
    )


def test_the_command_gets_a_database_and_its_status_is_kept() -> None:
    if postgresql.find_binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    code = (
        "import os, psycopg, sys\n"
        "with psycopg.connect(os.environ['PLACET_TEST_DATABASE_URL']) as connection:\n"
        "    sys.exit(connection.execute('SELECT 7').fetchone()[0])"
    )
    assert postgresql.main([sys.executable, "-c", code]) == 7


def test_a_run_that_is_ended_leaves_nothing_behind(repository: Path) -> None:
    if postgresql.find_binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    code = "import os, sys, time; print(os.environ['PLACET_TEST_DATABASE_URL'], flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.postgresql", sys.executable, "-c", code],
        cwd=repository,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        run.stdout.readline()
        folder = Path(unquote(run.stdout.readline().split("@")[1]).rpartition("/")[0])
        assert folder.is_dir()
        run.terminate()
        assert run.wait(20) == 128 + signal.SIGTERM
    assert not folder.exists()

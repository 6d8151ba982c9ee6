"""``placet analyze``: what it writes, what it says, and what it leaves behind when it cannot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click.testing
import numpy as np
import pytest

from placet.cli import main
from tests.sense.conftest import find_data
from tests.sense.votes.test_polis import HOSTILE, write

RESULTS = {"analysis.json", "participants.csv", "statements.csv", "report.html"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    return write(folder)


def run(*arguments: object) -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, ["analyze", *map(str, arguments)])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_results_are_written_and_summed_up(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "results"
    result = run(export, "--out", out, "--seed", 4, "--language", "fr")
    assert result.exit_code == 0, result.output
    assert names(out) == RESULTS
    assert names(tmp_path) == {"export", "deep"}
    assert names(out.parent) == {"results"}
    assert "3 participants, 3 statements, 6 votes" in result.stdout
    assert "3 participants placed in" in result.stdout
    document = json.loads((out / "analysis.json").read_text())
    assert document["seed"] == 4
    report = (out / "report.html").read_text()
    assert '<html lang="fr">' in report
    assert "placet analyze export --out results --seed 4 --language fr" in report
    assert str(tmp_path) not in report


def test_the_same_input_gives_the_same_bytes(export: Path, tmp_path: Path) -> None:
    for name in ("a/results", "b/results"):
        assert run(export, "--out", tmp_path / name).exit_code == 0
    for name in RESULTS:
        assert (tmp_path / "a/results" / name).read_bytes() == (tmp_path / "b/results" / name).read_bytes()


@pytest.mark.parametrize("case", HOSTILE)
def test_bad_input_leaves_nothing_behind(case: str, tmp_path: Path) -> None:
    changed, words = HOSTILE[case]
    source = tmp_path / "export"
    source.mkdir()
    write(source, **changed)
    before = names(source)
    result = run(source, "--out", tmp_path / "results")
    assert result.exit_code == 1
    assert [word for word in words if word not in result.stderr] == []
    assert "Traceback" not in result.output
    assert names(tmp_path) == {"export"}
    assert names(source) == before


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    result = run(tmp_path / "nothing", "--out", tmp_path / "results")
    assert (result.exit_code, names(tmp_path)) == (1, set())
    assert "nothing there" in result.stderr


def test_a_full_folder_is_left_alone_until_forced(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    result = run(export, "--out", out)
    assert result.exit_code == 1
    assert "--force" in result.stderr
    assert names(out) == {"mine.txt"}
    assert run(export, "--out", out, "--force").exit_code == 0
    assert names(out) == RESULTS | {"mine.txt"}


def test_an_empty_folder_is_used(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    out.mkdir()
    assert run(export, "--out", out).exit_code == 0
    assert names(out) == RESULTS


def test_a_file_is_not_a_folder(export: Path, tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    result = run(export, "--out", tmp_path / "results")
    assert result.exit_code == 1
    assert "is a file" in result.stderr


def test_a_folder_that_cannot_be_written_is_said(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    result = run(export, "--out", tmp_path / "results")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert "Permission denied" in result.stderr
    assert names(tmp_path) == {"export"}


def test_a_disk_that_fills_up_leaves_nothing(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_text

    def fail_late(self: Path, *arguments: object, **options: object) -> int:
        if self.name == "report.html":
            raise OSError(28, "No space left on device")
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", fail_late)
    result = run(export, "--out", tmp_path / "results")
    assert result.exit_code == 1
    assert "No space left" in result.stderr
    assert names(tmp_path) == {"export"}


def test_terminal_codes_in_statements_do_not_reach_the_terminal(tmp_path: Path) -> None:
    wide = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0\n"
    wide += "".join(f"{i},,0,1,1,0,1\n" for i in range(20))
    statements = "comment-id,moderated,comment-body\n0,1,\x1b[31mred\x07\n"
    write(tmp_path, votes=None, participants_votes=wide, comments=statements)
    result = run(tmp_path, "--out", tmp_path / "results")
    assert result.exit_code == 0, result.output
    assert "red" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def python(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, *arguments], capture_output=True, text=True, check=False, **options
    )


BLOCK_DJANGO = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "django":
            raise ImportError("Django is not here")
sys.meta_path.insert(0, Block())
"""


def test_it_works_without_django(export: Path, tmp_path: Path) -> None:
    code = BLOCK_DJANGO + "from placet.cli import main\nmain()"
    result = python("-c", code, "analyze", str(export), "--out", str(tmp_path / "results"))
    assert result.returncode == 0, result.stderr
    assert names(tmp_path / "results") == RESULTS


@pytest.mark.parametrize(
    ("use", "absent"),
    [
        ("", ("django", "altair", "numpy")),
        ("s.analyze; s.read_polis; s.draw_opinion_map", ("django", "altair")),
    ],
)
def test_the_engine_imports_no_more_than_it_needs(use: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, placet.sense as s; {use}\nprint([m for m in {absent} if m in sys.modules])"
    assert python("-c", code).stdout.strip() == "[]"


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    export = find_data("polis-open-data/american-assembly.bowling-green")
    code = "from placet.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "analyze", str(export), "--out", str(tmp_path / "results")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode in (1, 130)  # 1 where it was interrupted before the command began
    assert "Traceback" not in errors
    assert names(tmp_path) == set()


def test_parquet_files_are_read_block_by_block(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    import polars as pl

    from placet.sense.votes import plant_votes

    drawn = plant_votes(60, 12, generator=np.random.default_rng(0))
    columns = (drawn.participants, drawn.statements, drawn.values)
    frame = pl.DataFrame(dict(zip(("participant", "statement", "vote"), columns, strict=True)))
    frame.write_parquet(tmp_path / "votes.parquet")
    result = run(
        tmp_path / "votes.parquet", "--out", tmp_path / "out", "--scratch", tmp_path, "--max-groups", 8
    )
    assert result.exit_code == 0, result.output
    assert names(tmp_path / "out") == RESULTS
    document = json.loads((tmp_path / "out" / "analysis.json").read_text())
    assert document["parameters"]["max_groups"] == 8
    assert document["counts"]["participants"] == 60
    assert "--max-groups 8" in (tmp_path / "out" / "report.html").read_text()
    assert names(tmp_path) == {"votes.parquet", "out"}


def test_a_cluster_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    import polars as pl
    from dask import config

    pl.DataFrame({"participant": [1], "statement": [1], "vote": [1]}).write_parquet(
        tmp_path / "votes.parquet"
    )
    with config.set({"distributed.comm.timeouts.connect": "1s"}):
        result = run(tmp_path / "votes.parquet", "--out", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")
    assert result.exit_code == 1
    assert "does not answer" in result.output
    assert "Traceback" not in result.output
    assert distributed


def test_the_engine_can_be_timed() -> None:
    arguments = ["bench", "opinion", "--participants", "1000", "--statements", "200", "--resamples", "2"]
    for extra in ([], ["--out-of-core"]):
        result = click.testing.CliRunner().invoke(main, [*arguments, *extra])
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        seconds = found["seconds"]
        stages = ("table", "moments", "space", "groups", "counts", "statistics")
        assert seconds["total"] == pytest.approx(sum(seconds[stage] for stage in stages), abs=1e-3)
        assert seconds["stability"] > 0
        assert found["peak_rss_mb"] > 0
        assert found["adjusted_rand_index"] >= 0.97

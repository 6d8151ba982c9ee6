"""The documentation says what is so: commands run, settings exist, links lead somewhere."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demonstration_site import PLACET, DemonstrationSite, clean_environment
from tests.exports import write_export

COMMANDS_IN_READ_ME = [
    "make demo",
    "make test",
    ".venv/bin/placet analyze path/to/export --out analysis",
    ".venv/bin/placet bench opinion --participants 10000 --statements 500",
    ".venv/bin/placet themes ideas.csv --out themes",
    ".venv/bin/placet similar corpus.csv queries.csv --top 5 --out similar.csv",
]


@pytest.fixture(scope="module")
def read_me(repository: Path) -> str:
    """The text of README.md."""
    return (repository / "README.md").read_text(encoding="utf-8")


def commands_of(text: str) -> list[str]:
    """The commands in a text's shell blocks."""
    return [
        line
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.strip().splitlines()
    ]


def dry_run(repository: Path, *targets: str) -> str:
    """What make would do, if nothing were there yet."""
    result = subprocess.run(
        ["make", "--dry-run", "--always-make", *targets],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
        env=clean_environment() | {"MAKEFLAGS": ""},
    )
    return result.stdout


def test_every_command_in_the_read_me_is_run_below(read_me: str) -> None:
    assert commands_of(read_me) == COMMANDS_IN_READ_ME


def test_make_demo(repository: Path, demo_site: DemonstrationSite) -> None:
    # demo_site is what make starts, on another port and in another folder.
    assert ".venv/bin/placet demo --port 8000 --home var/demo" in dry_run(repository, "demo")
    assert ".venv/bin/placet demo --port 8123 " in dry_run(repository, "demo", "PORT=8123")
    assert demo_site.sign_in
    assert demo_site.process.poll() is None


def test_make_test(repository: Path) -> None:
    # This very run is what make starts, with or without a wish for more workers.
    assert re.search(r"^\.venv/bin/python -m pytest -n \d+$", dry_run(repository, "test"), re.MULTILINE)
    assert "pytest" in sys.modules


def test_placet_analyze(read_me: str, repository: Path, tmp_path: Path) -> None:
    real = repository.parent / "shared" / "data" / "polis-open-data" / "vtaiwan.uberx"
    export = real if real.is_dir() else write_export(tmp_path / "export")
    command = shlex.split(COMMANDS_IN_READ_ME[2].replace("path/to/export", shlex.quote(str(export))))
    result = subprocess.run(
        [*PLACET, *command[1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    named = {"report.html", "analysis.json", "participants.csv", "statements.csv"}
    assert {path.name for path in (tmp_path / "analysis").iterdir()} == named
    assert all(name in read_me for name in named)


def test_the_three_lines_of_the_read_me(read_me: str, tmp_path: Path) -> None:
    [lines] = re.findall(r"```python\n(.*?)```", read_me, re.DOTALL)
    names: dict[str, object] = {}
    exec(lines.replace("path/to/export", str(write_export(tmp_path / "export"))), names)
    assert repr(names["analysis"]).startswith("Analysis(VoteTable(60 participants, 12 statements")


def test_placet_bench() -> None:
    command = shlex.split(COMMANDS_IN_READ_ME[3])
    result = subprocess.run([*PLACET, *command[1:]], capture_output=True, text=True, check=True)
    found = json.loads(result.stdout)
    assert (found["participants"], found["statements"], found["n_groups"]) == (10_000, 500, 3)


def test_placet_themes_and_placet_similar(repository: Path, tmp_path: Path) -> None:
    lines = (repository / "benchmarks" / "ideas" / "ideas.csv").read_text(encoding="utf-8").splitlines()
    few = "\n".join(lines[:60])
    (tmp_path / "ideas.csv").write_text(few, encoding="utf-8")
    texts = ["Share medicines.", "Protect ports.", "Train reservists.", "Plant trees.", "Map cables."] * 2
    rows = "".join(f"{number},{text}\n" for number, text in enumerate(texts))
    for name in ("corpus.csv", "queries.csv"):
        (tmp_path / name).write_text(f"id,text\n{rows}", encoding="utf-8")
    for place in (4, 5):
        command = shlex.split(COMMANDS_IN_READ_ME[place])
        subprocess.run([*PLACET, *command[1:]], cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "themes" / "report.html").is_file()
    found = (tmp_path / "similar.csv").read_text(encoding="utf-8").splitlines()
    assert found[0] == "query_id,rank,text_id,score"
    assert len(found) == 1 + 10 * 5


def test_make_bench(repository: Path) -> None:
    assert "python benchmarks/opinion.py --peer-python" in dry_run(repository, "bench")


def test_every_method_is_in_the_index(repository: Path) -> None:
    folder = repository / "docs" / "methods"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in folder.glob("*.md")} - {"README.md"} == set(
        re.findall(r"^\| \[[^]]+\]\(([a-z-]+\.md)\)", index, re.MULTILINE)
    )


def test_headings_that_are_linked_to_exist(repository: Path) -> None:
    for document in [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]:
        text = document.read_text(encoding="utf-8")
        for target, heading in re.findall(r"\]\((?!https?://)([^)#]*)#([^)]+)\)", text):
            linked = (document.parent / target if target else document).read_text(encoding="utf-8")
            titles = re.findall(r"^#+ (.+)$", linked, re.MULTILINE)
            names = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
            assert heading in names, f"{document.name} links to {target}#{heading}"


def test_every_setting_is_documented_and_every_documented_one_is_read(repository: Path) -> None:
    settings = (repository / "src/placet/config/settings.py").read_text(encoding="utf-8")
    guide = (repository / "docs/guides/settings.md").read_text(encoding="utf-8")
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", guide, re.MULTILINE))
    assert len(read) >= 8
    assert documented == read


def test_links_between_documents_lead_somewhere(repository: Path) -> None:
    documents = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]
    assert len(documents) > 6
    for document in documents:
        for target in re.findall(
            r"\]\((?!https?://|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8")
        ):
            assert (document.parent / target).exists(), (
                f"{document.relative_to(repository)} links to {target}"
            )


def test_every_target_of_make_that_is_mentioned_exists(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for document in [*repository.glob("*.md"), repository / ".ci/run", *(repository / "docs").rglob("*.md")]:
        mentioned = set(
            re.findall(r"(?:`|^)make ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
        )
        assert mentioned <= targets, document

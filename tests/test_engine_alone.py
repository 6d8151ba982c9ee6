"""``pip install placet`` is the engine and the command line, without Django.

``make test`` prepares ``.venv-engine`` from ``requirements/engine.txt``; the project itself is built here,
as it is now, and needs no network.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exports import write_export


@pytest.fixture(scope="module")
def engine(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The Python of the engine's environment, and what lets it find the wheel's content."""
    python = repository / ".venv-engine" / "bin" / "python"
    if not (repository / ".venv-engine" / ".installed").exists():
        pytest.skip("the engine's environment is not there: make test prepares it")
    folder = tmp_path_factory.mktemp("engine")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(folder), str(repository)],
        check=True,
    )
    [wheel] = folder.glob("placet-*.whl")
    subprocess.run([*pip, "install", *offline, "--target", str(folder / "site"), str(wheel)], check=True)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PLACET_", "DJANGO_"))
    }
    return python, environment | {"PYTHONPATH": str(folder / "site")}


def run(engine: tuple[Path, dict[str, str]], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the engine's environment."""
    python, environment = engine
    return subprocess.run(
        [str(python), *arguments], env=environment, cwd="/", capture_output=True, text=True, check=False
    )


def test_django_is_not_there(engine: tuple[Path, dict[str, str]]) -> None:
    assert "ModuleNotFoundError" in run(engine, "-c", "import django").stderr


def test_every_module_of_the_engine_loads(engine: tuple[Path, dict[str, str]]) -> None:
    code = (
        "import importlib, pkgutil, placet.sense\n"
        "names = [m.name for m in pkgutil.walk_packages(placet.sense.__path__, 'placet.sense.')]\n"
        "[importlib.import_module(name) for name in names]\n"
        "print(len(names))"
    )
    result = run(engine, "-c", code)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 10


@pytest.mark.parametrize("language", ["en", "fr"])
def test_analyze_writes_everything(
    engine: tuple[Path, dict[str, str]], tmp_path: Path, language: str
) -> None:
    export = write_export(tmp_path / "export")
    out = tmp_path / "out"
    result = run(
        engine, "-m", "placet.cli", "analyze", str(export), "--out", str(out), "--language", language
    )
    assert result.returncode == 0, result.stderr
    document = json.loads((out / "analysis.json").read_text(encoding="utf-8"))
    assert document["counts"]["participants"] == 60
    assert f'lang="{language}"' in (out / "report.html").read_text(encoding="utf-8")


def test_a_command_of_the_platform_says_what_is_missing(engine: tuple[Path, dict[str, str]]) -> None:
    result = run(engine, "-m", "placet.cli", "demo")
    assert result.returncode == 1
    assert "pip install 'placet[platform]'" in result.stderr
    assert result.stderr.count("\n") == 1

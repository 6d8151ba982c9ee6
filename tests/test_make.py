"""``make`` on a machine that does not suit says so in a sentence, with what to do, and leaves nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.demonstration_site import clean_environment


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Path:
    """As much of a fresh clone as make looks at before it installs anything."""
    folder = tmp_path / "clone"
    (folder / "requirements").mkdir(parents=True)
    shutil.copy(repository / "Makefile", folder)
    shutil.copy(repository / "pyproject.toml", folder)
    (folder / "requirements" / "platform.txt").touch()
    return folder


def make_demo(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``make demo`` in a folder."""
    return subprocess.run(
        ["make", "demo", *arguments],
        cwd=folder,
        env=clean_environment() | {"MAKEFLAGS": "", "LC_ALL": "C"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def fake_python(folder: Path, version: str) -> Path:
    """Something that answers as an old Python does."""
    folder.mkdir()
    path = folder / "python3"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo Python {version} && exit 0\nexit 1\n')
    path.chmod(0o755)
    return path


def test_an_old_python_that_was_named(checkout: Path, tmp_path: Path) -> None:
    old = fake_python(tmp_path / "old", "3.8.18")
    result = make_demo(checkout, f"PYTHON={old}")
    assert result.returncode != 0
    assert f"Placet needs Python 3.11 or newer; {old} is Python 3.8.18." in result.stderr
    assert "make demo PYTHON=" in result.stderr
    assert not (checkout / ".venv").exists()


def test_no_python_that_is_new_enough(checkout: Path, tmp_path: Path) -> None:
    old = fake_python(tmp_path / "old", "3.9.2")
    result = make_demo(checkout, f"CANDIDATES={old}", PATH=f"{old.parent}:{os.environ['PATH']}")
    assert result.returncode != 0
    assert "there is none here (found: Python 3.9.2)" in result.stderr
    assert "apt install python3" in result.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_that_cannot_make_environments(checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "debian"
    folder.mkdir()
    python = folder / "python3"
    python.write_text('#!/bin/sh\n[ "$1" = -m ] && exit 1\nexit 0\n')
    python.chmod(0o755)
    result = make_demo(checkout, f"PYTHON={python}")
    assert result.returncode != 0
    assert "apt install python3-venv" in result.stderr
    assert not (checkout / ".venv").exists()


def test_a_folder_that_cannot_be_written_to(checkout: Path) -> None:
    # Root may write anywhere: the folder's place is taken instead.
    if os.geteuid() == 0:
        (checkout / ".venv").touch()
    else:
        checkout.chmod(0o555)
    result = make_demo(checkout)
    checkout.chmod(0o755)
    assert result.returncode != 0
    assert f"The folder {checkout} cannot be written to" in result.stderr
    assert "Make it writable" in result.stderr


def test_help_lists_every_target(repository: Path) -> None:
    result = subprocess.run(["make"], cwd=repository, capture_output=True, text=True, check=True)
    assert {line.split()[1] for line in result.stdout.splitlines()} >= {
        "demo",
        "test",
        "check",
        "lock",
        "messages",
    }

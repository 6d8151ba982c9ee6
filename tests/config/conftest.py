"""An installation and its backup, made once a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.installations import Installation, databases, filled


@pytest.fixture(scope="module")
def made() -> Iterator[list[str]]:
    with databases() as names:
        yield names


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, made: list[str]) -> Installation:
    """An installation that is only read."""
    return filled(tmp_path_factory.mktemp("original") / "home", made)


@pytest.fixture(scope="module")
def archive(original: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    path = tmp_path_factory.mktemp("archive") / "backup.tar"
    result = original.run("backup", path)
    assert result.returncode == 0, result.stderr
    return path

"""The locks cover what ``pyproject.toml`` asks for, carry hashes, and name no address."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
LOCKS = ("engine", "platform", "development")


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    """What ``pyproject.toml`` says."""
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def locks(repository: Path) -> dict[str, str]:
    """The text of each lock."""
    return {name: (repository / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in LOCKS}


def asked_for(project: dict[str, Any], lock: str) -> list[Requirement]:
    """What a lock has to cover."""
    groups = project["dependency-groups"]
    lines = [*project["project"]["dependencies"]]
    if lock != "engine":
        lines += project["project"]["optional-dependencies"]["platform"] + groups["build"]
    if lock == "development":
        lines += project["project"]["optional-dependencies"]["dask"]
        lines += [line for line in groups["dev"] if isinstance(line, str)]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_asked_for_is_locked(project: dict[str, Any], locks: dict[str, str], lock: str) -> None:
    pins = {canonicalize_name(name): version for name, version in PIN.findall(locks[lock])}
    for requirement in asked_for(project, lock):
        version = pins.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is missing in {lock}.txt: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is {version} in {lock}.txt: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(locks: dict[str, str], lock: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", locks[lock].strip())
    assert len(blocks) > 10
    for block in blocks:
        assert PIN.match(block), block
        assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(locks: dict[str, str], lock: str) -> None:
    assert not re.findall(r"://|--(?:extra-)?index-url|--find-links|^-e|@ file", locks[lock], re.MULTILINE)


def test_each_lock_lies_inside_the_next(locks: dict[str, str]) -> None:
    engine, platform, development = (set(PIN.findall(locks[name])) for name in LOCKS)
    assert engine <= platform <= development


def test_the_engine_needs_no_web(locks: dict[str, str]) -> None:
    assert not re.search(r"^(?:django|granian|psycopg)", locks["engine"], re.MULTILINE)

"""The systemd unit: what it has to say, and that systemd understands it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click import Command, Context

from placet.cli import main
from placet.config import processes


def entries(path: Path) -> dict[str, dict[str, list[str]]]:
    """Sections, and in each the values of every key: a key may stand more than once."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return found


@pytest.fixture
def unit(repository: Path) -> Path:
    """The unit file."""
    return repository / "deploy" / "placet.service"


def test_it_keeps_to_its_own_folders_and_rights(unit: Path) -> None:
    service = entries(unit)["Service"]
    for key, value in {
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "NoNewPrivileges": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "StateDirectory": "placet",
        "StateDirectoryMode": "0700",
        "UMask": "0077",
        "Restart": "on-failure",
        "User": "placet",
    }.items():
        assert service[key] == [value]
    assert "PLACET_HOME=%S/placet" in service["Environment"]
    assert service["EnvironmentFile"] == ["/etc/placet/environment"]


def test_it_leaves_the_process_tree_the_time_it_takes_to_end(unit: Path) -> None:
    service = entries(unit)["Service"]
    # The parent is asked alone and ends its children; what is left after its patience is killed.
    assert service["KillMode"] == ["mixed"]
    assert int(service["TimeoutStopSec"][0]) >= 3 * processes.PATIENCE_SECONDS + 5


def test_it_starts_a_command_that_exists(unit: Path) -> None:
    [line] = entries(unit)["Service"]["ExecStart"]
    program, command, *arguments = line.split()
    assert program.endswith("/bin/placet")
    found = main.get_command(Context(main), command)
    assert isinstance(found, Command)
    found.make_context(command, arguments)


def test_systemd_understands_it(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    # Its program and its documentation do not lie on this machine.
    text = unit.read_text(encoding="utf-8").replace("/opt/placet/.venv/bin/placet", sys.executable)
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("Documentation="))
    for name, lines in {"good": text, "bad": text.replace("KillMode=mixed", "KillMood=mixed")}.items():
        path = tmp_path / name / "placet.service"
        path.parent.mkdir()
        path.write_text(lines, encoding="utf-8")
        said = subprocess.run([analyze, "verify", path], capture_output=True, text=True, check=False)
        about_it = [line for line in said.stderr.splitlines() if "placet.service" in line]
        assert bool(about_it) is (name == "bad"), said.stderr

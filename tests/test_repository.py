"""What no file of the project may hold."""

import re
import subprocess
from pathlib import Path

import pytest

# Spelled so that this file does not match itself.
REGISTRIES = "|".join(
    (
        "py" + r"pi\.org",
        "python" + r"hosted\.org",
        "registry" + r"\.npmjs",
        "deb" + r"ian\.org/debian",
        "/" + "simple/",
    )
)
MACHINE_PATHS = "|".join(("/" + r"work/main", "/" + r"root/", "/" + r"home/\w+/", "/" + r"Users/\w+/"))
FORBIDDEN_FOLDERS = {"core", "common", "utils", "helpers"}


@pytest.fixture(scope="module")
def files(repository: Path) -> list[Path]:
    """Every file that is committed, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := repository / name).is_file()]


@pytest.mark.parametrize(
    "pattern", [REGISTRIES, MACHINE_PATHS], ids=["registry address", "path of a machine"]
)
def test_no_file_names_a_registry_or_a_machine(files: list[Path], repository: Path, pattern: str) -> None:
    found = []
    for path in files:
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path.relative_to(repository)}: {match}" for match in re.findall(pattern, text)]
    assert not found


def test_no_folder_is_a_junk_drawer(files: list[Path], repository: Path) -> None:
    names = {part for path in files for part in path.relative_to(repository).with_suffix("").parts}
    assert not names & FORBIDDEN_FOLDERS

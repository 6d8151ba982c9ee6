"""What stands in the way is said in a sentence, with what to do."""

import socket
from pathlib import Path

import pytest

from placet.config.surroundings import UnsuitableError, check_folder, check_port
from tests.demonstration_site import free_port


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_in_use_is_named_with_another_one(family: socket.AddressFamily, address: str) -> None:
    with socket.socket(family) as listener:
        try:
            listener.bind((address, 0))
        except OSError:
            pytest.skip(f"this machine has no {address}")
        listener.listen(1)
        port = listener.getsockname()[1]
        with pytest.raises(UnsuitableError, match=rf"^Port {port} is in use .* make demo PORT=81\d\d"):
            check_port("127.0.0.1", port)


def test_a_free_port_is_fine() -> None:
    check_port("127.0.0.1", free_port())


def test_a_folder_is_made(tmp_path: Path) -> None:
    check_folder(tmp_path / "one" / "two")
    assert list((tmp_path / "one" / "two").iterdir()) == []


@pytest.mark.parametrize("kind", ["a file stands there", "the system refuses"])
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, kind: str) -> None:
    folder = Path("/proc/placet")
    if kind == "a file stands there":
        folder = tmp_path / "file"
        folder.touch()
    with pytest.raises(UnsuitableError, match=rf"^The folder {folder} cannot be written to .*--home"):
        check_folder(folder)

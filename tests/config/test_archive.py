"""An archive that is not as it was made is refused, whatever was done to it."""

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from placet.config.backup.archive import BackupError, verified
from tests.config.archives import Members, link, plain, rewrite, with_manifest


def read(path: Path) -> None:
    """Open an archive as ``restore`` does."""
    with verified(path, lambda *_: None):
        pass


FORGED = {
    "a path that leads out": lambda n, c: (
        plain(n, c) + (plain("files/../../x", b"x") if n == "secret_key" else [])
    ),
    "an absolute path": lambda n, c: plain(n, c) + (plain("/tmp/x", b"x") if n == "secret_key" else []),
    "a file that is not named": lambda n, c: (
        plain(n, c) + (plain("files/x", b"x") if n == "secret_key" else [])
    ),
    "a symbolic link": lambda n, c: link(n, tarfile.SYMTYPE) if n.startswith("files/") else plain(n, c),
    "a hard link": lambda n, c: (
        link(n, tarfile.LNKTYPE, "secret_key") if n.startswith("files/") else plain(n, c)
    ),
    "a device": lambda n, c: link(n, tarfile.CHRTYPE) if n.startswith("files/") else plain(n, c),
    "the same name twice": lambda n, c: plain(n, c) * (2 if n == "secret_key" else 1),
    "no manifest": lambda n, c: [] if n == "manifest.json" else plain(n, c),
    "no secret key": lambda n, c: [] if n == "secret_key" else plain(n, c),
    "another content": lambda n, c: plain(n, c[:-1] + b"?") if n.startswith("files/") else plain(n, c),
    "a longer content": lambda n, c: plain(n, c + b"?") if n.startswith("files/") else plain(n, c),
    "a manifest that is none": lambda n, c: plain(n, b"[]") if n == "manifest.json" else plain(n, c),
    "another format": with_manifest(format="placet-backup-9"),
}


@pytest.mark.parametrize("name", ["files/../../x", "files/../x", "/tmp/x", "files//x", "x", "files/a\\b"])
def test_a_name_that_leads_elsewhere_is_refused_even_where_the_manifest_has_it(
    name: str, archive: Path, tmp_path: Path
) -> None:
    def change(member: str, content: bytes) -> Members:
        if member == "secret_key":
            return plain(member, content) + plain(name, b"x")
        if member == "manifest.json":
            manifest = json.loads(content)
            manifest["members"][name] = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
            content = json.dumps(manifest).encode()
        return plain(member, content)

    forged = rewrite(archive, tmp_path / "forged.tar", change)
    with pytest.raises(BackupError, match="damaged"):
        read(forged)
    name = "files/x"
    read(rewrite(archive, tmp_path / "whole.tar", change))


@pytest.mark.parametrize("how", FORGED)
def test_an_archive_that_was_changed_is_refused(how: str, archive: Path, tmp_path: Path) -> None:
    forged = rewrite(archive, tmp_path / "forged.tar", FORGED[how])
    with pytest.raises(BackupError, match=r"^forged.tar is no backup of Placet, or it is damaged"):
        read(forged)
    read(archive)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.9, 0.99])
def test_an_archive_that_ends_too_early_is_refused(part: float, archive: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.tar"
    content = archive.read_bytes().rstrip(b"\0")  # what a tar file is filled up with
    short.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(BackupError, match=r"^short.tar "):
        read(short)


def test_one_flipped_byte_is_noticed(archive: Path, tmp_path: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "flipped.tar").write_bytes(content)
    with pytest.raises(BackupError, match="damaged"):
        read(tmp_path / "flipped.tar")

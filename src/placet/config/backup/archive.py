"""The archive: a tar file of the database, the uploaded files, the secret key, and a manifest of them."""

import contextlib
import hashlib
import io
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

import msgspec

FORMAT: Final = "placet-backup-1"
MANIFEST: Final = "manifest.json"
SECRET_KEY: Final = "secret_key"  # noqa: S105 - the name of a member
FILES: Final = "files/"
DATABASES: Final = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
MOST_MANIFEST_BYTES: Final = 200_000_000
BLOCK: Final = 1 << 20

Report = Callable[[str, int, int], None]  # the step, how far it is, and how far it goes (0: nobody knows)


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why, and what to do."""


class Table(msgspec.Struct, frozen=True):
    """What a table held: how many rows, and a digest of them in the order of their keys."""

    rows: int
    sha256: str


class Member(msgspec.Struct, frozen=True):
    """A file in the archive."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive says of itself."""

    format: str
    software: str
    made_at: str
    database: str
    migrations: list[tuple[str, str]]
    tables: dict[str, Table]
    members: dict[str, Member]


class Writer:
    """Writes an archive, member by member, and knows what it wrote."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, Member] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file as it is read now."""
        with path.open("rb") as file:
            size = path.stat().st_size
            reader = _DigestingReader(file)
            self._tar.addfile(_header(name, size), reader)
        self.members[name] = Member(size, reader.digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, which names all the rest."""
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._tar.addfile(_header(MANIFEST, len(text)), io.BytesIO(text))


@contextlib.contextmanager
def verified(path: Path, report: Report) -> Iterator["Reader"]:
    """Open an archive that is found whole: every member is named, has its size and its digest.

    Raises
    ------
    BackupError
        Where it is no backup, is damaged, or holds something that a backup does not.
    """
    with contextlib.ExitStack() as stack:
        try:
            reader = Reader(stack.enter_context(tarfile.open(path, "r:")))
            reader.verify(report)
        except (tarfile.TarError, EOFError, msgspec.MsgspecError, ValueError) as error:
            raise BackupError(
                f"{path.name} is no backup of Placet, or it is damaged; nothing was changed: take another."
            ) from error
        except OSError as error:
            why = error.strerror or "it ends too early"
            raise BackupError(f"{path.name} cannot be read ({why}); nothing was changed.") from error
        yield reader


class Reader:
    """An archive that holds what its manifest names; ``verified`` opens one."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._infos = _infos(tar)
        self.manifest = self._read_manifest()

    def extract(self, name: str, folder: Path) -> Path:
        """Write one member below a folder, and return where it lies."""
        self._tar.extract(self._infos[name], folder, filter="data", set_attrs=False)
        path = folder / name
        path.chmod(0o600)
        return path

    def read_secret_key(self) -> str:
        """The secret key that the installation had."""
        file = self._tar.extractfile(self._infos[SECRET_KEY])
        return file.read(10_000).decode("ascii") if file else ""

    def _read_manifest(self) -> Manifest:
        info = self._infos.get(MANIFEST)
        if info is None or info.size > MOST_MANIFEST_BYTES:
            raise ValueError("no manifest")
        file = self._tar.extractfile(info)
        manifest = msgspec.json.decode(file.read() if file else b"", type=Manifest)
        named = {*manifest.members, MANIFEST}
        has_all = {SECRET_KEY, DATABASES.get(manifest.database, "")} <= named
        if manifest.format != FORMAT or named != self._infos.keys() or not has_all:
            raise ValueError("not what the manifest says")
        return manifest

    def verify(self, report: Report) -> None:
        """Read all of it and compare: ``ValueError`` where something is not as the manifest says."""
        total = sum(member.size for member in self.manifest.members.values())
        done = 0
        for name, member in self.manifest.members.items():
            file = self._tar.extractfile(self._infos[name])
            digest = hashlib.sha256()
            while file and (block := file.read(BLOCK)):
                digest.update(block)
                done += len(block)
                report("Verifying the archive", done, total)
            if self._infos[name].size != member.size or digest.hexdigest() != member.sha256:
                raise ValueError(name)


def _infos(tar: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    """The members by name; only files that a backup may hold, each once."""
    found: dict[str, tarfile.TarInfo] = {}
    for info in tar:
        # A sparse file may claim any size and take no room in the archive.
        if not info.isreg() or info.issparse() or info.name in found or not _is_expected(info.name):
            raise ValueError(info.name)
        found[info.name] = info
    return found


def _is_expected(name: str) -> bool:
    if name in (MANIFEST, SECRET_KEY, *DATABASES.values()):
        return True
    path = PurePosixPath(name)
    is_plain = str(path) == name and ".." not in path.parts and "\\" not in name and "\0" not in name
    return name.startswith(FILES) and is_plain


def _header(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    return info


class _DigestingReader:
    """Hands a file on and digests what goes through."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block

"""What is uploaded as a foreign export: a zip archive or CSV files, looked at before it is trusted.

Nothing is ever written under a name that came with the upload, and no more is unpacked than may be uploaded.
"""

import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files import File
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from placet.sense.votes.polis import STATEMENT_FILE, SUMMARY_FILE, VOTE_FILE, WIDE_FILES

KNOWN_FILES = (STATEMENT_FILE, VOTE_FILE, *WIDE_FILES, SUMMARY_FILE)
UPLOADED_AT_ONCE = len(KNOWN_FILES)
MAX_DIRECTORY_BYTES = 1_000_000
COPIED_AT_ONCE = 1_000_000

# What the standard library raises on archives that are cut off, mangled, locked or made to confuse it.
DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
)


@contextmanager
def checked_upload(files: "Sequence[File[bytes]]") -> "Iterator[tuple[str, File[bytes]]]":
    """A name to show, and the content to keep while the context lasts: one zip archive or one CSV file.

    Raises
    ------
    ValidationError
        Where the files are too many, too large or not what an export consists of.
    """
    if not files or len(files) > UPLOADED_AT_ONCE:
        raise ValidationError({"export": _("Choose a zip archive, or the CSV files of one export.")})
    if sum(file.size for file in files) > settings.IMPORT_MAX_BYTES:
        raise ValidationError({"export": _too_large()})
    if len(files) == 1:
        (file,) = files
        name = _shown_name(file)
        if name.lower().endswith(".zip"):
            _check_archive(file)
        elif not name.lower().endswith(".csv"):
            raise ValidationError({"export": _("An export is a zip archive or CSV files.")})
        yield name, file
    else:
        with tempfile.TemporaryFile() as packed:
            yield _pack(files, packed), File(packed)


def _pack(files: "Sequence[File[bytes]]", packed: IO[bytes]) -> str:
    """Put several CSV files into one archive; returns a name for it."""
    names = [_shown_name(file) for file in files]
    if unknown := [name for name in names if name not in KNOWN_FILES]:
        raise ValidationError(
            {
                "export": _("“%(name)s” is not a file of an export. Known are: %(known)s.")
                % {"name": unknown[0], "known": ", ".join(KNOWN_FILES)}
            }
        )
    if len(set(names)) < len(names):
        raise ValidationError({"export": _("Two files have the same name.")})
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, file in zip(names, files, strict=True):
            with archive.open(name, "w") as target:
                for chunk in file.chunks():
                    target.write(chunk)
    packed.seek(0)
    return " + ".join(names) + ".zip"


def _shown_name(file: "File[bytes]") -> str:
    """The last part of an uploaded file's name, without anything that could be a path."""
    last = (file.name or "").replace("\\", "/").rsplit("/", 1)[-1]
    try:
        return get_valid_filename(last)[-60:]
    except SuspiciousFileOperation:
        return "export"


def _check_archive(stream: "IO[bytes] | File[bytes]") -> None:
    """Refuse what is no zip archive, or has a directory that would itself exhaust the memory."""
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(0, size - 66_000))
    tail = stream.read()
    stream.seek(0)
    position = tail.find(b"PK\x05\x06")
    if position < 0:
        raise ValidationError({"export": _("This is not a zip archive.")})
    while position >= 0:
        directory_bytes = int.from_bytes(tail[position + 12 : position + 16], "little")
        if directory_bytes > MAX_DIRECTORY_BYTES:
            raise ValidationError({"export": _("This archive holds too many files.")})
        position = tail.find(b"PK\x05\x06", position + 1)
    if b"PK\x06\x07" in tail:
        raise ValidationError({"export": _("This archive holds too many files.")})
    try:
        with zipfile.ZipFile(stream) as archive:
            _members(archive)
        stream.seek(0)
    except DAMAGES:
        raise ValidationError({"export": _("This archive is damaged.")}) from None


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of an export in an archive, by their own name; all others are not looked at."""
    found: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        name = member.filename.rsplit("/", 1)[-1]
        if name not in KNOWN_FILES or member.filename.startswith("__MACOSX/"):
            continue
        if name in found:
            raise ValidationError(
                {"export": _("The archive holds several files named %(name)s.") % {"name": name}}
            )
        found[name] = member
    if not found:
        raise ValidationError(
            {
                "export": _("The archive holds none of the files of an export: %(known)s.")
                % {"known": ", ".join(KNOWN_FILES)}
            }
        )
    if sum(member.file_size for member in found.values()) > settings.IMPORT_MAX_BYTES:
        raise ValidationError({"export": _too_large()})
    return found


def _too_large() -> str:
    return _("The files are larger than %(limit)d megabytes.") % {
        "limit": settings.IMPORT_MAX_BYTES // 1_000_000
    }


def unpack(source: Path, folder: Path) -> Path:
    """The known files of an archive in a folder: by their own names, and no more bytes than allowed."""
    folder.mkdir()
    left = settings.IMPORT_MAX_BYTES
    with source.open("rb") as stream:
        _check_archive(stream)
        with zipfile.ZipFile(stream) as archive:
            for name, member in _members(archive).items():
                try:
                    with archive.open(member) as packed, (folder / name).open("wb") as target:
                        # The declared size may lie.
                        while chunk := packed.read(COPIED_AT_ONCE):
                            left -= len(chunk)
                            if left < 0:
                                raise ValidationError({"export": _too_large()})
                            target.write(chunk)
                except DAMAGES:
                    raise ValidationError({"export": _("This archive is damaged.")}) from None
    return folder

"""Backups that were tampered with."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

Members = list[tuple[tarfile.TarInfo, bytes]]
Change = Callable[[str, bytes], Members]


def rewrite(source: Path, target: Path, change: Change) -> Path:
    """Copy an archive, with each member changed."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for info in old:
            file = old.extractfile(info)
            for member, content in change(info.name, file.read() if file else b""):
                member.size = len(content) if member.isreg() else 0
                new.addfile(member, io.BytesIO(content))
    return target


def plain(name: str, content: bytes) -> Members:
    return [(tarfile.TarInfo(name), content)]


def link(name: str, kind: bytes, target: str = "/etc/passwd") -> Members:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return [(info, b"")]


def with_manifest(**changes: object) -> Change:
    def change(name: str, content: bytes) -> Members:
        if name != "manifest.json":
            return plain(name, content)
        return plain(name, json.dumps(json.loads(content) | changes).encode())

    return change


def wrong_rows(name: str, content: bytes) -> Members:
    if name != "manifest.json":
        return plain(name, content)
    manifest = json.loads(content)
    manifest["tables"]["people_account"]["rows"] += 1
    return plain(name, json.dumps(manifest).encode())

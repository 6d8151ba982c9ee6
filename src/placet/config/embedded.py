"""What the embedded default needs before Django starts: a secret key of its own."""

import os
import secrets
from pathlib import Path


def embedded_secret_key(home: Path) -> str:
    """The secret key kept in ``home/secret_key``; made on first use, readable by its owner alone."""
    path = home / "secret_key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(50)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key

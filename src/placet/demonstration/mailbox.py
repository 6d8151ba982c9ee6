"""The mails that the demonstration kept in a folder instead of sending them."""

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

LARGEST_MAIL = 100_000


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail as a person would see it in a mailbox."""

    kept_at: datetime
    recipient: str
    subject: str
    body: str


def kept_mails(*, most: int = 30, folder: Path | None = None) -> list[KeptMail]:
    """The mails kept last, newest first.

    Parameters
    ----------
    most : int
        At most this many are read.
    folder : Path, optional
        By default the folder where mail is kept; where mail is sent to a server, there is none.
    """
    folder = folder or getattr(settings, "EMAIL_FILE_PATH", None)
    if folder is None or not Path(folder).is_dir():
        return []
    paths = sorted(Path(folder).glob("*.eml"), reverse=True)  # names begin with the time
    return [_read(path) for path in paths[:most]]


def _read(path: Path) -> KeptMail:
    with path.open("rb") as file:
        raw = file.read(LARGEST_MAIL)
    kept_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    message = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
    part = message.get_body(preferencelist=("plain",))
    content = part.get_payload(decode=True) if part is not None else b""
    body = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return KeptMail(kept_at, str(message["To"] or ""), str(message["Subject"] or ""), body.strip())

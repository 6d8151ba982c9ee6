"""Mail that is kept in a folder: the embedded default, where there is no mail server."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FolderBackend(BaseEmailBackend):
    """A file a mail, named by its time and readable by its owner alone: sign-in codes stand in it.

    (Django's own backend may put two mails of one second into one file.)
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            content = message.message().as_bytes()
            name = f"{time.time_ns()}-{uuid4().hex}"
            descriptor = os.open(folder / f"{name}.part", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            (folder / f"{name}.part").rename(folder / f"{name}.eml")
        return len(email_messages)

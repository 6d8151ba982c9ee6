"""Mail that is kept in a folder: the embedded default, where there is no mail server."""

import os
from typing import Any

from django.core.mail.backends.filebased import EmailBackend


class FolderBackend(EmailBackend):
    """Django's folder of mails, readable by its owner alone: sign-in codes stand in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        os.chmod(self.file_path, 0o700)  # noqa: PTH101

"""The ASGI application that the web server loads: the ballot path, and Django behind a bound on bodies.

Django reads a whole body into a file before anything looks at it, whoever sent it; so what is too long is
refused here.
"""

import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from django.conf import settings
from django.core.asgi import get_asgi_application

from placet.config.metrics_folder import reserve_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "placet.config.settings")
reserve_room()  # before anything counts

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

# Where a whole export of votes may be uploaded, and where a file; what else people send are forms.
EXPORTS = re.compile(r"/[a-z]{2}/manage/c/[^/]+/import/")
UPLOADS = re.compile(r"/[a-z]{2}/.+/upload/")
TOO_LONG = b"The request is too long.\n"

# Django's types say dict where any mapping will do.
django_application = cast("Application", get_asgi_application())

from placet.stages.consultations.ballots.path.application import BallotPath  # noqa: E402 - models need Django

ballot_path = BallotPath()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer ballots on their own path, the server's start and stop, and hand the rest to Django."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif BallotPath.takes(scope["path"]):
        await ballot_path(scope, receive, send)
    else:
        await _bounded(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    """Start at once; before the end, write the ballots that wait."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await ballot_path.drain()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _most_bytes(path: str) -> int:
    """How long a body may be at an address."""
    if EXPORTS.fullmatch(path):
        return int(settings.UPLOAD_MAX_BYTES)
    return int(
        settings.ATTACHMENT_REQUEST_MAX_BYTES if UPLOADS.fullmatch(path) else settings.REQUEST_MAX_BYTES
    )


async def _bounded(scope: Message, receive: Receive, send: Send) -> None:
    """Django, with a body of bounded length: by what is declared, and by what arrives."""
    limit = _most_bytes(scope["path"])
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if not declared.isdigit() or len(declared) > 12 or int(declared) > limit:
        await _refuse(send)
        return
    n_received = 0

    async def receive_bounded() -> Message:
        nonlocal n_received
        message = await receive()
        n_received += len(message.get("body", b""))
        # To Django it looks like a client that went away: it drops what it has and answers nobody.
        return message if n_received <= limit else {"type": "http.disconnect"}

    await django_application(scope, receive_bounded, send)


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(TOO_LONG)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_LONG})

"""The ASGI application of the ballot path: ``POST /api/v1/consultations/{reference}/ballots``.

It knows neither sessions nor templates. A token (see ``tokens``) says who votes where; the rest is decided in
the transaction that records the ballots. Nothing is answered before the commit.
"""

import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from django.conf import settings
from django.http.cookie import parse_cookie
from django.utils.translation import get_supported_language_variant, override
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header

from placet.stages.consultations.ballots.casting import Submission
from placet.stages.consultations.ballots.path import figures
from placet.stages.consultations.ballots.path.group_commit import BusyError, GroupCommit
from placet.stages.consultations.ballots.path.messages import (
    MalformedError,
    is_to_be_repeated,
    read_ballots,
    write_problem,
    write_results,
)
from placet.stages.consultations.ballots.path.tokens import Claims, TokenError, check_token
from placet.stages.consultations.ballots.recording import record_ballots

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ADDRESS = re.compile(r"/api/v1/consultations/([A-Z0-9-]{1,20})/ballots")
LONGEST_BODY = 32_000  # bytes; a hundred ballots take some 17,000
RETRY_AFTER_SECONDS = 2
PACE_SECONDS = 30

PROBLEMS = {
    "method": (405, _("Send ballots with POST.")),
    "type": (415, _("Send ballots as application/json.")),
    "size": (413, _("The request is too long: at most 100 ballots, in 32,000 bytes.")),
    "malformed": (400, _("The request is not what it should be.")),
    "token": (401, _("The request needs a token: Authorization: Bearer …")),
    "unreadable": (401, _("This token is not good. Load the page again.")),
    "expired": (401, _("This token has expired. Load the page again.")),
    "session": (401, _("This token was given to another browser session. Load the page again.")),
    "elsewhere": (403, _("This token is for another consultation.")),
    "busy": (503, _("Very many people vote at this moment. Your vote was not taken yet: send it again.")),
    "unavailable": (503, _("The vote could not be saved just now. Send it again.")),
}


class ProblemError(Exception):
    """The whole request is refused, by one of ``PROBLEMS``."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.where = where


class BallotPath:
    """The application, with its group commit."""

    def __init__(self, commits: GroupCommit | None = None) -> None:
        self._commits = commits or GroupCommit(record_ballots)

    @staticmethod
    def takes(path: str) -> bool:
        """Whether a request of that path is for this application."""
        return ADDRESS.fullmatch(path) is not None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        language = _language(headers)
        extra: list[tuple[bytes, bytes]] = []
        try:
            status, body = await self._answer(scope, headers, receive, extra, language)
        except ProblemError as problem:
            status, sentence = PROBLEMS[problem.code]
            with override(language):
                detail = f"{sentence} {problem.where}".strip()
            body = write_problem(problem.code, detail)
            if status == 503:
                extra.append((b"retry-after", b"%d" % RETRY_AFTER_SECONDS))
            elif status == 405:
                extra.append((b"allow", b"POST"))
            elif status == 401:
                extra.append((b"www-authenticate", b"Bearer"))
            figures.refused(status)
        await send({"type": "http.response.start", "status": status, "headers": _headers(body, extra)})
        await send({"type": "http.response.body", "body": body})

    async def drain(self) -> None:
        """Take nothing more and write what waits: the server stops."""
        await self._commits.drain()

    async def _answer(
        self,
        scope: Message,
        headers: dict[bytes, bytes],
        receive: Receive,
        extra: list[tuple[bytes, bytes]],
        language: str,
    ) -> tuple[int, bytes]:
        if scope["method"] != "POST":
            raise ProblemError("method")
        if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != b"application/json":
            raise ProblemError("type")
        claims = _claims(scope["path"], headers)
        try:
            ballots = read_ballots(await _body(headers, receive))
        except MalformedError as error:
            raise ProblemError("malformed", str(error)) from None
        submission = Submission(claims.consultation_id, claims.participation_id, ballots)
        try:
            results = await self._commits.submit(submission)
        except BusyError:
            raise ProblemError("busy") from None
        except Exception:  # noqa: BLE001 - logged where it happened; the same keys may come again
            raise ProblemError("unavailable") from None
        if is_to_be_repeated(results):
            extra.append((b"retry-after", b"%d" % PACE_SECONDS))
        return 200, write_results(results, language)


def _claims(path: str, headers: dict[bytes, bytes]) -> Claims:
    """Who votes where, as the token says; looked at before the body is read."""
    address = ADDRESS.fullmatch(path)
    scheme, _space, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if address is None or scheme.lower() != "bearer" or not token:
        raise ProblemError("token")
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    try:
        return check_token(token.strip(), address[1], session_key, now=time.time())
    except TokenError as error:
        raise ProblemError(error.args[0]) from None


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """The body, read no further than it may be long."""
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or len(declared) > 9 or int(declared) > LONGEST_BODY:
        raise ProblemError("size")
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ProblemError("malformed")
        part: bytes = message.get("body", b"")
        parts.append(part)
        length += len(part)
        if length > LONGEST_BODY:
            raise ProblemError("size")
        if not message.get("more_body", False):
            return b"".join(parts)


def _headers(body: bytes, extra: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store, private"),
        (b"x-content-type-options", b"nosniff"),
        *extra,
    ]


def _language(headers: dict[bytes, bytes]) -> str:
    """The first of our languages that the request accepts."""
    accepted = headers.get(b"accept-language", b"").decode("latin-1")
    for language, _quality in parse_accept_lang_header(accepted):
        try:
            return get_supported_language_variant(language)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE

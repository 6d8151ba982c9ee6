"""Requests to the ballot path as a browser makes them, in the test's own thread, where its database is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.utils import timezone

from placet.stages.consultations.ballots.actions import take_part
from placet.stages.consultations.ballots.casting import BallotResult, Submission
from placet.stages.consultations.ballots.path.application import BallotPath
from placet.stages.consultations.ballots.path.tokens import issue_token
from placet.stages.consultations.ballots.recording import Clock, record_ballots
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates.models import Participant
from tests.stages.reflections import ballot_on

SESSION = "a-session-key"


@dataclass
class AtOnce:
    """In place of the group commit: records each submission at once, in this thread."""

    clock: Clock = timezone.now
    fault: Exception | None = None

    async def submit(self, submission: Submission) -> list[BallotResult]:
        if self.fault:
            raise self.fault
        return record_ballots([submission], clock=self.clock)[0]


@dataclass
class Answer:
    """What the path answered."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def results(self) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self.json["results"]
        return results


@dataclass
class Sender:
    """A browser with a session and a token."""

    consultation: Consultation
    participant: Participant
    session: str = SESSION
    path: BallotPath = field(default_factory=lambda: BallotPath(AtOnce()))  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        participation = take_part(self.consultation, self.participant)
        self.token = issue_token(participation, self.consultation.reference, self.session, now=timezone.now())

    def send(
        self,
        body: object = None,
        *,
        method: str = "POST",
        reference: str = "",
        token: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send a body: bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {
            "content-type": "application/json",
            "content-length": str(len(content)),
            "cookie": f"csrftoken=x; sessionid={self.session}",
            "authorization": f"Bearer {self.token if token is None else token}",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.path, method, reference or self.consultation.reference, sent, content)

    def cast(self, *ballots: Mapping[str, object], **options: Any) -> Answer:
        """Send ballots."""
        return self.send({"ballots": list(ballots)}, **options)


def ballot(
    statement: Statement, vote: object = 1, *, language: str = "en", **changes: object
) -> dict[str, Any]:
    """A ballot on a statement's present wording, as JSON has it."""
    new = ballot_on(statement, 1, language=language)
    return {
        "key": str(uuid4()),
        "statement": str(new.statement_id),
        "vote": vote,
        "version": new.version_id,
        "translation": new.translation_id,
    } | changes


def ask(path: BallotPath, method: str, reference: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Run the application to its end: nothing in it waits, so no event loop is needed."""
    parts: Sequence[bytes] = [body[i : i + 10_000] for i in range(0, len(body), 10_000)] or [b""]
    waiting = [
        {"type": "http.request", "body": part, "more_body": i + 1 < len(parts)}
        for i, part in enumerate(parts)
    ]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": f"/api/v1/consultations/{reference}/ballots",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    coroutine = path(scope, receive, send)
    try:
        coroutine.send(None)  # type: ignore[attr-defined] - an async function gives a coroutine
    except StopIteration:
        pass
    else:
        raise AssertionError("the path waited for something")
    start, end = said
    names = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], names, end["body"])

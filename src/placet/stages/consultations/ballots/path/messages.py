"""The JSON of the ballot path: what a browser sends, and what it is answered."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db.models import BigIntegerField
from django.utils.translation import override

from placet.stages.consultations.ballots.casting import (
    BATCH_LIMIT,
    REFUSALS,
    BallotResult,
    NewBallot,
    Refusal,
)

Identifier = Annotated[int, msgspec.Meta(ge=1, le=BigIntegerField.MAX_BIGINT)]
WORTH_REPEATING = frozenset({Refusal.PACE})


class BallotSent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One ballot of a request. What a vote may be is judged for each ballot apart."""

    key: UUID
    statement: UUID
    vote: int
    version: Identifier
    translation: Identifier | None = None


class BallotsSent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The body of a request."""

    ballots: Annotated[list[BallotSent], msgspec.Meta(min_length=1, max_length=BATCH_LIMIT)]


class MalformedError(Exception):
    """The body is not what it should be; the message says what and where."""


_decoder = msgspec.json.Decoder(BallotsSent)
_encoder = msgspec.json.Encoder()


def read_ballots(body: bytes) -> list[NewBallot]:
    """The ballots of a request's body.

    Raises
    ------
    MalformedError
    """
    try:
        sent = _decoder.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from None
    except UnicodeDecodeError:
        raise MalformedError("It is not UTF-8.") from None
    return [
        NewBallot(each.statement, each.vote, each.key, each.version, each.translation)
        for each in sent.ballots
    ]


def write_results(results: Sequence[BallotResult], language: str) -> bytes:
    """What became of each ballot, in the order sent; refusals in the reader's language."""
    return _encoder.encode({"results": list(_result_rows(results, language))})


def is_to_be_repeated(results: Iterable[BallotResult]) -> bool:
    """Whether any of them may be sent again later."""
    return any(result.refusal in WORTH_REPEATING for result in results)


def write_problem(code: str, detail: str) -> bytes:
    """Why a whole request was refused."""
    return _encoder.encode({"code": code, "detail": detail})


def _result_rows(results: Iterable[BallotResult], language: str) -> Iterable[dict[str, Any]]:
    for result in results:
        if result.refusal is None:
            yield {"key": result.client_key, "status": "recorded", "sequence": result.sequence}
            continue
        with override(language):
            detail = str(REFUSALS[result.refusal])
        status = "later" if result.refusal in WORTH_REPEATING else "refused"
        yield {"key": result.client_key, "status": status, "reason": result.refusal.value, "detail": detail}

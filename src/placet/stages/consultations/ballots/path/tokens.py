"""The token of the ballot path: names a participation, good for hours, in the browser that it was given to.

A Django view gives it out once eligibility is settled. It is signed with the platform's key, and bound to the
session cookie that stood in the request: found in a log or on another machine, it opens nothing. It says
nothing of who the participant is.

``BASE64URL(claims as JSON) "." BASE64URL(seal)``; the seal is BLAKE2b with a key (RFC 7693), which is a
message authentication code. Django's own signed values derive a key for each, which took a sixth of the time
of a ballot; HMAC through OpenSSL 3 still took a tenth.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.crypto import salted_hmac

from placet.stages.consultations.models import Participation

LIFETIME = timedelta(hours=6)
LONGEST = 400  # characters; a token has some 180


class Claims(NamedTuple):
    """What a token says."""

    consultation_id: UUID
    reference: str
    participation_id: int
    expires_at: int
    binding: str


class TokenError(Exception):
    """The token is not good here: ``unreadable``, ``expired``, ``session`` or ``elsewhere``."""


def issue_token(participation: Participation, reference: str, session_key: str, *, now: datetime) -> str:
    """A token for a participation in the consultation of that reference.

    Parameters
    ----------
    session_key : str
        Value of the session cookie of the browser that asks.
    """
    claims = Claims(
        participation.consultation_id,
        reference,
        participation.pk,
        expiry(now),
        _binding(session_key),
    )
    payload = _encoder.encode(claims)
    return f"{_written(payload)}.{_written(_seal(payload))}"


def expiry(now: datetime) -> int:
    """Until when a token given out now is good, in seconds since 1970."""
    return int((now + LIFETIME).timestamp())


def check_token(token: str, reference: str, session_key: str, *, now: float) -> Claims:
    """What a token says, where it is good: signed here, not expired, of this consultation and session.

    Raises
    ------
    TokenError
    """
    claims = _read(token)
    if claims is None:
        raise TokenError("unreadable")
    if claims.expires_at <= now:
        raise TokenError("expired")
    if not compare_digest(claims.binding, _binding(session_key)):
        raise TokenError("session")
    if claims.reference != reference:
        raise TokenError("elsewhere")
    return claims


def handle_of(participation: Participation) -> str:
    """A name for a participation that a browser may keep beside its votes; it opens nothing."""
    return salted_hmac("placet.ballots.handle", str(participation.pk), algorithm="sha256").hexdigest()[:24]


def _read(token: str) -> Claims | None:
    """What a token says, where it was sealed here."""
    if len(token) > LONGEST:
        return None
    written_claims, _point, written_seal = token.partition(".")
    try:
        payload, seal = urlsafe_b64decode(written_claims + "=="), urlsafe_b64decode(written_seal + "==")
        return _decoder.decode(payload) if compare_digest(seal, _seal(payload)) else None
    except (ValueError, msgspec.DecodeError):
        return None


def _written(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _seal(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=32, key=_key(settings.SECRET_KEY), person=b"token").digest()


def _binding(session_key: str) -> str:
    key = _key(settings.SECRET_KEY)
    return blake2b(session_key.encode(), digest_size=16, key=key, person=b"session").hexdigest()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    """The key of this path alone, derived from the platform's."""
    return salted_hmac("placet.ballots.token", "", secret=secret, algorithm="sha512").digest()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Claims)

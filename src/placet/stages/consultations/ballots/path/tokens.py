"""The token of the ballot path: names a participation, good for hours, in the browser that it was given to.

A Django view gives it out once eligibility is settled. It is signed with the platform's key, and bound to the
session cookie that stood in the request: found in a log or on another machine, it opens nothing. It says
nothing of who the participant is.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from placet.stages.consultations.models import Participation

LIFETIME = timedelta(hours=6)
LONGEST = 400  # characters; a token has some 180
SALT = "placet.ballots.token"


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
    claims = (
        participation.consultation_id.hex,
        reference,
        participation.pk,
        expiry(now),
        _binding(session_key),
    )
    return signing.dumps(claims, salt=SALT)


def expiry(now: datetime) -> int:
    """Until when a token given out now is good, in seconds since 1970."""
    return int((now + LIFETIME).timestamp())


def check_token(token: str, reference: str, session_key: str, *, now: float) -> Claims:
    """What a token says, where it is good: signed here, not expired, of this consultation and session.

    Raises
    ------
    TokenError
    """
    claims = _read(token) if len(token) <= LONGEST else None
    if claims is None:
        raise TokenError("unreadable")
    if claims.expires_at <= now:
        raise TokenError("expired")
    if not constant_time_compare(claims.binding, _binding(session_key)):
        raise TokenError("session")
    if claims.reference != reference:
        raise TokenError("elsewhere")
    return claims


def handle_of(participation: Participation) -> str:
    """A name for a participation that a browser may keep beside its votes; it opens nothing."""
    return salted_hmac("placet.ballots.handle", str(participation.pk), algorithm="sha256").hexdigest()[:24]


@lru_cache(maxsize=50_000)  # a participant sends the same one with every vote
def _read(token: str) -> Claims | None:
    try:
        consultation_id, reference, participation_id, expires_at, binding = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return Claims(UUID(consultation_id), reference, participation_id, expires_at, binding)


@lru_cache(maxsize=50_000)
def _binding(session_key: str) -> str:
    return salted_hmac("placet.ballots.session", session_key, algorithm="sha256").hexdigest()[:32]

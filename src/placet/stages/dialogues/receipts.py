"""Secrets of the room: what a device is known by, and the receipt of a point. The server keeps digests alone.

A receipt has 20 of 19 characters, 85 bits: it is found by nobody who tries. It is read out and typed, so no
two of its characters look alike, and spaces, hyphens and capitals make no difference.
"""

import hashlib
import secrets
from uuid import UUID

from django.conf import settings

from placet.stages.consultations.joining import ALPHABET

GROUPS, GROUP_LENGTH = 5, 4
LENGTH = GROUPS * GROUP_LENGTH
TYPED_MAX_LENGTH = 60  # what a form takes: the receipt, and whatever stands between its groups


def new_receipt() -> tuple[str, str]:
    """A receipt drawn at random, and its digest."""
    receipt = _written(secrets.randbelow(len(ALPHABET) ** LENGTH))
    return receipt, digest_of(receipt)


def receipt_for(secret: str, client_key: UUID) -> tuple[str, str]:
    """The receipt of what a device sent under a key, and its digest.

    It follows from the device's secret, so that a point sent again gets the same receipt without the server
    having kept it.
    """
    drawn = _keyed(b"receipt", secret.encode() + client_key.bytes)
    receipt = _written(int.from_bytes(drawn) % len(ALPHABET) ** LENGTH)
    return receipt, digest_of(receipt)


def digest_of(receipt: str) -> str:
    """What is kept of a receipt, however it is typed."""
    plain = "".join(character for character in receipt.upper() if character.isalnum())
    return _keyed(b"digest", plain.encode()).hex()


def device_secret(join_key: UUID) -> str:
    """The secret of the device that joined by a page with that key; a page sent twice makes one device."""
    return _keyed(b"secret", join_key.bytes).hex()


def digest_of_device(secret: str) -> str:
    """What is kept of a device's secret."""
    return _keyed(b"device", secret.encode()).hex()


def mark_of_device(secret: str) -> str:
    """By what a device's own pages tell what it kept from what another one did; kept nowhere here."""
    return _keyed(b"mark", secret.encode())[:12].hex()


def _written(number: int) -> str:
    characters = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[rest])
    text = "".join(characters)
    return "-".join(text[start : start + GROUP_LENGTH] for start in range(0, LENGTH, GROUP_LENGTH))


def _keyed(purpose: bytes, value: bytes) -> bytes:
    """A digest with the installation's secret: a copy of the database alone cannot be tried against it."""
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32).digest()
    return hashlib.blake2b(value, key=key, digest_size=32, person=purpose).digest()

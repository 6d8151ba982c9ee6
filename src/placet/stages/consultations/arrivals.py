"""How fast new participants may arrive from one address: people in numbers pass, scripts do not.

Only the making of a participant without an account counts, never a page that is looked at, nor anybody who is
known already. The generic cell rate algorithm (ITU-T I.371, 1996) as in ``ballots.pace``: one moment is kept
for each address, in the database, where every process and machine sees the same.

No address is stored: the key of a row is a digest with the installation's secret and the day, so that rows of
two days cannot be put together without it; the clock removes them daily.
"""

import logging
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from placet.stages.consultations.models import AddressPace

logger = logging.getLogger(__name__)

IPV6_PREFIX = 64  # what one household is given: within it an address costs nothing


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and one more after each interval."""

    name: str
    burst: int
    interval: timedelta

    @property
    def interval_ms(self) -> int:
        return self.interval // timedelta(milliseconds=1)


# A class, a family or an office behind one address begins at once, and 180 people an hour for as long as they
# come; a script from one address has 4,350 participants after a day, where it would otherwise have millions.
# A hall of 500 needs more: that is what join codes are for.
NEW_PARTICIPANTS = Rate("participants", burst=30, interval=timedelta(seconds=20))
# Wrong join codes: a hall may mistype sixty at once. See ``joining`` for what is left to a script.
WRONG_CODES = Rate("join codes", burst=60, interval=timedelta(seconds=10))


class CrowdError(Exception):
    """Too much at once from one address; in so many seconds one more passes."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def source_of(request: HttpRequest) -> str:
    """The address that counts: an IPv4 address, or the /64 of an IPv6 address.

    It is the one that connects, or that the first of our own proxies saw (``PLACET_TRUSTED_PROXIES``). Where
    the header is shorter than our proxies would have made it, nothing in it is believed.
    """
    try:
        address = ip_address(get_adapter().get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):
        logger.warning("X-Forwarded-For does not hold what PLACET_TRUSTED_PROXIES says")
        return str(request.META.get("REMOTE_ADDR", ""))
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:  # how a socket for both kinds writes an IPv4 address
        return str(address.ipv4_mapped)
    return str(ip_network((address, IPV6_PREFIX), strict=False))


@transaction.atomic
def take(rate: Rate, source: str, now: datetime) -> None:
    """Count one more from an address, in the transaction of what it is counted for.

    Raises
    ------
    CrowdError
        Where the rate is used up; then nothing is counted.
    """
    now_ms = _milliseconds(now)
    key = _key(rate, source, now)
    AddressPace.objects.bulk_create([AddressPace(key=key)], ignore_conflicts=True)
    row = AddressPace.objects.filter(key=key)
    # One statement decides and counts, so two at the same moment never take the same place.
    start = Greatest(
        F("filled_until"), Value(now_ms, models.BigIntegerField()), output_field=models.BigIntegerField()
    )
    last_ms = now_ms + (rate.burst - 1) * rate.interval_ms
    if row.filter(filled_until__lte=last_ms).update(filled_until=start + rate.interval_ms):
        return
    filled_until = row.values_list("filled_until", flat=True).first() or 0
    raise CrowdError(max(1, math.ceil((filled_until - last_ms) / 1000)))


def forget_past_arrivals(now: datetime) -> int:
    """Remove the rows that say nothing any more: whose pace is free again, or whose day is over."""
    return AddressPace.objects.filter(filled_until__lt=_milliseconds(now)).delete()[0]


def _key(rate: Rate, source: str, now: datetime) -> str:
    value = f"{now.astimezone(UTC).date()}:{source}"
    return salted_hmac(f"placet.arrivals.{rate.name}", value, algorithm="sha256").hexdigest()


def _milliseconds(moment: datetime) -> int:
    return math.floor(moment.timestamp() * 1000)

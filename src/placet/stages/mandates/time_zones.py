"""The time zones of the machine, read once: asking for them anew opens hundreds of files."""

from functools import cache
from zoneinfo import available_timezones

AREAS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@cache
def known_time_zones() -> frozenset[str]:
    """Every name that a reflection may carry."""
    return frozenset(available_timezones())


@cache
def time_zone_choices() -> tuple[tuple[str, str], ...]:
    """Those named after a place, and UTC: names and how they are shown."""
    places = sorted(name for name in known_time_zones() if name.startswith(AREAS))
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places))

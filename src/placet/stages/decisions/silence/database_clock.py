"""The clock of the database: the same for all servers, read at the moment of asking."""

from datetime import UTC, datetime

from django.db import connection
from django.utils.dateparse import parse_datetime

_MOMENT = {
    "postgresql": "SELECT clock_timestamp()",  # not now(): that is when the transaction began
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}


def database_now() -> datetime:
    """What the clock of the database shows now, to a millisecond at least.

    Call it under the lock of what depends on it: whoever waited for the lock must not be given the moment at
    which the waiting began.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MOMENT[connection.vendor])
        (moment,) = cursor.fetchone()
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    read = parse_datetime(str(moment))
    if read is None:
        raise ValueError(f"the database's clock shows {moment!r}")
    return read.replace(tzinfo=UTC)

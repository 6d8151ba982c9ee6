"""What an installation lacks: one check after another, each with what to do."""

import os
import shutil
import smtplib
import stat
import time
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from django.db import Error, connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from placet.config.preparation import are_tables_current, describe_database, static_fingerprint
from placet.config.sqlite.library import VERSION, has_wal_fault
from placet.stages.consultations.models import Ballot, Participation, Statement
from placet.stages.people import queries as people
from placet.stages.texts.models import TextVersion

State = Literal["ok", "warning", "fault"]
LEAST_FREE_BYTES = 200_000_000
SPARE_FREE_BYTES = 2_000_000_000
MOST_CLOCK_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 600.0
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Finding:
    """What one check found; ``advice`` is empty where all is well."""

    check: str
    state: State
    says: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """Go through all checks; those of the database end where it does not answer."""
    try:
        for check in (_presence, *DATABASE_CHECKS):
            yield from (findings := list(check()))
            if check is _presence and findings:
                break
    except Error as error:
        yield Finding(
            "database",
            "fault",
            f"it does not answer ({type(error).__name__})",
            "start it, or set DATABASE_URL to where it is",
        )
    for check in OTHER_CHECKS:
        yield from check()


def _presence() -> Iterator[Finding]:
    """Whether there is a database: SQLite would make one by being asked."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not connection.is_in_memory_db() and not Path(name).exists():  # type: ignore[attr-defined]  # SQLite's alone
        yield Finding("database", "fault", f"there is none at {name}", "start `placet serve`, which makes it")


def _database() -> Iterator[Finding]:
    if connection.vendor == "postgresql":
        yield from _postgresql()
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
    if has_wal_fault() and journal == "wal":
        yield Finding(
            "database",
            "fault",
            f"SQLite {VERSION} with a write-ahead log can corrupt data",
            "end Placet and start it again: it switches to the rollback journal",
        )
    elif has_wal_fault():
        yield Finding(
            "database",
            "warning",
            f"SQLite {VERSION}, rollback journal: sound, but a tenth of the votes a second",
            "use a Python and a machine for which there is a wheel of pysqlite3, or PostgreSQL",
        )
    else:
        yield Finding("database", "ok", describe_database().removeprefix("Database: "))


def _postgresql() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        off = []
        for name in DURABLE:
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] in ("off", "local"):
                off.append(name)
    if off:
        yield Finding(
            "database",
            "fault",
            f"PostgreSQL {version} may lose votes that were acknowledged: {', '.join(off)} is off",
            f"set {' and '.join(off)} to on in postgresql.conf",
        )
    else:
        yield Finding("database", "ok", f"PostgreSQL {version}, every commit on the disk")


def _tables() -> Iterator[Finding]:
    if are_tables_current():
        yield Finding("tables", "ok", "those of this version")
    else:
        yield Finding(
            "tables",
            "fault",
            "not those of this version",
            "start `placet serve`, or run `placet manage migrate` and `placet manage createcachetable`",
        )


def _references() -> Iterator[Finding]:
    """Whether each ballot refers to what is there: the database itself does not check it (decision 0007)."""
    if not are_tables_current():
        return
    known = (
        ("participation_id", Participation),
        ("statement_id", Statement),
        ("version_seen_id", TextVersion),
    )
    missing = Q()
    for name, model in known:
        missing |= Q(~Exists(model.objects.filter(pk=OuterRef(name))))
    n_orphans = Ballot.objects.filter(missing).count()
    if n_orphans:
        yield Finding(
            "ballots",
            "fault",
            f"{n_orphans} of them refer to rows that are not there",
            "restore the last backup that `placet restore` verifies, beside this one, and compare",
        )
    else:
        yield Finding(
            "ballots", "ok", "each refers to a participation, a statement and a wording that are there"
        )


def _clocks() -> Iterator[Finding]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            before = time.time()
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            apart = abs(float(cursor.fetchone()[0]) - (before + time.time()) / 2)
        if apart > MOST_CLOCK_SECONDS:
            yield Finding(
                "clock",
                "fault",
                f"this machine's and the database's are {apart:.0f} s apart",
                "have both set by NTP",
            )
        else:
            yield Finding("clock", "ok", f"this machine's and the database's are {apart:.1f} s apart")
    try:
        zoneinfo.ZoneInfo("Europe/Brussels")
    except zoneinfo.ZoneInfoNotFoundError:
        yield Finding("time zones", "fault", "this machine knows none", "install tzdata (apt install tzdata)")
    else:
        yield Finding("time zones", "ok", "known")


def _background() -> Iterator[Finding]:
    """Whether workers and clock do what is due: what waits says it, nothing else has to be kept for it."""
    from django_tasks_db.models import DBTaskResult

    if not are_tables_current():
        return
    now = timezone.now()
    oldest = (
        DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    )
    waits = [(now - oldest).total_seconds()] if oldest else []
    due = people.due_messages(now).values_list("next_attempt_at", flat=True).first()
    waits += [(now - due).total_seconds()] if due else []
    if waits and max(waits) > LONGEST_WAIT_SECONDS:
        yield Finding(
            "background work",
            "warning",
            f"something has waited for {max(waits) / 60:.0f} minutes",
            "see that `placet worker` and `placet clock` run; `placet serve` starts both",
        )
    else:
        yield Finding("background work", "ok", "nothing has waited long")
    if count := people.undeliverable_messages().count():
        yield Finding(
            "messages",
            "warning",
            f"{count} were given up",
            "see that the mail server takes them, then ask anew",
        )


def _space() -> Iterator[Finding]:
    if not settings.HOME.is_dir():
        yield Finding(
            "home", "fault", f"{settings.HOME} is not there", "set PLACET_HOME, or start `placet serve`"
        )
        return
    for name, path in _places().items():
        free = shutil.disk_usage(path).free
        says = f"{free / 1e9:.1f} GB free at {path}"
        if free < LEAST_FREE_BYTES:
            yield Finding(name, "fault", says, "make room: without any, votes are refused")
        elif free < SPARE_FREE_BYTES:
            yield Finding(name, "warning", says, "make room before it is needed")
        else:
            yield Finding(name, "ok", says)


def _places() -> dict[str, Path]:
    places = {"disk": settings.HOME}
    if connection.vendor == "sqlite":
        folder = Path(str(settings.DATABASES["default"]["NAME"])).parent
        if folder.exists() and folder.stat().st_dev != settings.HOME.stat().st_dev:
            places["disk of the database"] = folder
    return places


def _permissions() -> Iterator[Finding]:
    """The secret key is its owner's alone, and nobody else writes to anything or reads the database."""
    if not settings.HOME.is_dir():
        return
    wanted = {settings.HOME: 0o022, settings.HOME / "secret_key": 0o077}
    if connection.vendor == "sqlite":
        wanted[Path(str(settings.DATABASES["default"]["NAME"]))] = 0o022
    is_home_closed = not settings.HOME.stat().st_mode & 0o007
    found = False
    for path, forbidden in wanted.items():
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if not os.access(path, os.W_OK):
            found = True
            yield Finding("permissions", "fault", f"{path} cannot be written to", "give it to Placet's user")
        elif mode & forbidden:
            found = True
            change = "go-rwx" if forbidden == 0o077 else "go-w"
            state: State = "fault" if forbidden == 0o077 else "warning"
            yield Finding(
                "permissions", state, f"{path} is open to others ({mode:o})", f"chmod {change} {path}"
            )
    if not is_home_closed:
        found = True
        yield Finding(
            "permissions",
            "warning",
            f"everybody on this machine can look into {settings.HOME}",
            f"chmod o-rwx {settings.HOME}",
        )
    if not found:
        yield Finding("permissions", "ok", "home, secret key and database are Placet's own")


def _mail() -> Iterator[Finding]:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield Finding("mail", "warning", "it is kept in a folder and not sent", "set EMAIL_URL")
        return
    backend = mail.get_connection()
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        backend.open()
        status, _ = backend.connection.noop()  # type: ignore[attr-defined]
        backend.close()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding(
            "mail", "fault", f"{where} does not accept us ({type(error).__name__})", "check EMAIL_URL"
        )
    else:
        state: State = "ok" if status == 250 else "warning"
        yield Finding("mail", state, f"{where} answers", "" if status == 250 else "ask its administrator")


def _static_files() -> Iterator[Finding]:
    stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    advice = "start `placet serve`, or run `placet manage collectstatic`"
    if not manifest.exists():
        yield Finding("static files", "fault", "they are not collected: no page can be drawn", advice)
    elif stamp.exists() and stamp.read_text(encoding="ascii") != static_fingerprint():
        yield Finding("static files", "warning", "they are those of another version", advice)
    else:
        yield Finding("static files", "ok", "collected")


def _address() -> Iterator[Finding]:
    public = urlsplit(settings.PUBLIC_URL)
    is_here = public.hostname in ("localhost", "127.0.0.1", "::1")
    if settings.DEMONSTRATION:
        yield Finding(
            "address",
            "fault",
            "this is a demonstration: anyone signs in as anyone",
            "unset PLACET_DEMONSTRATION",
        )
    if not settings.IS_HTTPS:
        yield Finding(
            "address",
            "warning" if is_here else "fault",
            f"{settings.PUBLIC_URL} is without https",
            "set PLACET_URL to the address that people type, with https",
        )
    elif not settings.SECURE_PROXY_SSL_HEADER:
        yield Finding(
            "address",
            "warning",
            "https, and no proxy is believed: every request would be sent to https again",
            "set PLACET_TRUSTED_PROXIES to the number of your proxies in front",
        )
    else:
        yield Finding("address", "ok", settings.PUBLIC_URL)
    if "*" in settings.ALLOWED_HOSTS or public.hostname not in settings.ALLOWED_HOSTS:
        yield Finding(
            "hosts",
            "fault",
            f"answered are {', '.join(settings.ALLOWED_HOSTS)}",
            f"set PLACET_ALLOWED_HOSTS to the names that are ours, {public.hostname} among them",
        )


def _secrets() -> Iterator[Finding]:
    key = settings.SECRET_KEY
    if len(key) < 40 or len(set(key)) < 10:
        yield Finding(
            "secret key",
            "fault",
            "it can be guessed",
            "unset PLACET_SECRET_KEY to have one made, or set 50 random characters",
        )
    else:
        yield Finding("secret key", "ok", "long enough")
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < 20:
        yield Finding(
            "metrics token", "fault", "it can be guessed", "set PLACET_METRICS_TOKEN to 30 random characters"
        )


Check = Callable[[], Iterator[Finding]]
DATABASE_CHECKS: tuple[Check, ...] = (_database, _tables, _references, _clocks, _background)
OTHER_CHECKS: tuple[Check, ...] = (_space, _permissions, _mail, _static_files, _address, _secrets)

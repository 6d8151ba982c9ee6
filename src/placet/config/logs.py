"""How log lines look, and what they may not hold: addresses, tokens, what people wrote.

An address on this site can hold an invitation's token or a person's reference, and an exception's message
the row that the database refused. So what Django says of a request is said anew, with the pattern of its
address, and of an exception stand its kind and its frames.
"""

import json
import logging
import re
import secrets
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest

FORMATS: Final = ("json", "plain")
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ABOUT_REQUESTS: Final = ("django.request", "django.security")
# Their text is the interpreter's own and names code, never data.
PROGRAM_FAULTS: Final = (AttributeError, ImportError, NameError, TypeError)
TRACEBACK: Final = "Traceback (most recent call last)"
KIND: Final = re.compile(r"^(?:([\w.]+)(?=:|$))?.*$")  # what stands before an exception's message
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="")


def accepted_request_id(given: str) -> str:
    """The identifier that a proxy gave a request where it is short and plain, a new one otherwise."""
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def route_of(request: HttpRequest) -> str:
    """The pattern of a request's address: ``en/invitation/<str:token>/``, never what stands in it."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "(none)"


def method_of(request: HttpRequest) -> str:
    """The request's method; one that nobody uses is ``other``, for a client can write anything there."""
    return request.method if request.method in METHODS else "other"


def describe_exception(error: BaseException) -> str:
    """Kind and frames of an exception and of those that led to it, without what their messages may hold."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    earlier = f"{describe_exception(before)}\n\nand then:\n\n" if before else ""
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    frames = "".join(traceback.format_tb(error.__traceback__))
    detail = ""
    if isinstance(error, PROGRAM_FAULTS):
        detail = f": {error}"
    elif isinstance(error, OSError) and error.strerror:
        detail = f": {error.strerror}"
    return f"{earlier}{frames}{name}{detail}"


def without_details(text: str) -> str:
    """The text of a traceback without its exceptions' messages; any other text as it is."""
    if TRACEBACK not in text:
        return text
    head, _, rest = text.partition(TRACEBACK)
    lines = rest.splitlines()
    kept = [line if line.startswith((" ", TRACEBACK)) else KIND.sub(r"\1", line) for line in lines]
    return "\n".join([head + TRACEBACK, *kept])


class PlainFormatter(logging.Formatter):
    """Lines for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Put a record on one line, an exception below it."""
        line = f"{_moment(record)} {record.levelname} {record.name}: {_message(record)}"
        exception = _exception(record)
        return f"{line}\n{exception}" if exception else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for a program that collects logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Put a record on one line, all of it."""
        entry: dict[str, Any] = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if identifier := request_id.get():
            entry["request_id"] = identifier
        entry |= getattr(record, "access", {})
        if exception := _exception(record):
            entry["exception"] = exception
        return json.dumps(entry, ensure_ascii=False)


def logging_settings(form: str, level: str) -> dict[str, Any]:
    """Django's ``LOGGING``: everything on standard error, in one form.

    ``json`` holds a line for every request; ``plain`` only where the level is INFO or below.
    """
    formatter = "placet.config.logs.JsonFormatter" if form == "json" else "placet.config.logs.PlainFormatter"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            # What the access line says already is not said twice.
            "django.request": {"level": "ERROR"},
            "placet.access": {"level": "INFO" if form == "json" else level},
            "_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    request = getattr(record, "request", None)
    if record.name == "_granian":  # it writes an exception that escaped Django as text
        return without_details(record.getMessage())
    if not record.name.startswith(ABOUT_REQUESTS):
        return record.getMessage()
    kind = record.name.rpartition(".")[2].removeprefix("request")
    parts = [kind, str(getattr(record, "status_code", ""))]
    if isinstance(request, HttpRequest):
        parts += [method_of(request), route_of(request)]
    return " ".join(part for part in parts if part)


def _exception(record: logging.LogRecord) -> str:
    is_refusal = record.name.startswith(ABOUT_REQUESTS) and getattr(record, "status_code", 500) < 500
    error = record.exc_info[1] if record.exc_info else None
    return "" if error is None or is_refusal else describe_exception(error)

"""Around every request: an identifier, a line in the log, a place in the metrics; nothing personal."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from prometheus_client import Histogram

from placet.config.logs import accepted_request_id, method_of, request_id, route_of

access = logging.getLogger("placet.access")

Answer = Callable[[HttpRequest], HttpResponseBase]
AsyncAnswer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

# One series a pattern, method and class of status: all of them come from us, none from the client.
SECONDS = Histogram(
    "placet_http_request_seconds",
    "Seconds from a request's arrival to the start of its answer.",
    ("route", "method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


@sync_and_async_middleware
def observe(get_response: Answer | AsyncAnswer) -> Answer | AsyncAnswer:
    """The outermost middleware: sees every request and how it was answered."""
    if iscoroutinefunction(get_response):
        answer_later = cast(AsyncAnswer, get_response)

        async def observe_later(request: HttpRequest) -> HttpResponseBase:
            started_at = _begin(request)
            return _end(request, await answer_later(request), started_at)

        return observe_later
    answer = cast(Answer, get_response)

    def observe_now(request: HttpRequest) -> HttpResponseBase:
        started_at = _begin(request)
        return _end(request, answer(request), started_at)

    return observe_now


def record_request(route: str, method: str, status: int, seconds: float) -> None:
    """Log and count a request that was answered; ``route`` is a pattern, never an address."""
    SECONDS.labels(route, method, f"{status // 100}xx").observe(seconds)
    if access.isEnabledFor(logging.INFO):
        entry = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        access.info("%s %s %s %s ms", *entry.values(), extra={"access": entry})


def _begin(request: HttpRequest) -> float:
    request_id.set(accepted_request_id(request.headers.get("X-Request-ID", "")))
    return time.perf_counter()


def _end(request: HttpRequest, response: HttpResponseBase, started_at: float) -> HttpResponseBase:
    route = route_of(request)
    if route == "(none)" and request.path.startswith(settings.STATIC_URL):
        route = settings.STATIC_URL
    record_request(route, method_of(request), response.status_code, time.perf_counter() - started_at)
    response.headers["X-Request-ID"] = request_id.get()
    return response

"""``/metrics``: what Prometheus reads, for whoever holds the token of ``PLACET_METRICS_TOKEN``."""

import os
from collections.abc import Iterator

from django.conf import settings
from django.db import Error
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from placet.config.metrics_folder import VARIABLE
from placet.stages.consultations.models import Consultation
from placet.stages.people import queries as people


class DatabaseCollector(Collector):
    """What the database says when it is asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge after another; none but the first where the database does not answer."""
        try:
            found = list(_database_gauges())
        except Error:
            found = []
        yield GaugeMetricFamily("placet_database_up", "Whether the database answers.", value=bool(found))
        yield from found


def _database_gauges() -> Iterator[GaugeMetricFamily]:
    consultations = Consultation.objects
    n_ballots = consultations.aggregate(total=Sum("last_sequence"))["total"]
    n_open = consultations.filter(state=Consultation.State.OPEN).count()
    for name, says, value in (
        ("tasks_waiting", "Background tasks that no worker has begun.", DBTaskResult.objects.ready().count()),
        ("messages_due", "Messages that a worker should send now.", people.due_messages().count()),
        ("messages_given_up", "Messages given up.", people.undeliverable_messages().count()),
        ("ballots", "Ballots recorded in all consultations.", n_ballots or 0),
        ("consultations_open", "Consultations that take votes.", n_open),
    ):
        yield GaugeMetricFamily(f"placet_{name}", says, value=value)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything in Prometheus's text form; nothing here where no token is set."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    database = CollectorRegistry(auto_describe=False)
    database.register(DatabaseCollector())
    text = generate_latest(_process_registry()) + generate_latest(database)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _process_registry() -> CollectorRegistry:
    """What this process counts, or all serving processes together."""
    if VARIABLE not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry

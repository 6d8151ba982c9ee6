"""All addresses, each under its language prefix; what has no language stands beside them."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from placet.config import health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("", health.best_language, name="best_language"),
    path("healthz", health.health, name="health"),
    path("readyz", health.readiness, name="readiness"),
    path("metrics", metrics.metrics, name="metrics"),
    *i18n_patterns(
        path("", include("placet.portal.urls")),
        path("", include("placet.stages.mandates.urls")),
        path("", include("placet.stages.consultations.urls")),
        path("", include("placet.stages.contributions.urls")),
        path("", include("placet.stages.dialogues.urls")),
        path("", include("placet.stages.sensemaking.urls")),
        path("", include("placet.stages.proposals.urls")),
        path("", include("placet.stages.decisions.urls")),
        path("", include("placet.stages.followup.urls")),
        path("account/", include("placet.stages.people.urls")),
        path("components/", include("placet.ui.urls")),
    ),
]
if settings.DEMONSTRATION:
    urlpatterns += i18n_patterns(path("demonstration/", include("placet.demonstration.urls")))

handler400 = "placet.portal.views.errors.bad_request"
handler403 = "placet.portal.views.errors.forbidden"
handler404 = "placet.portal.views.errors.not_found"
handler500 = "placet.portal.views.errors.server_error"

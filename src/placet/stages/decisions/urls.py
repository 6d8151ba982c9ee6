"""Addresses of this stage's pages: for everybody and delegates, for the secretariat, communiqués."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "decisions"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("placet.stages.decisions.public_urls")),
    path("", include("placet.stages.decisions.management_urls")),
    path("", include("placet.stages.decisions.communique_urls")),
]

"""Addresses of this stage's pages, by what they are about."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "contributions"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("placet.stages.contributions.writing_urls")),
    path("", include("placet.stages.contributions.import_urls")),
    path("", include("placet.stages.contributions.public_urls")),
    path("", include("placet.stages.contributions.talking_urls")),
    path("", include("placet.stages.contributions.moderating_urls")),
    path("", include("placet.stages.contributions.call_urls")),
]

"""Addresses of this stage's pages, by what they are about."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "followup"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("placet.stages.followup.public_urls")),
    path("", include("placet.stages.followup.manage_urls")),
]

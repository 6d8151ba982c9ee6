"""Addresses of this stage's pages, by what they are about."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "proposals"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("placet.stages.proposals.amending_urls")),  # before the addresses of clauses
    path("", include("placet.stages.proposals.public_urls")),
    path("", include("placet.stages.proposals.drafting_urls")),
]

"""Addresses of this stage's pages, by what they are about."""

from django.urls import URLPattern, URLResolver

app_name = "contributions"
urlpatterns: list[URLPattern | URLResolver] = []

"""Addresses of this stage's pages, by what they are about."""

from django.urls import URLPattern, URLResolver

app_name = "dialogues"
urlpatterns: list[URLPattern | URLResolver] = []

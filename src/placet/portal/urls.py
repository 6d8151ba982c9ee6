"""Addresses of the pages that cross the stages."""

from django.urls import URLPattern

app_name = "portal"
urlpatterns: list[URLPattern] = []

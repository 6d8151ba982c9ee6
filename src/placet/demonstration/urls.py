"""Addresses that exist in the demonstration alone."""

from django.urls import URLPattern

app_name = "demonstration"
urlpatterns: list[URLPattern] = []

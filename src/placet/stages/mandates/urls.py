"""Addresses of this stage's pages."""

from django.urls import URLPattern

app_name = "mandates"
urlpatterns: list[URLPattern] = []

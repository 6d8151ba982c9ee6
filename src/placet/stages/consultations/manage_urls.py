"""Addresses of the pages that manage consultations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

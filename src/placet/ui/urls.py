"""The living page of components, and the accent of a reflection as a stylesheet."""

from django.urls import path, re_path

from placet.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.components, name="components"),
    re_path(r"^accent/(?P<colour>[0-9a-f]{6})\.css$", views.accent, name="accent"),
]

"""Addresses of this stage's pages, by what they are about."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "dialogues"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("placet.stages.dialogues.public_urls")),
    path("", include("placet.stages.dialogues.setup_urls")),
    path("", include("placet.stages.dialogues.room_urls")),
    path("", include("placet.stages.dialogues.reporting_urls")),
    path("", include("placet.stages.dialogues.calendar_urls")),
    path("", include("placet.stages.dialogues.registering_urls")),
]

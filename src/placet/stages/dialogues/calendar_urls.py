"""Addresses of calendar files and feeds."""

from django.urls import path

from placet.stages.dialogues.views import calendars

urlpatterns = [
    path("dialogue/<str:reference>/calendar.ics", calendars.dialogue_file, name="dialogue-ics"),
    path("series/<str:reference>/calendar.ics", calendars.series_file, name="series-ics"),
    path("agenda/renew/", calendars.renew, name="renew-agenda"),
    path("agenda/<str:token>/calendar.ics", calendars.agenda_file, name="agenda-ics"),
    path("r/<slug:slug>/dialogues/feed/", calendars.dialogues_feed, name="feed"),
]

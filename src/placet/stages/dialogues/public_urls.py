"""Addresses of series and dialogues for everybody."""

from django.urls import path

from placet.stages.dialogues.views import public

urlpatterns = [
    path("r/<slug:slug>/dialogues/", public.dialogues, name="list"),
    path("series/<str:reference>/", public.series, name="series"),
    path("dialogue/<str:reference>/", public.dialogue, name="dialogue"),
]

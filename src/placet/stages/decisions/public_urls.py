"""Addresses for everybody, and of delegates."""

from django.urls import path

from placet.stages.decisions.views import delegation, public

urlpatterns = [
    path("r/<slug:slug>/decisions/", public.decisions, name="list"),
    path("meeting/<str:reference>/", public.meeting, name="meeting"),
    path("silence/<str:reference>/", public.silence, name="silence"),
    path("decision/<str:reference>/", public.decision, name="decision"),
    path("p/<str:reference>/decision/", public.where_decided, name="of-proposal"),
    path("r/<slug:slug>/delegation/", delegation.desk, name="delegation"),
    path("r/<slug:slug>/delegation/<int:pk>/confirm/", delegation.confirm, name="confirm-position"),
    path("meeting/<str:reference>/<int:pk>/position/", delegation.position, name="position"),
    path("silence/<str:reference>/break/", delegation.break_the_silence, name="break-silence"),
]

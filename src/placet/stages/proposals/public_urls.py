"""Addresses of proposals for everybody."""

from django.urls import path

from placet.stages.proposals.views import public

urlpatterns = [
    path("r/<slug:slug>/proposals/", public.proposals, name="list"),
    path("p/<str:reference>/", public.proposal, name="proposal"),
    path("p/<str:reference>/clause/<str:clause_reference>/", public.clause, name="clause"),
]

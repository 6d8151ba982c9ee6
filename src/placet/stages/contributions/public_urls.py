"""Addresses at which contributions are read, endorsed and taken back."""

from django.urls import path

from placet.stages.contributions.views import attachments, manage, public

urlpatterns = [
    path("r/<slug:slug>/contributions/", public.contributions, name="list"),
    path("r/<slug:slug>/contributions/collection/<uuid:pk>/", public.collection, name="collection"),
    path("k/<str:reference>/", public.contribution, name="contribution"),
    path("k/<str:reference>/revisions/", public.revisions, name="revisions"),
    path("k/<str:reference>/revisions/<int:number>/", public.revision, name="revision"),
    path("k/<str:reference>/revise/", public.revise, name="revise"),
    path("k/<str:reference>/withdraw/", public.withdraw, name="withdraw"),
    path("k/<str:reference>/restore/", public.restore, name="restore"),
    path("k/<str:reference>/endorse/", public.endorse, name="endorse"),
    path("k/<str:reference>/files/<uuid:pk>/", attachments.attachment, name="attachment"),
    path("manage/r/<slug:slug>/contributions/", manage.contributions, name="manage-list"),
    path("manage/r/<slug:slug>/contributions/export.csv", manage.export, name="export"),
]

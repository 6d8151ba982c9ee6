"""Addresses at which many contributions are brought in at once."""

from django.urls import path

from placet.stages.contributions.views import imports

HOME = "manage/r/<slug:slug>/contributions/import/"

urlpatterns = [
    path(HOME, imports.imports, name="imports"),
    path(f"{HOME}upload/", imports.upload, name="upload-import"),
    path(f"{HOME}<uuid:pk>/", imports.import_, name="import"),
    path(f"{HOME}<uuid:pk>/confirm/", imports.confirm, name="confirm-import"),
    path(f"{HOME}<uuid:pk>/stop/", imports.stop, name="stop-import"),
    path(f"{HOME}<uuid:pk>/retry/", imports.retry, name="retry-import"),
    path(f"{HOME}<uuid:pk>/faults.csv", imports.faults, name="import-faults"),
]

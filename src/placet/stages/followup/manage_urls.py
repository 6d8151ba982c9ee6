"""Addresses of the secretariat's pages about commitments."""

from django.urls import include, path

from placet.stages.followup.views import manage, starting

_commitment = [
    path("", manage.commitment, name="manage-commitment"),
    path("change/", manage.change, name="change-commitment"),
    path("publish/", manage.publish, name="publish-commitment"),
    path("milestones/add/", manage.add_milestone, name="add-milestone"),
    path("milestones/<int:pk>/remove/", manage.remove_milestone, name="remove-milestone"),
    path("indicators/add/", manage.add_indicator, name="add-indicator"),
    path("indicators/<int:pk>/remove/", manage.remove_indicator, name="remove-indicator"),
]
urlpatterns = [
    path("manage/r/<slug:slug>/commitments/", manage.commitments, name="manage-list"),
    path("manage/r/<slug:slug>/start-anew/", starting.start, name="start-anew"),
    path("manage/dc/<str:reference>/new-commitment/", manage.make, name="make-commitment"),
    path("manage/cm/<str:reference>/", include(_commitment)),
]

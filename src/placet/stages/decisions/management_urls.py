"""Addresses of the secretariat's pages of meetings and silence procedures."""

from django.urls import include, path

from placet.stages.decisions.views import meetings, silence

_meeting = [
    path("", meetings.meeting, name="manage-meeting"),
    path("change/", meetings.change, name="change-meeting"),
    path("open/", meetings.open_it, name="open-meeting"),
    path("close/", meetings.close_it, name="close-meeting"),
    path("add/", meetings.put_on_agenda, name="put-on-agenda"),
    path("<int:pk>/take-off/", meetings.take_off, name="take-off-agenda"),
    path("<int:pk>/adopt/", meetings.adopt, name="adopt"),
]
_silence = [
    path("", silence.silence, name="manage-silence"),
    path("written/", silence.written, name="written-objection"),
    path("extend/", silence.extend, name="extend-silence"),
    path("suspend/", silence.suspend, name="suspend-silence"),
    path("resume/", silence.resume, name="resume-silence"),
    path("cancel/", silence.cancel, name="cancel-silence"),
]
urlpatterns = [
    path("manage/r/<slug:slug>/decisions/", meetings.manage_list, name="manage-list"),
    path("manage/r/<slug:slug>/decisions/rules/", meetings.rules, name="rules"),
    path("manage/r/<slug:slug>/decisions/new-meeting/", meetings.plan, name="plan-meeting"),
    path("manage/r/<slug:slug>/decisions/new-silence/", silence.open_it, name="open-silence"),
    path("manage/meeting/<str:reference>/", include(_meeting)),
    path("manage/silence/<str:reference>/", include(_silence)),
]

"""Addresses of calls: public, of the jury, of the secretariat."""

from django.urls import path

from placet.stages.contributions.views import calls, jury, manage_calls

urlpatterns = [
    path("r/<slug:slug>/calls/", calls.calls, name="calls"),
    path("call/<str:reference>/", calls.call, name="call"),
    path("call/<str:reference>/vote/", calls.vote, name="call-vote"),
    path("jury/<str:reference>/", jury.jury, name="jury"),
    path("jury/<str:reference>/<str:entry>/", jury.entry, name="jury-entry"),
    path("jury/<str:reference>/<str:entry>/interest/", jury.interest, name="jury-interest"),
    path("manage/r/<slug:slug>/calls/", manage_calls.calls, name="manage-calls"),
    path("manage/r/<slug:slug>/calls/new/", manage_calls.create, name="create-call"),
    path("manage/call/<str:reference>/", manage_calls.call, name="manage-call"),
    path("manage/call/<str:reference>/change/", manage_calls.change, name="change-call"),
    path("manage/call/<str:reference>/open/", manage_calls.open_, name="open-call"),
    path("manage/call/<str:reference>/jury/", manage_calls.name_juror, name="name-juror"),
    path("manage/call/<str:reference>/jury/<int:pk>/remove/", manage_calls.remove_juror, name="remove-juror"),
    path("manage/call/<str:reference>/judge/", manage_calls.judge, name="begin-judging"),
    path("manage/call/<str:reference>/finish/", manage_calls.finish, name="end-judging"),
    path("manage/call/<str:reference>/decide/", manage_calls.decide, name="decide-call"),
    path("manage/call/<str:reference>/<str:entry>/", manage_calls.verdict, name="verdict"),
]

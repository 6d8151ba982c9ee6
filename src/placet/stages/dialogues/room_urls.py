"""Addresses of the live room: for those present, and for whoever leads it."""

from django.urls import path

from placet.stages.dialogues.views import facilitate, room

urlpatterns = [
    path("room/", room.enter, name="enter-room"),
    path("room/<str:code>/", room.room, name="room"),
    path("room/<str:code>/join/", room.join, name="join-room"),
    path("room/<str:code>/now/", room.now, name="room-now"),
    path("room/<str:code>/say/", room.say, name="say-point"),
    path("room/<str:code>/support/", room.support, name="support-point"),
    path("room/<str:code>/answer/", room.answer, name="answer-question"),
    path("manage/dialogue/<str:reference>/room/", facilitate.screen, name="facilitate"),
    path("manage/dialogue/<str:reference>/room/now/", facilitate.now, name="facilitate-now"),
    path("manage/dialogue/<str:reference>/room/start/", facilitate.start, name="start-dialogue"),
    path("manage/dialogue/<str:reference>/room/step/", facilitate.step, name="step"),
    path("manage/dialogue/<str:reference>/room/end/", facilitate.end, name="end-dialogue"),
    path(
        "manage/dialogue/<str:reference>/room/questions/new/",
        facilitate.write_question,
        name="write-question",
    ),
    path(
        "manage/dialogue/<str:reference>/room/questions/<int:pk>/",
        facilitate.change_question,
        name="change-question",
    ),
    path("manage/dialogue/<str:reference>/room/points/<uuid:pk>/", facilitate.hide_point, name="hide-point"),
]

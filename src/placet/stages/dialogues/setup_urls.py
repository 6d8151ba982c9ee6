"""Addresses of the pages that set up series and dialogues."""

from django.urls import include, path

from placet.stages.dialogues.views import manage_dialogue, manage_programme, manage_series

_dialogue = [
    path("", manage_dialogue.dialogue, name="manage-dialogue"),
    path("change/", manage_dialogue.change, name="change-dialogue"),
    path("announce/", manage_dialogue.announce, name="announce"),
    path("cancel/", manage_dialogue.cancel, name="cancel"),
    path("held/", manage_dialogue.mark_as_held, name="mark-as-held"),
    path("delete/", manage_dialogue.delete, name="delete-draft"),
    path("staff/", manage_dialogue.staff, name="staff"),
    path("staff/<int:pk>/remove/", manage_dialogue.remove_staff, name="remove-staff"),
    path("programme/", manage_programme.programme, name="programme"),
    path("programme/items/add/", manage_programme.add_item, name="add-item"),
    path("programme/items/<int:pk>/", manage_programme.change_item, name="change-item"),
    path("programme/items/<int:pk>/move/", manage_programme.move_item, name="move-item"),
    path("programme/items/<int:pk>/remove/", manage_programme.remove_item, name="remove-item"),
    path("programme/rooms/add/", manage_programme.add_room, name="add-room"),
    path("programme/rooms/<int:pk>/", manage_programme.change_room, name="change-room"),
    path("programme/rooms/<int:pk>/remove/", manage_programme.remove_room, name="remove-room"),
    path("programme/speakers/add/", manage_programme.add_speaker, name="add-speaker"),
    path("programme/speakers/<int:pk>/", manage_programme.change_speaker, name="change-speaker"),
    path("programme/speakers/<int:pk>/remove/", manage_programme.remove_speaker, name="remove-speaker"),
]
urlpatterns = [
    path("manage/r/<slug:slug>/dialogues/", manage_series.series_list, name="manage-list"),
    path("manage/r/<slug:slug>/dialogues/new-series/", manage_series.create, name="create-series"),
    path("manage/series/<str:reference>/", manage_series.series, name="manage-series"),
    path("manage/series/<str:reference>/change/", manage_series.change, name="change-series"),
    path("manage/series/<str:reference>/publish/", manage_series.publish, name="publish-series"),
    path("manage/series/<str:reference>/new-dialogue/", manage_dialogue.create, name="create-dialogue"),
    path("manage/dialogue/<str:reference>/", include(_dialogue)),
]

"""Addresses of the pages that moderate contributions and comments, and write the rule for it."""

from django.urls import path

from placet.stages.contributions.views import moderation, rules

urlpatterns = [
    path("manage/r/<slug:slug>/moderation/", moderation.queue, name="moderation"),
    path("manage/k/<str:reference>/moderation/", moderation.contribution, name="moderate-contribution"),
    path("manage/comment/<uuid:pk>/moderation/", moderation.comment, name="moderate-comment"),
    path("manage/appeal/<int:pk>/", moderation.appeal, name="answer-appeal"),
    path("manage/r/<slug:slug>/rules/", rules.rules, name="manage-rules"),
    path("manage/r/<slug:slug>/rules/add/", rules.add, name="add-rule"),
    path("manage/r/<slug:slug>/rules/usual/", rules.add_usual, name="add-usual-rules"),
    path("manage/r/<slug:slug>/rules/<int:number>/", rules.change, name="change-rule"),
    path("manage/r/<slug:slug>/rules/<int:number>/retire/", rules.retire, name="retire-rule"),
    path("manage/r/<slug:slug>/rules/<int:number>/bring-back/", rules.bring_back, name="bring-back-rule"),
]

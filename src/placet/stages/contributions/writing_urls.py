"""Addresses at which contributions are written."""

from django.urls import path

from placet.stages.contributions.views import attachments, writing

urlpatterns = [
    path("r/<slug:slug>/contributions/new/", writing.new, name="new"),
    path("r/<slug:slug>/contributions/new/upload/", writing.begin, name="begin"),
    path("r/<slug:slug>/contributions/new/save/", writing.save_new, name="save-new"),
    path("r/<slug:slug>/my-contributions/", writing.own, name="own"),
    path("my-contributions/<uuid:pk>/", writing.draft, name="draft"),
    path("my-contributions/<uuid:pk>/upload/", writing.change, name="change-draft"),
    path("my-contributions/<uuid:pk>/save/", writing.save, name="save-draft"),
    path("my-contributions/<uuid:pk>/delete/", writing.discard, name="discard-draft"),
    path(
        "my-contributions/<uuid:pk>/files/<uuid:attachment_pk>/",
        attachments.draft_attachment,
        name="draft-attachment",
    ),
]

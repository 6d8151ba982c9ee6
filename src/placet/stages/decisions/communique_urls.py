"""Addresses of communiqués: what everybody reads, and the secretariat's pages."""

from django.urls import path

from placet.stages.decisions.communiques import manage_views, views

urlpatterns = [
    path("r/<slug:slug>/communiques/", views.communiques, name="communiques"),
    path("cq/<str:reference>/", views.communique, name="communique"),
    path("cq/<str:reference>/communique.<str:name>", views.file, name="communique-file"),
    path("manage/r/<slug:slug>/communiques/", manage_views.manage_list, name="manage-communiques"),
    path("manage/r/<slug:slug>/communiques/new/", manage_views.draft, name="draft-communique"),
    path("manage/cq/<str:reference>/", manage_views.manage, name="manage-communique"),
    path("manage/cq/<str:reference>/change/", manage_views.change, name="change-communique"),
    path("manage/cq/<str:reference>/publish/", manage_views.publish, name="publish-communique"),
]

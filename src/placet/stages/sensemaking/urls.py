"""Addresses of this stage's pages."""

from django.urls import include, path

from placet.stages.sensemaking import similar_views, theme_views, views

app_name = "sensemaking"
_themes = [
    path("", theme_views.manage_themes, name="manage-themes"),
    path("find/", theme_views.find_themes, name="find-themes"),
    path("<str:theme_reference>/", theme_views.manage_theme, name="manage-theme"),
    path("<str:theme_reference>/name/", theme_views.rename, name="rename-theme"),
    path("<str:theme_reference>/merge/", theme_views.merge, name="merge-theme"),
    path("<str:theme_reference>/place/", theme_views.place, name="place-theme"),
    path("<str:theme_reference>/statements/", theme_views.change_statements, name="theme-statements"),
    path("<str:theme_reference>/hide/", theme_views.hide, name="hide-theme"),
    path("<str:theme_reference>/looked-at/", theme_views.looked_at, name="looked-at-theme"),
]
urlpatterns = [
    path("c/<str:reference>/results/", views.results, name="results"),
    path("c/<str:reference>/results/live/", views.live, name="live"),
    path("c/<str:reference>/runs/", views.runs, name="runs"),
    path("c/<str:reference>/similar/", similar_views.similar, name="similar"),
    path("a/<str:reference>/", views.run, name="run"),
    path("a/<str:reference>/analysis.json", views.analysis_json, name="analysis-json"),
    path("a/<str:reference>/votes.zip", views.votes, name="votes"),
    path("a/<str:reference>/report.html", views.report, name="report"),
    path("c/<str:reference>/themes/", theme_views.themes, name="themes"),
    path("c/<str:reference>/themes/<str:theme_reference>/", theme_views.theme, name="theme"),
    path("c/<str:reference>/summary/", theme_views.summary, name="summary"),
    path("r/<slug:slug>/summary/", theme_views.summary_of_reflection, name="reflection-summary"),
    path("t/<str:reference>/themes.json", theme_views.themes_document, name="themes-json"),
    path("manage/c/<str:reference>/themes/", include(_themes)),
    path("manage/c/<str:reference>/analysis/", views.manage, name="manage"),
    path("manage/c/<str:reference>/encoder/", similar_views.encoder, name="encoder"),
    path("manage/s/<str:reference>/similar/", similar_views.duplicates, name="duplicates"),
    path("manage/c/<str:reference>/analysis/run/", views.run_now, name="run-now"),
    path("manage/c/<str:reference>/analysis/schedule/", views.schedule, name="schedule"),
    path("manage/c/<str:reference>/analysis/releases/", views.releases, name="releases"),
    path("", include("placet.stages.sensemaking.finding_urls")),
]

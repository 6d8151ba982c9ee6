"""Addresses of this stage's pages."""

from django.urls import path

from placet.stages.sensemaking import views

app_name = "sensemaking"
urlpatterns = [
    path("c/<str:reference>/results/", views.results, name="results"),
    path("c/<str:reference>/results/live/", views.live, name="live"),
    path("c/<str:reference>/runs/", views.runs, name="runs"),
    path("a/<str:reference>/", views.run, name="run"),
    path("a/<str:reference>/analysis.json", views.analysis_json, name="analysis-json"),
    path("a/<str:reference>/votes.zip", views.votes, name="votes"),
    path("a/<str:reference>/report.html", views.report, name="report"),
    path("manage/c/<str:reference>/analysis/", views.manage, name="manage"),
    path("manage/c/<str:reference>/analysis/run/", views.run_now, name="run-now"),
    path("manage/c/<str:reference>/analysis/schedule/", views.schedule, name="schedule"),
    path("manage/c/<str:reference>/analysis/releases/", views.releases, name="releases"),
]

"""Addresses of what is said below contributions, of the public rule and of its log."""

from django.urls import path

from placet.stages.contributions.views import appeals, comments, log

urlpatterns = [
    path("k/<str:reference>/comments/", comments.comments, name="comments"),
    path("comment/<uuid:pk>/vote/", comments.vote, name="comment-vote"),
    path("comment/<uuid:pk>/withdraw/", comments.withdraw, name="withdraw-comment"),
    path("comment/<uuid:pk>/report/", comments.report, name="report-comment"),
    path("k/<str:reference>/decision/", appeals.own_decision, name="own-decision"),
    path("decision/<int:pk>/", appeals.appeal, name="appeal"),
    path("r/<slug:slug>/rules/", log.rules, name="rules"),
    path("r/<slug:slug>/moderation-log/", log.moderation_log, name="moderation-log"),
    path("r/<slug:slug>/moderation-log/csv/", log.moderation_log_csv, name="moderation-log-csv"),
]

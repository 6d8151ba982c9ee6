"""Addresses of commitments for everybody, and of reports for those who carry them."""

from django.urls import path

from placet.stages.followup.views import feeds, public, reporting

urlpatterns = [
    path("r/<slug:slug>/commitments/", public.commitments, name="list"),
    path("r/<slug:slug>/commitments/commitments.csv", public.commitments_csv, name="csv"),
    path("r/<slug:slug>/commitments/feed/", feeds.commitments_feed, name="feed"),
    path("r/<slug:slug>/commitments/calendar.ics", feeds.due_dates, name="ics"),
    path("r/<slug:slug>/origin/", public.origin, name="origin"),
    path("cm/<str:reference>/", public.commitment, name="commitment"),
    path("cm/<str:reference>/calendar.ics", feeds.commitment_due_dates, name="commitment-ics"),
    path("cm/<str:reference>/report/", reporting.report, name="report"),
    path("cm/<str:reference>/milestones/<int:pk>/reached/", reporting.reach, name="reach-milestone"),
]

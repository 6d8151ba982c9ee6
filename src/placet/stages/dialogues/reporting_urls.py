"""Addresses of reports: what everybody reads, following a point, and the rapporteur's desk."""

from django.urls import include, path

from placet.stages.dialogues.views import points, receipts, report, takeaways

_desk = [
    path("", report.desk, name="report-desk"),
    path("summary/", report.summary, name="report-summary"),
    path("publish/", report.publish, name="publish-report"),
    path("points/", points.type_in, name="type-in-points"),
    path("points/arrange/", points.arrange, name="arrange-points"),
    path("points/<uuid:pk>/", points.point, name="correct-point"),
    path("points/<uuid:pk>/hide/", points.hide, name="hide-reported-point"),
    path("points/<uuid:pk>/statement/", points.statement, name="make-statement"),
    path("groups/<int:pk>/", points.group, name="point-group"),
    path("takeaways/", takeaways.write, name="write-takeaway"),
    path("takeaways/<str:takeaway_reference>/", takeaways.revise, name="revise-takeaway"),
    path("takeaways/<str:takeaway_reference>/place/", takeaways.place, name="place-takeaway"),
    path("takeaways/<str:takeaway_reference>/remove/", takeaways.remove, name="remove-takeaway"),
]
urlpatterns = [
    path("dialogue/<str:reference>/report/", report.report, name="report"),
    path("takeaway/<str:reference>/", takeaways.takeaway, name="takeaway"),
    path("receipt/", receipts.receipt, name="receipt"),
    path("manage/dialogue/<str:reference>/report/", include(_desk)),
]

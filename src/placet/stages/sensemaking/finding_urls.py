"""Addresses of findings: what everybody reads, and the secretariat's desk."""

from django.urls import include, path

from placet.stages.sensemaking.findings.views import manage, public

_desk = [
    path("", manage.finding, name="manage-finding"),
    path("change/", manage.change, name="change-finding"),
    path("cite/", manage.cite, name="cite"),
    path("evidence/<int:pk>/take-back/", manage.take_back, name="take-back-evidence"),
    path("run/", manage.choose_run, name="choose-run"),
    path("publish/", manage.publish, name="publish-finding"),
    path("discard/", manage.discard, name="discard-finding"),
    path("withdraw/", manage.withdraw, name="withdraw-finding"),
]
urlpatterns = [
    path("r/<slug:slug>/findings/", public.findings, name="findings"),
    path("f/<str:reference>/", public.finding, name="finding"),
    path("manage/r/<slug:slug>/findings/", manage.findings, name="manage-findings"),
    path("manage/r/<slug:slug>/findings/new/", manage.write, name="write-finding"),
    path("manage/f/<str:reference>/", include(_desk)),
]

"""Addresses of the pages that cross the stages."""

from django.urls import path

from placet.portal.views import about, reflections, statements

app_name = "portal"
urlpatterns = [
    path("", reflections.home, name="home"),
    path("r/<slug:slug>/", reflections.reflection, name="reflection"),
    path("r/<slug:slug>/mandate/", reflections.mandate, name="mandate"),
    path("r/<slug:slug>/calendar/", reflections.calendar, name="calendar"),
    path("r/<slug:slug>/members/", reflections.members, name="members"),
    path("s/<str:reference>/", statements.statement, name="statement"),
    path("about/", about.about, name="about"),
    path("about/moderation/", about.moderation, name="moderation"),
    path("about/accessibility/", about.accessibility, name="accessibility"),
]

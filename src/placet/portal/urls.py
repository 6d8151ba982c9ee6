"""Addresses of the pages that cross the stages."""

from django.urls import path

from placet.portal.views import about, calendar, near, reflections, search, statements, translations

app_name = "portal"
urlpatterns = [
    path("", reflections.home, name="home"),
    path("r/<slug:slug>/", reflections.reflection, name="reflection"),
    path("r/<slug:slug>/mandate/", reflections.mandate, name="mandate"),
    path("r/<slug:slug>/calendar/", calendar.calendar, name="calendar"),
    path("r/<slug:slug>/calendar/<int:year>/<int:month>/", calendar.month, name="calendar-month"),
    path("r/<slug:slug>/near/", near.near, name="near"),
    path("r/<slug:slug>/members/", reflections.members, name="members"),
    path("r/<slug:slug>/translations/", translations.translations, name="translations"),
    path("r/<slug:slug>/translations/terms/", translations.terms, name="terms"),
    path(
        "r/<slug:slug>/translations/terms/<int:term_id>/remove/", translations.remove_term, name="remove-term"
    ),
    path(
        "r/<slug:slug>/translations/by-machine/",
        translations.translate_by_machine,
        name="translate-by-machine",
    ),
    path(
        "r/<slug:slug>/translations/<uuid:text_id>/<str:language>/",
        translations.translation,
        name="translation",
    ),
    path("s/<str:reference>/", statements.statement, name="statement"),
    path("search/", search.search_page, name="search"),
    path("search/feed/", search.search_feed, name="search-feed"),
    path("about/", about.about, name="about"),
    path("about/moderation/", about.moderation, name="moderation"),
    path("about/accessibility/", about.accessibility, name="accessibility"),
]

"""Addresses of the pages that cross the stages."""

from django.urls import path

from placet.portal.views import (
    about,
    briefs,
    calendar,
    lineage,
    near,
    reflections,
    search,
    statements,
    translations,
)

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
    path("r/<slug:slug>/lineage/", lineage.river, name="river"),
    path("r/<slug:slug>/my-ideas/", lineage.own_ideas, name="own-ideas"),
    path("became/<str:reference>/", lineage.became, name="became"),
    path("became/<str:reference>/feed/", lineage.became_feed, name="became-feed"),
    path("voices/<str:reference>/", lineage.voices, name="voices"),
    path("news/stop/<str:token>/", lineage.stop_news, name="stop-news"),
    path("s/<str:reference>/", statements.statement, name="statement"),
    path("p/<str:reference>/brief/", briefs.brief, name="brief"),
    path("p/<str:reference>/brief.pdf", briefs.brief_as_pdf, name="brief-pdf"),
    path("search/", search.search_page, name="search"),
    path("search/feed/", search.search_feed, name="search-feed"),
    path("about/", about.about, name="about"),
    path("about/moderation/", about.moderation, name="moderation"),
    path("about/accessibility/", about.accessibility, name="accessibility"),
]

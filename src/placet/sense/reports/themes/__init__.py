"""Themes → a document, tables and a page with a map of ideas."""

from placet.sense.reports.themes.document import ThemeSource, build_theme_document
from placet.sense.reports.themes.files import write_themes
from placet.sense.reports.themes.idea_map import draw_idea_map
from placet.sense.reports.themes.page import render_theme_report

__all__ = [
    "ThemeSource",
    "build_theme_document",
    "draw_idea_map",
    "render_theme_report",
    "write_themes",
]

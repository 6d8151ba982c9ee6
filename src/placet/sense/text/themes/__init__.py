"""Themes across languages: found, labelled, tested, with texts to quote."""

from placet.sense.text.themes.finding import find_themes
from placet.sense.text.themes.results import Theme, Themes

__all__ = ["Theme", "Themes", "find_themes"]

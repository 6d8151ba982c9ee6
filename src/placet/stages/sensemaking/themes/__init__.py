"""Themes of a consultation: found by the engine, edited by the secretariat, read by everybody."""

"""Calls: set up, judged by a jury, voted on by an audience, decided."""

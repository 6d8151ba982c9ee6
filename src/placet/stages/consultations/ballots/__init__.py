"""Ballots: what a client sends, what becomes of it, and how it is written.

``actions`` is what forms and pages call; ``recording`` writes what waits, in one transaction; ``path`` is the
way that takes thousands a second: an ASGI application with a token of its own and a group commit.
"""

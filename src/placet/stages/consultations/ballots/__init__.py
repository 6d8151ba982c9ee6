"""Ballots: what a client sends, what becomes of it, and how it is written.

``actions`` is what forms and pages call; ``recording`` writes what waits, in one transaction; ``path`` is the
way that takes thousands a second: an ASGI application with a token of its own and a group commit. Rows enter
the table in two ways, each for its size: ``rows`` a commit's worth at a time, where each is looked at;
``columns`` a whole import's, column by column (COPY on PostgreSQL), where a row object each would cost more
than the writing.
"""

"""The ballot path: an ASGI application that takes thousands of ballots a second, durable once answered.

``application`` speaks HTTP, ``tokens`` says who votes where, ``messages`` is the JSON, ``group_commit``
gathers what waits into one transaction, and ``figures`` counts. See docs/guides/ballot-path.md.
"""

"""Foreign exports put into a consultation: a Polis conversation, with every vote as it was cast.

An import is a row first (``request_import``), then the work of a worker (``run_import``): all of it or
nothing, in one transaction. What is there already is recognised and left as it is, so that the same export
imported twice adds nothing, and a later export of the same conversation adds what is new.

- A statement is known by its number in the export (``Statement.foreign_id``).
- A participant's identifier is made from the consultation and the number in the export: the same person of
  the export is the same participant, and no account is behind it.
- A ballot is known by who voted what on which statement and when.
"""

from placet.stages.consultations.imports.requests import may_retry, request_import, retry_import, run_import

__all__ = ["may_retry", "request_import", "retry_import", "run_import"]

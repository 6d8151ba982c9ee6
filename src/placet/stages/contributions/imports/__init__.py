"""Many contributions at once: the recommendations of a report, a table, an export of Decidim's.

An import is a row first (``request_import``). A worker reads its file (``read_import``); what it found is
shown, and nothing is written. Confirmed (``confirm_import``), a worker writes it (``run_import``): all of it
or nothing, in one transaction. What is there already is recognised and left as it is, so that the same file
imported twice adds nothing, and a longer version of it adds what is new.

``reading/`` knows the formats, ``checking`` says what is wrong and what is known, ``writing`` adds.
"""

from placet.stages.contributions.imports.looking import (
    CollectionChoice,
    collection_choices,
    find_collection,
    find_import,
    imports_of,
)
from placet.stages.contributions.imports.preview import faults_of, faults_table, findings_of, preview_of
from placet.stages.contributions.imports.progress import written_so_far
from placet.stages.contributions.imports.requests import (
    NewCollection,
    cancel_import,
    confirm_import,
    may_retry,
    read_import,
    request_import,
    retry_import,
    run_import,
)

__all__ = [
    "CollectionChoice",
    "NewCollection",
    "cancel_import",
    "collection_choices",
    "confirm_import",
    "faults_of",
    "faults_table",
    "find_collection",
    "find_import",
    "findings_of",
    "imports_of",
    "may_retry",
    "preview_of",
    "read_import",
    "request_import",
    "retry_import",
    "run_import",
    "written_so_far",
]

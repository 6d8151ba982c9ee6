"""Reading texts: for those who read, for those who translate, and the term base."""

from placet.stages.texts.queries.terms import pairs_of, terms_of
from placet.stages.texts.queries.translations import (
    Desk,
    TextStates,
    last_runs,
    translation_desk,
    translation_states,
    untranslated,
)
from placet.stages.texts.queries.wordings import (
    Wording,
    all_wordings,
    all_wordings_of,
    originals,
    texts_containing,
    wordings,
)

__all__ = [
    "Desk",
    "TextStates",
    "Wording",
    "all_wordings",
    "all_wordings_of",
    "last_runs",
    "originals",
    "pairs_of",
    "terms_of",
    "texts_containing",
    "translation_desk",
    "translation_states",
    "untranslated",
    "wordings",
]

"""Writing texts, their versions and translations, and the term base; by people and by machines."""

from placet.stages.texts.actions.machine import (
    budget_left,
    interrupt_run,
    request_run,
    translate_for_a_while,
)
from placet.stages.texts.actions.terms import add_term, remove_term
from placet.stages.texts.actions.translating import certify_translation, save_translation
from placet.stages.texts.actions.writing import (
    NewText,
    create_text,
    create_texts,
    delete_texts,
    revise_text,
)

__all__ = [
    "NewText",
    "add_term",
    "budget_left",
    "certify_translation",
    "create_text",
    "create_texts",
    "delete_texts",
    "interrupt_run",
    "remove_term",
    "request_run",
    "revise_text",
    "save_translation",
    "translate_for_a_while",
]

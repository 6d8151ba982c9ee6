"""A finished run as a file: what it found, with the texts that may still be shown."""

import json

from placet.stages.consultations.models import Statement
from placet.stages.sensemaking.documents import Document, write_json
from placet.stages.sensemaking.theme_models import Theme, ThemeRun


def themes_document(run: ThemeRun) -> Document:
    """What a finished run left behind, without hidden themes and without statements that were taken down.

    A text stands there in its author's words and language.
    """
    document: Document = json.loads(ThemeRun.objects.values_list("result", flat=True).get(pk=run.pk))
    hidden = set(
        Theme.objects.filter(consultation=run.consultation_id, is_hidden=True).values_list(
            "reference", flat=True
        )
    )
    texts = _texts(run)
    themes = [
        theme
        | {
            "statements": [each for each in theme["statements"] if each in texts],
            "representative": [each for each in theme["representative"] if each in texts],
        }
        for theme in document["themes"]
        if not {theme["reference"], theme["parent"]} & hidden
    ]
    shown = {reference for theme in themes for reference in theme["statements"]}
    return document | {
        "stability": run.stability,
        "input_digest": run.input_digest,
        "software_version": run.software_version,
        "themes": themes,
        "texts": {reference: texts[reference] for reference in sorted(shown)},
    }


def themes_json(run: ThemeRun) -> str:
    """The document as it is handed out."""
    return write_json(themes_document(run))


def _texts(run: ThemeRun) -> dict[str, dict[str, str]]:
    """By reference, the live statements in their current original wording; the last version counts."""
    found = (
        Statement.objects.filter(consultation=run.consultation_id, state=Statement.State.ACCEPTED)
        .order_by("reference", "text__versions__number")
        .values_list("reference", "text__language", "text__versions__body")
    )
    return {reference: {"language": language, "text": body} for reference, language, body in found}

"""Analysis documents: made by the engine, kept as JSON, shown with the texts that may still be shown."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from placet.sense.reports import analyze, build_document
from placet.sense.votes import Conversation
from placet.stages.sensemaking.models import AnalysisRun

Document = dict[str, Any]


def analyse(conversation: Conversation, *, seed: int) -> Document:
    """The engine's analysis of a conversation, as a document."""
    return build_document(analyze(conversation, seed=seed))


def write_json(document: Mapping[str, Any]) -> str:
    """A document as it is kept and handed out: what ``placet analyze`` would write."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


@lru_cache(maxsize=8)
def document_of(run_id: UUID) -> Document:
    """The document of a finished run. It never changes, so each process reads it once; treat it as read-only.

    Raises
    ------
    AnalysisRun.DoesNotExist
        Where there is no such run, or it is not finished.
    """
    finished = AnalysisRun.objects.filter(pk=run_id, state=AnalysisRun.State.DONE)
    document: Document = json.loads(finished.values_list("result", flat=True).get())
    return document


def with_texts(document: Document, texts: Mapping[str, str], topic: str | None = None) -> Document:
    """The same document with other texts for some of its statements, by reference; figures untouched."""
    return document | {
        "topic": document["topic"] if topic is None else topic,
        "statements": [
            statement | {"text": texts.get(statement["id"], statement["text"])}
            for statement in document["statements"]
        ],
    }

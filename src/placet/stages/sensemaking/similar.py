"""The nearest statements to a text, in every language: for who writes one, and for who moderates it.

A machine only ever points at them. What counts as near is a matter of the model: its own threshold of a
likely duplicate, and a little below that, what a reader should see before deciding.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string
from django.utils.translation import pgettext

from placet.sense.text.embedding import Embedder, centred_model, duplicate_similarity, vectors_of
from placet.sense.text.extras import MissingExtraError
from placet.sense.text.neighbours import nearest
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import (
    MODERATING_ROLES,
    StatementView,
    original_wordings,
    statement_views,
)
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.sensemaking.vectors import Corpus, Coverage, corpus_of, coverage_of, text_embedder
from placet.stages.texts.queries import Wording, wordings

SHORTEST = 15  # characters: fewer say too little to compare
SHOWN = 3
EMBEDDED_AT_ONCE = 64  # more than that are left to a worker: nobody waits for them
NEAR_MARGIN = 0.1  # below a likely duplicate, in cosines
LITERAL_SIMILARITY = 0.6  # of the same words in the same language
NEARLY_THE_SAME = 0.8
TASK = "placet.stages.sensemaking.vector_tasks.read_statements"
ORIGINALS = ""  # a language that nothing is translated into


@dataclass(frozen=True, slots=True)
class Similar:
    """A statement that is near, as the reader sees it, and what its author wrote where that differs."""

    statement: StatementView
    original: Wording | None
    similarity: float
    is_likely: bool

    @property
    def closeness(self) -> str:
        """The similarity in words."""
        return closeness(self.similarity, is_likely=self.is_likely)


def closeness(similarity: float, *, is_likely: bool) -> str:
    """A similarity in words: figures would promise more than a model can keep."""
    if similarity >= NEARLY_THE_SAME:
        return pgettext("similarity", "says nearly the same")
    if is_likely:
        return pgettext("similarity", "says much the same")
    return pgettext("similarity", "comes near it")


def likely_from(embedder: Embedder) -> float:
    """The cosine from which on two texts are likely to say the same."""
    threshold = duplicate_similarity(centred_model(embedder)) if embedder.is_cross_language else None
    return LITERAL_SIMILARITY if threshold is None else threshold


@dataclass(frozen=True, slots=True)
class EncoderState:
    """What texts are compared by, and how far that has come in a consultation."""

    is_cross_language: bool
    coverage: Coverage | None
    is_missing: bool = False


def similar_to(
    consultation: Consultation,
    text: str,
    written_in: str,
    reader_language: str,
    *,
    n: int = SHOWN,
    without: Collection[UUID] = (),
) -> list[Similar]:
    """The live statements of a consultation that come near a text, nearest first.

    Parameters
    ----------
    written_in : str
        BCP 47 tag of the text.
    without : collection of UUID
        Statements that do not count: the text's own.

    Returns
    -------
    list of Similar
        At most ``n``; none for a text of fewer than 15 characters, or where a text extra is missing.

    Notes
    -----
    Across languages only where the model is made for that; "text match" finds the same words alone. Where
    many statements have not been read yet, the nearest of those that have been are returned.
    """
    if len(text.strip()) < SHORTEST:
        return []
    try:
        embedder = text_embedder()
        corpus = corpus_of(consultation, embed_at_most=EMBEDDED_AT_ONCE)
    except MissingExtraError:
        return []
    if not corpus.is_complete:
        ask_for_reading(consultation)
    found = _nearest(embedder, corpus, text, written_in, n + len(without))
    chosen = [(place, score) for place, score in found if corpus.statement_ids[place] not in without][:n]
    statements = Statement.objects.in_bulk([corpus.statement_ids[place] for place, _ in chosen])
    likely = likely_from(embedder)
    here = [(statements[corpus.statement_ids[place]], score) for place, score in chosen]
    views = statement_views([statement for statement, _ in here], reader_language)
    originals = original_wordings(views)
    return [
        Similar(view, originals.get(view.id), score, score >= likely)
        for view, (_, score) in zip(views, here, strict=True)
    ]


def prepare(consultation: Consultation) -> None:
    """Load the model and what is known of a consultation, while somebody begins to write."""
    try:
        corpus_of(consultation, embed_at_most=EMBEDDED_AT_ONCE)
    except MissingExtraError:
        return


def similar_to_statement(actor: Actor, statement: Statement, reader_language: str) -> list[Similar]:
    """The live statements that come near one that is there already, for who moderates.

    Raises
    ------
    PermissionDenied
        To all but moderators and the secretariat.
    """
    require_role(actor, statement.consultation.priority.reflection, *MODERATING_ROLES)
    original = wordings([statement.text_id], ORIGINALS)[statement.text_id]
    return similar_to(
        statement.consultation,
        original.body,
        original.language,
        reader_language,
        without={statement.pk},
    )


def encoder_state(actor: Actor, consultation: Consultation) -> EncoderState:
    """What texts are compared by here, for who moderates.

    Raises
    ------
    PermissionDenied
        To all but moderators and the secretariat.
    """
    require_role(actor, consultation.priority.reflection, *MODERATING_ROLES)
    try:
        return EncoderState(text_embedder().is_cross_language, coverage_of(consultation))
    except MissingExtraError:
        return EncoderState(is_cross_language=False, coverage=None, is_missing=True)


def ask_for_reading(consultation: Consultation) -> None:
    """Have a worker read what the present model has not read; asked again within ten minutes, once."""
    if cache.add(f"placet.vectors.{settings.TEXT_ENCODER}.{consultation.pk}", value=True, timeout=600):
        import_string(TASK).enqueue(str(consultation.pk))


def _nearest(
    embedder: Embedder, corpus: Corpus, text: str, written_in: str, n: int
) -> list[tuple[int, float]]:
    """Places in the corpus and cosines, nearest first, from what is worth showing."""
    places = np.arange(len(corpus))
    least = likely_from(embedder) - NEAR_MARGIN
    if not embedder.is_cross_language:
        places = np.flatnonzero(np.array(corpus.languages) == written_in)
        least = LITERAL_SIMILARITY
    if not len(places):
        return []
    query = vectors_of(embedder, [text], [written_in])
    vectors = corpus.vectors if len(places) == len(corpus) else corpus.vectors[places]
    found = nearest(query, vectors, n_neighbours=min(n, len(places)))
    pairs = zip(places[found.indices[0]].tolist(), found.similarity[0].tolist(), strict=True)
    return [(place, score) for place, score in pairs if score >= least]

"""What the statements of a consultation mean, as directions: stored by wording and model, kept in memory.

The same statements are compared again and again while people write. So a process keeps what it read of a
consultation, together with a mark of how its statements stood: a new one is there with the next question.
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db.models import Count, Max, QuerySet

from placet.sense.text.embedding import Embedder, centred_model, find_embedder, vectors_of
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import accepted_statements
from placet.stages.sensemaking.models import TextVector
from placet.stages.texts.models import TextVersion

READ_TOGETHER = 5_000  # databases limit how many values a query names
BATCH = 256  # texts that are embedded and stored together: what is done by then is not done again
CONSULTATIONS_KEPT = 8
NUMBER = np.dtype("<f4")

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Live statements and their vectors, in the same order.

    Attributes
    ----------
    vectors : ndarray of shape (n_statements, n_dimensions)
        Of unit length, so that products of two rows are cosines. Read-only.
    is_complete : bool
        Whether every live statement is in it.
    """

    statement_ids: tuple[UUID, ...]
    version_ids: tuple[int, ...]
    references: tuple[str, ...]
    bodies: tuple[str, ...]
    languages: tuple[str, ...]
    vectors: npt.NDArray[np.float32]
    is_complete: bool = True

    def __len__(self) -> int:
        return len(self.statement_ids)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a consultation's live statements the present model has read."""

    n_read: int
    n_statements: int

    @property
    def is_complete(self) -> bool:
        return self.n_read >= self.n_statements


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """The vectors of one model and the versions that they are of, in the same order."""

    last_pk: int
    version_ids: tuple[int, ...]
    vectors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Row:
    statement_id: UUID
    version_id: int
    reference: str
    body: str
    language: str


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: tuple[object, ...]
    corpus: Corpus


_kept: OrderedDict[UUID, _Kept] = OrderedDict()
_all: dict[str, StoredVectors] = {}  # by model
_kept_lock = Lock()


def text_embedder() -> Embedder:
    """The one encoder that this installation compares texts by.

    Raises
    ------
    MissingExtraError
        Where it needs what is not installed.
    """
    return find_embedder(settings.TEXT_ENCODER)


def corpus_of(consultation: Consultation, *, embed_at_most: int | None = None) -> Corpus:
    """The live statements of a consultation with their vectors; embeds and stores what is missing.

    Parameters
    ----------
    embed_at_most : int, optional
        Where more are missing than that, none is embedded, and only those are returned that have a vector:
        a reader who waits for an answer does not wait for the whole consultation.

    Raises
    ------
    MissingExtraError
        Where the encoder needs what is not installed.
    """
    embedder = text_embedder()
    model = centred_model(embedder)
    mark = (model, *_mark(consultation))
    with _kept_lock:
        kept = _kept.get(consultation.pk)
    if kept and kept.mark == mark:
        return kept.corpus
    rows = _rows(consultation)
    known = _known_in(kept, model)
    known |= _stored([row.version_id for row in rows if row.version_id not in known], model)
    missing = [row for row in rows if row.version_id not in known]
    if embed_at_most is not None and len(missing) > embed_at_most:
        read = [row for row in rows if row.version_id in known]
        return replace(_corpus(read, known, embedder), is_complete=False)
    known |= _embed([(row.version_id, row.body, row.language) for row in missing], embedder)
    corpus = _corpus(rows, known, embedder)
    with _kept_lock:
        _kept[consultation.pk] = _Kept(mark, corpus)
        _kept.move_to_end(consultation.pk)
        while len(_kept) > CONSULTATIONS_KEPT:
            _kept.popitem(last=False)
    return corpus


def embed_query(text: str, language: str) -> Vector:
    """The direction of a text that is looked for; nothing is stored.

    Returns
    -------
    ndarray of shape (n_dimensions,)
        Of unit length.

    Raises
    ------
    MissingExtraError
        Where the encoder needs what is not installed.
    """
    (direction,) = vectors_of(text_embedder(), [text], [language])
    return np.asarray(direction, np.float32)


def store_vectors(version_ids: Collection[int]) -> int:
    """Embed and store those of the versions that the present model has not read; returns how many.

    Raises
    ------
    MissingExtraError
        Where the encoder needs what is not installed.
    """
    embedder = text_embedder()
    unread = sorted(set(version_ids) - _stored(sorted(version_ids), centred_model(embedder)).keys())
    for start in range(0, len(unread), READ_TOGETHER):
        some = TextVersion.objects.filter(pk__in=unread[start : start + READ_TOGETHER])
        _embed(list(some.values_list("pk", "body", "text__language")), embedder)
    return len(unread)


def all_vectors() -> StoredVectors:
    """Every vector of the present model; kept in memory, where what was stored since is added.

    Raises
    ------
    MissingExtraError
        Where the encoder needs what is not installed.
    """
    embedder = text_embedder()
    model = centred_model(embedder)
    rows = TextVector.objects.filter(model=model).order_by("pk")
    with _kept_lock:
        kept = _all.get(model) or _nothing_of(embedder)
        count = rows.count()
        if count == len(kept.version_ids):
            return kept
        added = list(rows.filter(pk__gt=kept.last_pk).values_list("pk", "version", "vector"))
        if len(kept.version_ids) + len(added) != count:  # one with a smaller key came in later
            kept, added = _nothing_of(embedder), list(rows.values_list("pk", "version", "vector"))
        vectors = np.frombuffer(b"".join(vector for _, _, vector in added), NUMBER)
        _all[model] = StoredVectors(
            added[-1][0] if added else 0,
            (*kept.version_ids, *(version for _, version, _ in added)),
            np.concatenate([kept.vectors, vectors.reshape(-1, embedder.n_dimensions)]),
        )
        return _all[model]


def coverage_of(consultation: Consultation) -> Coverage:
    """How far the present model has read the live statements of a consultation."""
    model = centred_model(text_embedder())
    versions = _current_versions(consultation)
    n_read = TextVector.objects.filter(model=model, version__in=versions).count()
    return Coverage(n_read, accepted_statements(consultation).count())


def _mark(consultation: Consultation) -> tuple[object, ...]:
    """Differs when a statement is accepted, leaves, or is worded anew; one query."""
    found = accepted_statements(consultation).aggregate(
        n=Count("pk"), last_version=Max("text__versions__pk"), last_decision=Max("moderated_at")
    )
    return found["n"], found["last_version"], found["last_decision"]


def _rows(consultation: Consultation) -> list[_Row]:
    """The live statements in the current wording of their originals, by reference."""
    found = accepted_statements(consultation).order_by("reference", "text__versions__number")
    fields = ("pk", "text__versions__pk", "reference", "text__versions__body", "text__language")
    rows = found.values_list(*fields)
    return list({row[0]: _Row(*row) for row in rows}.values())  # of several versions the last one stays


def _current_versions(consultation: Consultation) -> "QuerySet[Statement, int]":
    live = accepted_statements(consultation).order_by()
    return live.annotate(current=Max("text__versions__pk")).values_list("current", flat=True)


def _known_in(kept: _Kept | None, model: str) -> dict[int, Vector]:
    if kept is None or kept.mark[0] != model:
        return {}
    return dict(zip(kept.corpus.version_ids, kept.corpus.vectors, strict=True))


def _stored(version_ids: Sequence[int], model: str) -> dict[int, Vector]:
    found: dict[int, Vector] = {}
    for start in range(0, len(version_ids), READ_TOGETHER):
        some = version_ids[start : start + READ_TOGETHER]
        rows = TextVector.objects.filter(version__in=some, model=model).values_list("version", "vector")
        found.update((version, np.frombuffer(vector, NUMBER)) for version, vector in rows)
    return found


def _embed(texts: Sequence[tuple[int, str, str]], embedder: Embedder) -> dict[int, Vector]:
    """Embed versions, each with its body and language; a batch is stored before the next one begins."""
    model = centred_model(embedder)
    known: dict[int, Vector] = {}
    for start in range(0, len(texts), BATCH):
        version_ids, bodies, languages = zip(*texts[start : start + BATCH], strict=True)
        vectors = vectors_of(embedder, bodies, languages).astype(NUMBER)
        TextVector.objects.bulk_create(
            [
                TextVector(version_id=version_id, model=model, vector=vector.tobytes())
                for version_id, vector in zip(version_ids, vectors, strict=True)
            ],
            ignore_conflicts=True,  # another process may have read the same text meanwhile
        )
        known.update(zip(version_ids, vectors, strict=True))
    return known


def _nothing_of(embedder: Embedder) -> StoredVectors:
    return StoredVectors(0, (), np.empty((0, embedder.n_dimensions), np.float32))


def _corpus(rows: Sequence[_Row], known: dict[int, Vector], embedder: Embedder) -> Corpus:
    vectors = np.empty((len(rows), embedder.n_dimensions), np.float32)
    for place, row in enumerate(rows):
        vectors[place] = known[row.version_id]
    vectors.flags.writeable = False
    return Corpus(
        statement_ids=tuple(row.statement_id for row in rows),
        version_ids=tuple(row.version_id for row in rows),
        references=tuple(row.reference for row in rows),
        bodies=tuple(row.body for row in rows),
        languages=tuple(row.language for row in rows),
        vectors=vectors,
    )

"""Extractive summaries: which statements together cover what was said, and a minority shown on purpose.

Nothing is written by a machine: a summary is a choice of statements, quoted as they stand. The choice is
kept for as long as what it rests on is the same, text by text; where one was taken down, merged or reworded
it is made anew before anything is shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db.models import Max

from placet import __version__
from placet.sense.text.extras import MissingExtraError
from placet.sense.text.summaries import summarise
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import StatementView, statement_views
from placet.stages.mandates.models import Reflection
from placet.stages.sensemaking.queries import is_public
from placet.stages.sensemaking.theme_models import KeptSummary, Theme
from placet.stages.sensemaking.themes.reading import ThemeView, statements_in, themes_view
from placet.stages.sensemaking.vectors import corpus_of

LEAST_STATEMENTS = 3  # fewer are read faster than a choice among them
N_QUOTED, N_MINORITY = 5, 2
EMBED_AT_MOST = 200  # while a reader waits; what is more is read by the next theme run


@dataclass(frozen=True, slots=True)
class SummaryView:
    """Quoted statements, and a minority view. ``state`` is "made", or why there is none: "few", "unread" or
    "missing" (the optional extra)."""

    state: str
    n_statements: int
    quoted: list[StatementView]
    minority: list[StatementView]


def theme_summary(theme: Theme, view: ThemeView, language: str) -> SummaryView:
    """What is said in a theme and in what stands below it."""
    live = set(statements_in(theme, view).values_list("pk", flat=True))
    return _summary(
        f"theme {theme.reference}",
        theme.consultation.priority.reflection,
        [theme.consultation],
        language,
        only=live,
    )


def consultation_summary(consultation: Consultation, language: str) -> SummaryView:
    """What is said in a consultation. Whoever calls has asked whether the reader may see it."""
    reflection = consultation.priority.reflection
    return _summary(f"consultation {consultation.reference}", reflection, [consultation], language)


def reflection_summary(reflection: Reflection, language: str) -> SummaryView:
    """What is said in all public consultations of a reflection, whoever reads it."""
    return _summary(f"reflection {reflection.slug}", reflection, public_consultations(reflection), language)


def choose_ahead(consultation: Consultation) -> None:
    """Make the summaries of a public consultation and its themes before the first reader asks."""
    if not is_public(consultation):
        return
    for main in themes_view(consultation, settings.LANGUAGE_CODE, quoted=0).themes:
        for view in (main, *main.below):
            view.row.consultation = consultation
            theme_summary(view.row, view, settings.LANGUAGE_CODE)
    consultation_summary(consultation, settings.LANGUAGE_CODE)
    reflection_summary(consultation.priority.reflection, settings.LANGUAGE_CODE)


def public_consultations(reflection: Reflection) -> list[Consultation]:
    """Those that everybody may see, by reference."""
    found = Consultation.objects.filter(priority__reflection=reflection).order_by("reference")
    return [each for each in found.select_related("priority__reflection") if is_public(each)]


def _summary(
    scope: str,
    reflection: Reflection,
    consultations: Sequence[Consultation],
    language: str,
    *,
    only: Collection[UUID] | None = None,
) -> SummaryView:
    live = _live_versions(consultations, only)
    if len(live) < LEAST_STATEMENTS:
        return SummaryView("few", len(live), [], [])
    digest = _digest(live)
    kept = KeptSummary.objects.filter(scope=scope, digest=digest).first()
    if kept is None:
        try:
            chosen = _chosen(consultations, live)
        except MissingExtraError:
            return SummaryView("missing", len(live), [], [])
        if chosen is None:
            return SummaryView("unread", len(live), [], [])
        quoted, minority = chosen
        kept, _created = KeptSummary.objects.update_or_create(
            scope=scope,
            defaults={
                "reflection": reflection, "digest": digest, "quoted": quoted, "minority": minority
            },
        )  # fmt: skip
    views = _views([*kept.quoted, *kept.minority], language)
    return SummaryView(
        "made",
        len(live),
        [views[reference] for reference in kept.quoted if reference in views],
        [views[reference] for reference in kept.minority if reference in views],
    )


def _live_versions(consultations: Sequence[Consultation], only: Collection[UUID] | None) -> dict[str, int]:
    """The current version of each statement that may be quoted, by reference."""
    accepted = Statement.objects.filter(consultation__in=consultations, state=Statement.State.ACCEPTED)
    found = accepted.annotate(version=Max("text__versions__pk")).values_list("pk", "reference", "version")
    return {reference: version for pk, reference, version in found if only is None or pk in only}


def _digest(live: dict[str, int]) -> str:
    """Of all that a choice rests on: the versions of the texts, the encoder and the engine."""
    versions = ",".join(str(version) for version in sorted(live.values()))
    return sha256(f"{__version__} {settings.TEXT_ENCODER} {versions}".encode()).hexdigest()


def _chosen(
    consultations: Sequence[Consultation], live: dict[str, int]
) -> tuple[list[str], list[str]] | None:
    """The engine's choice among the live statements; None where most of them have no vector yet."""

    corpora = [corpus_of(each, embed_at_most=EMBED_AT_MOST) for each in consultations]
    places = [
        (corpus, i)
        for corpus in corpora
        for i, (reference, version) in enumerate(zip(corpus.references, corpus.version_ids, strict=True))
        if live.get(reference) == version
    ]
    if len(places) < max(len(live) / 2, LEAST_STATEMENTS):
        return None
    summary = summarise(
        np.stack([corpus.vectors[i] for corpus, i in places]), n_quoted=N_QUOTED, n_minority=N_MINORITY
    )
    references = [corpus.references[i] for corpus, i in places]
    return [references[int(i)] for i in summary.quoted], [references[int(i)] for i in summary.minority]


def _views(references: Collection[str], language: str) -> dict[str, StatementView]:
    """Asked for once more by what is live: between the choice and the page a text may be taken down."""
    live = Statement.objects.filter(reference__in=references, state=Statement.State.ACCEPTED)
    return {view.reference: view for view in statement_views(list(live), language)}

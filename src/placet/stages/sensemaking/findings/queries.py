"""Reading findings: who sees which, and each with the figures of its text filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import Http404

from placet.stages.mandates.models import Priority, Reflection, Role
from placet.stages.mandates.permissions import Actor, may_see, require_role, roles_of
from placet.stages.sensemaking.finding_models import Evidence, Finding, Stance
from placet.stages.sensemaking.findings import figures
from placet.stages.sensemaking.findings.figures import FigureKey, keys_of, pieces_of
from placet.stages.sensemaking.findings.sources import FigureView, Sources, sources_of
from placet.stages.sensemaking.queries import ANALYSING_ROLES
from placet.stages.texts.queries import Wording, all_wordings, wordings

PUBLIC_STATES = (Finding.State.PUBLISHED, Finding.State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class FilledPiece:
    """A part of a text: words, or a figure in the text's language.

    ``number`` is the place of the figure among those of the text, from 1; 0 for words, and for what is
    between braces and is no figure.
    """

    text: str
    figure: FigureView | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding in the reader's language, its figures filled in as of the runs that it chose."""

    id: UUID
    reference: str
    state: str
    state_label: str
    title: Wording
    text: Wording
    pieces: tuple[FilledPiece, ...]
    figures: list[FigureView]
    n_supporting: int
    n_against: int
    priority_number: int | None
    is_simulated: bool
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawal_reason: Wording | None

    @property
    def filled_text(self) -> str:
        """The text with its figures filled in, each share with its interval."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def has_changed_figures(self) -> bool:
        return any(figure.changed_to for figure in self.figures)

    @property
    def changed_figures(self) -> list[FigureView]:
        """Those that a later run puts outside their interval."""
        return [figure for figure in self.figures if figure.changed_to]


@dataclass(frozen=True, slots=True)
class FilledWording:
    """A finding's text in one of its languages."""

    wording: Wording
    pieces: tuple[FilledPiece, ...]


def may_write_findings(actor: Actor, reflection: Reflection) -> bool:
    """Whether somebody writes findings: the secretariat of the reflection."""
    return Role.SECRETARIAT in roles_of(actor, reflection)


def visible_findings(actor: Actor, reflection: Reflection) -> QuerySet[Finding]:
    """The findings of a reflection that somebody may see, by reference.

    Secretariat and analysts see all; everybody else those that are published, or were and are withdrawn.
    """
    if not may_see(actor, reflection):
        return Finding.objects.none()
    found = Finding.objects.filter(reflection=reflection).order_by("reference")
    return (
        found if roles_of(actor, reflection) & set(ANALYSING_ROLES) else found.filter(state__in=PUBLIC_STATES)
    )


def managed_findings(actor: Actor, reflection: Reflection) -> QuerySet[Finding]:
    """All findings of a reflection, newest first, for those who write them.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    return Finding.objects.filter(reflection=reflection).order_by("-created_at", "-reference")


def find_finding(actor: Actor, reference: str) -> Finding:
    """The finding of that reference, where the actor may see it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    found = (
        Finding.objects.filter(reference=reference)
        .select_related("reflection", "priority", "title", "text")
        .first()
    )
    if found is None or not visible_findings(actor, found.reflection).filter(pk=found.pk).exists():
        raise Http404
    return found


def find_managed_finding(actor: Actor, reference: str) -> Finding:
    """The finding of that reference, for those who write it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen.
    PermissionDenied
        Where it may be seen, but not changed.
    """
    found = find_finding(actor, reference)
    require_role(actor, found.reflection, Role.SECRETARIAT)
    return found


def finding_views(findings: Sequence[Finding], language: str) -> list[FindingView]:
    """The findings in the reader's language, in a number of queries that does not grow with them.

    A translation that does not refer to the same figures as its original is not shown: the original is.
    """
    rows = list(findings)
    words = wordings(
        [pk for row in rows for pk in (row.title_id, row.text_id, row.withdrawal_reason_id)], language
    )
    texts = {row.pk: _true_to_original(words[row.text_id]) for row in rows}
    sources = sources_of({row: keys_of(texts[row.pk].body) for row in rows})
    counts = _evidence_counts(rows)
    priorities = dict(
        Priority.objects.filter(pk__in={row.priority_id for row in rows}).values_list("pk", "number")
    )
    found = []
    for row in rows:
        text = texts[row.pk]
        pieces = filled(row, text, sources)
        found.append(
            FindingView(
                id=row.pk,
                reference=row.reference,
                state=row.state,
                state_label=row.get_state_display(),
                title=words[row.title_id],
                text=text,
                pieces=pieces,
                figures=_figures_in(pieces),
                n_supporting=counts.get((row.pk, Stance.SUPPORTS), 0),
                n_against=counts.get((row.pk, Stance.AGAINST), 0),
                priority_number=priorities.get(row.priority_id) if row.priority_id else None,
                is_simulated=row.is_simulated,
                published_at=row.published_at,
                withdrawn_at=row.withdrawn_at,
                withdrawal_reason=words.get(row.withdrawal_reason_id) if row.withdrawal_reason_id else None,
            )
        )
    return found


def in_all_languages(finding: Finding) -> list[FilledWording]:
    """The text in each of its languages, the original first, as far as it refers to the same figures."""
    found = all_wordings(finding.text_id)
    sources = sources_of({finding: keys_of(found[0].body)})
    same = [each for each in found if keys_of(each.body) == keys_of(found[0].body)]
    return [FilledWording(each, filled(finding, each, sources)) for each in same]


def filled(finding: Finding, wording: Wording, sources: Sources) -> tuple[FilledPiece, ...]:
    """A text with its figures filled in, written as its language writes numbers."""
    numbers: dict[FigureKey, int] = {}
    found = []
    for piece in pieces_of(wording.body):
        if not isinstance(piece, FigureKey):
            found.append(FilledPiece(piece if isinstance(piece, str) else piece.text))
            continue
        figure = sources.figure(finding, piece)
        if figure is None:
            found.append(FilledPiece(str(piece)))
            continue
        place = numbers.setdefault(piece, len(numbers) + 1)
        found.append(FilledPiece(in_words(figure, wording.language), figure, place))
    return tuple(found)


def in_words(figure: FigureView, language: str) -> str:
    """A figure as it stands in a sentence: "67% (61–73%)", "1,240"."""
    value = value_of(figure, language)
    if figure.low is None or figure.high is None or figure.kind == figures.LEAST:
        return value
    return f"{value} ({figures.percentages(figure.low, figure.high, language)})"


def value_of(figure: FigureView, language: str) -> str:
    """A figure without its interval."""
    if figure.share is None:
        return figures.number(figure.number or 0, language)
    digits = figures.digits_for(figure.low, figure.high)
    return figures.percentage(figure.share, language, digits=digits)


def _true_to_original(wording: Wording) -> Wording:
    if wording.is_original or keys_of(wording.body) == keys_of(wording.original_body):
        return wording
    return replace(
        wording,
        body=wording.original_body,
        language=wording.original_language,
        translation_id=None,
        translation_number=0,
        origin="",
        is_certified=False,
        model_name="",
    )


def _figures_in(pieces: Sequence[FilledPiece]) -> list[FigureView]:
    """Each figure once, in the order of the text."""
    return list({piece.number: piece.figure for piece in pieces if piece.figure}.values())


def _evidence_counts(rows: Sequence[Finding]) -> Mapping[tuple[UUID, str], int]:
    held = Evidence.objects.filter(finding__in=[row.pk for row in rows], taken_back_at=None)
    grouped = held.order_by().values_list("finding", "stance").annotate(n=Count("pk"))
    return {(finding, stance): n for finding, stance, n in grouped}

"""What a finding may cite: found by reference or by words, or proposed from where one comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.contributions.models import Contribution
from placet.stages.dialogues.models import Dialogue, HouseRule, Series, Takeaway
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.sensemaking.findings.evidence import ItemView, item_views
from placet.stages.sensemaking.findings.items import Item, is_shown
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.theme_models import Theme
from placet.stages.texts.models import TextVersion, Translation
from placet.stages.texts.queries import texts_containing

FOUND_PER_KIND = 10
LOOKED_AT = 400  # texts that hold the words in some version, of which the current ones are kept


@dataclass(frozen=True, slots=True)
class Start:
    """Where a finding starts: what is proposed as its evidence, and the run that its figures come from."""

    items: tuple[Item, ...] = ()
    run: AnalysisRun | None = None


def find_citable(actor: Actor, reflection: Reflection, words: str, language: str) -> list[ItemView]:
    """What may be cited of a reflection and bears that reference, or holds these words in any language.

    At most ten of each kind: statements, contributions, takeaways, themes. SQLite knows capitals of ASCII
    letters alone.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    asked = " ".join(words.split())[:100]
    if not asked:
        return []
    found: list[Item] = []
    for rows, column in _citable(reflection):
        named = list(rows.filter(reference=asked.upper()))
        found += named or _containing(rows, column, asked)
    return item_views(found, language)


def item_by_reference(reflection: Reflection, reference: str) -> Item:
    """What may be cited under a reference.

    Raises
    ------
    Http404
        Where there is nothing of that reference in the reflection that everybody may read.
    """
    for rows, _column in _citable(reflection):
        found: Item | None = rows.filter(reference=reference.strip().upper()).first()
        if found is not None:
            return found
    raise Http404


def start_from(
    reflection: Reflection, *, theme: str = "", run: str = "", statement: str = "", dialogue: str = ""
) -> Start:
    """What is proposed where somebody starts a finding from a theme, a statement in a run, or a dialogue.

    Raises
    ------
    Http404
        Where the reflection has no such thing that everybody may read.
    """
    if theme:
        found = item_by_reference(reflection, theme)
        if not isinstance(found, Theme):
            raise Http404
        return Start((found, *_statements(reflection, found.representative)))
    if dialogue:
        takeaways = _takeaways(reflection).filter(report__dialogue__reference=dialogue.strip().upper())
        if not takeaways.exists():
            raise Http404
        return Start(tuple(takeaways.order_by("position", "reference")))
    chosen = _run(reflection, run) if run else None
    if statement:
        item = item_by_reference(reflection, statement)
        if not isinstance(item, Statement):
            raise Http404
        return Start((item,), chosen)
    return Start((), chosen)


def _citable(reflection: Reflection) -> Sequence[tuple["QuerySet[Any]", str]]:
    """Each kind of thing that may be cited, with the column of the text that is searched."""
    return (
        (_every_statement(reflection), "text"),
        (
            Contribution.objects.filter(reflection=reflection, state=Contribution.State.PUBLISHED).order_by(
                "reference"
            ),
            "title",
        ),
        (_takeaways(reflection), "text"),
        (_themes(reflection), "name"),
    )


def _every_statement(reflection: Reflection) -> "QuerySet[Statement]":
    return (
        Statement.objects.filter(
            consultation__priority__reflection=reflection, state=Statement.State.ACCEPTED
        )
        .exclude(consultation__state=Consultation.State.DRAFT)
        .select_related("consultation")
        .order_by("reference")
    )


def _statements(reflection: Reflection, references: Sequence[str]) -> list[Statement]:
    found = {row.reference: row for row in _every_statement(reflection).filter(reference__in=references)}
    return [found[each] for each in references if each in found]


def _takeaways(reflection: Reflection) -> "QuerySet[Takeaway]":
    return (
        Takeaway.objects.filter(
            report__dialogue__series__reflection=reflection,
            report__dialogue__series__state=Series.State.PUBLISHED,
            report__dialogue__state=Dialogue.State.REPORTED,
            report__published_at__isnull=False,
            removed_at=None,
        )
        .exclude(report__dialogue__house_rule=HouseRule.CLOSED)
        .select_related("report__dialogue__series")
        .order_by("reference")
    )


def _themes(reflection: Reflection) -> "QuerySet[Theme]":
    return (
        Theme.objects.filter(
            consultation__priority__reflection=reflection, state=Theme.State.LIVE, is_hidden=False
        )
        .exclude(parent__is_hidden=True)
        .select_related("consultation", "parent", "merged_into__parent")
        .order_by("reference")
    )


def _containing(rows: "QuerySet[Any]", column: str, words: str) -> list[Item]:
    """Those whose current text holds the words, and themes of which a term does."""
    texts = rows.order_by().values(f"{column}_id")
    candidates: set[UUID] = {
        *TextVersion.objects.filter(text__in=texts, body__icontains=words).values_list("text", flat=True)[
            :LOOKED_AT
        ],
        *Translation.objects.filter(version__text__in=texts, body__icontains=words).values_list(
            "version__text", flat=True
        )[:LOOKED_AT],
    }
    wanted = Q(**{f"{column}__in": texts_containing(candidates, words)})
    if rows.model is Theme:
        wanted |= Q(pk__in=[row.pk for row in rows if _has_term(row, words)])
    return [row for row in rows.filter(wanted)[:FOUND_PER_KIND] if is_shown(row)]


def _has_term(theme: Theme, words: str) -> bool:
    terms = (term for terms in theme.labels.values() for term in terms)
    return any(words.casefold() in term.casefold() for term in terms)


def _run(reflection: Reflection, reference: str) -> AnalysisRun:
    found = (
        AnalysisRun.objects.filter(
            reference=reference.strip().upper(),
            state=AnalysisRun.State.DONE,
            consultation__priority__reflection=reflection,
        )
        .defer("result")
        .first()
    )
    if found is None:
        raise Http404
    return found

"""What findings rest on, as pages show it: what may no longer be shown keeps its reference and no text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from placet.stages.consultations.lineage import targets_of
from placet.stages.consultations.models import Statement
from placet.stages.sensemaking.finding_models import Evidence, Finding, Stance
from placet.stages.sensemaking.findings.figures import FigureKey
from placet.stages.sensemaking.findings.items import Item, is_shown, kind_of
from placet.stages.sensemaking.findings.sources import FigureView, sources_of
from placet.stages.sensemaking.theme_models import Theme
from placet.stages.sensemaking.themes.reading import TERMS_IN_A_TITLE, terms_of, theme_language
from placet.stages.texts.queries import Wording, wordings

RELATED = (
    "finding",
    "statement__consultation",
    "contribution",
    "takeaway__report__dialogue__series",
    "theme__parent",
    "theme__merged_into__parent",
    "theme__consultation",
)


@dataclass(frozen=True, slots=True)
class ItemView:
    """Something that a finding cites or may cite.

    Attributes
    ----------
    kind : str
        ``"statement"``, ``"contribution"``, ``"takeaway"`` or ``"theme"``.
    wording : Wording or None
        None where its text is no longer shown, and for a theme without a name.
    terms, terms_language : str
        Of a theme without a name, what sets it apart.
    gave_way_to : str
        The reference of the statement or theme that stands for it now; empty where it stands for itself.
    consultation_reference : str
        Of statements and themes.
    is_dissent : bool
        A takeaway that the room did not share.
    """

    kind: str
    reference: str
    is_shown: bool
    wording: Wording | None
    terms: str
    terms_language: str
    gave_way_to: str
    consultation_reference: str
    is_dissent: bool
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A piece of evidence; of a statement with its agreement as of the run that the finding chose."""

    id: int
    stance: str
    item: ItemView
    figure: FigureView | None


@dataclass(frozen=True, slots=True)
class Both:
    """What supports a finding, and what speaks against it."""

    supporting: list[EvidenceView]
    against: list[EvidenceView]

    def __bool__(self) -> bool:
        return bool(self.supporting or self.against)


def evidence_of(findings: Sequence[Finding], language: str) -> dict[UUID, Both]:
    """What each finding cites now, in a number of queries that does not grow with it."""
    rows = list(
        Evidence.objects.filter(finding__in=findings, taken_back_at=None)
        .select_related(*RELATED)
        .order_by("pk")
    )
    items = {row.pk: item_of(row) for row in rows}
    views = {view.reference: view for view in item_views(items.values(), language)}
    keys = {row.pk: FigureKey("agree", row.statement.reference) for row in rows if row.statement is not None}
    asked: dict[Finding, set[FigureKey]] = {finding: set() for finding in findings}
    for row in rows:
        if row.pk in keys:
            asked[row.finding].add(keys[row.pk])
    sources = sources_of(asked)
    found = {finding.pk: Both([], []) for finding in findings}
    for row in rows:
        both = found[row.finding_id]
        figure = sources.figure(row.finding, keys[row.pk]) if row.pk in keys else None
        view = EvidenceView(row.pk, row.stance, views[items[row.pk].reference], figure)
        (both.supporting if row.stance == Stance.SUPPORTS else both.against).append(view)
    return found


def item_of(evidence: Evidence) -> Item:
    """What a piece of evidence cites."""
    item = evidence.statement or evidence.contribution or evidence.takeaway or evidence.theme
    if item is None:
        raise ValueError(f"evidence {evidence.pk} cites nothing")
    return item


def item_views(items: Iterable[Item], language: str) -> list[ItemView]:
    """Items in the reader's language; four queries at most, where they come with what ``RELATED`` names."""
    rows = list(items)
    shown = {row.pk for row in rows if is_shown(row)}
    texts = {row.pk: _text_id(row) for row in rows if row.pk in shown}
    words = wordings(texts.values(), language)
    merged = [row for row in rows if isinstance(row, Statement) and row.state == Statement.State.MERGED]
    targets = targets_of(merged) if merged else {}
    found = []
    for row in rows:
        terms = terms_of(row, language) if isinstance(row, Theme) and row.pk in shown else ()
        text_id = texts.get(row.pk)
        found.append(
            ItemView(
                kind=kind_of(row),
                reference=row.reference,
                is_shown=row.pk in shown,
                wording=words.get(text_id) if text_id else None,
                terms=", ".join(terms[:TERMS_IN_A_TITLE]),
                terms_language=theme_language(row, language) if isinstance(row, Theme) else "",
                gave_way_to=_successor(row) if isinstance(row, Theme) else targets.get(row.pk, ""),
                consultation_reference=(
                    row.consultation.reference if isinstance(row, Statement | Theme) else ""
                ),
                is_dissent=getattr(row, "is_dissent", False),
                is_simulated=getattr(row, "is_simulated", False),
            )
        )
    return found


def _text_id(item: Item) -> UUID | None:
    kind = kind_of(item)
    column = {"contribution": "title_id", "theme": "name_id"}.get(kind, "text_id")
    found: UUID | None = getattr(item, column)
    return found


def _successor(theme: Theme) -> str:
    """The theme that it was merged into, where everybody may read that one."""
    into = theme.merged_into
    return into.reference if into is not None and is_shown(into) else ""

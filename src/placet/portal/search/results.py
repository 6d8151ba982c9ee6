"""What a reader finds: both rankings in one list of texts, with counts by kind, language and reflection."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from placet.portal.models import SearchEntry
from placet.portal.search.expansion import expanded
from placet.portal.search.meaning import rank_by_meaning
from placet.portal.search.words import phrases_of, rank_by_words
from placet.sense.text.stemming import fold
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.contributions.models import Call, Contribution
from placet.stages.dialogues.models import Dialogue, HouseRule, Series
from placet.stages.mandates.models import Reflection, Role, RoleGrant
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.queries import MANAGING_ROLES
from placet.stages.people.models import Account
from placet.stages.proposals.models import Proposal
from placet.stages.sensemaking.findings.figures import pieces_of
from placet.stages.sensemaking.models import Finding

LONGEST_QUERY = 200  # characters
# What an entry belongs to, the nearest first.
OWNERS = (
    "statement",
    "consultation",
    "takeaway",
    "dialogue",
    "series",
    "contribution",
    "call",
    "finding",
    "clause",
    "proposal",
    "commitment",
)
_PAGES = {
    "statement": "portal:statement",
    "consultation": "consultations:consultation",
    "takeaway": "dialogues:takeaway",
    "dialogue": "dialogues:dialogue",
    "series": "dialogues:series",
    "contribution": "contributions:contribution",
    "call": "contributions:call",
    "finding": "sensemaking:finding",
    "proposal": "proposals:proposal",
    "commitment": "followup:commitment",
}
# Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): what both rankings put high comes first,
# without comparing their scores.
FUSION = 60


@dataclass(frozen=True)
class Question:
    """What is searched, and where."""

    words: str
    language: str
    kind: str = ""
    content_language: str = ""  # in which it was written
    reflection: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.words.strip()

    @cached_property
    def asked(self) -> str:
        """The words, and what else their terms are called."""
        return expanded(self.words)


@dataclass(frozen=True, slots=True)
class Found:
    """A text that was found: its best entry, and whether its words or only its meaning matched."""

    entry: SearchEntry
    is_by_words: bool
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Facet:
    """How many of what was found are of one kind, language or reflection."""

    value: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Results:
    """All that was found, best first, and the counts to narrow it by (each without its own filter)."""

    found: list[Found]
    kinds: list[Facet]
    languages: list[Facet]
    reflections: list[Facet]
    is_meaning_searched: bool


def search(actor: Actor, question: Question) -> Results:
    """Search what the actor may see, by words and by meaning."""
    if question.is_empty:
        return Results([], [], [], [], is_meaning_searched=True)
    visible = visible_entries(actor)
    by_words = rank_by_words(visible, question.asked)
    by_meaning = rank_by_meaning(visible, question.asked, question.language)
    scores = _fused(
        sorted(by_words, key=lambda pk: (-by_words[pk], pk)), [near.entry_id for near in by_meaning or ()]
    )
    entries = visible.select_related("version__text", "translation", "reflection", *OWNERS)
    found = _by_text(entries.in_bulk(list(scores)), scores, by_words, question.language)
    if phrases := phrases_of(question.words):
        found = [each for each in found if _contains(each.entry, phrases)]
    return _narrowed(found, question, is_meaning_searched=by_meaning is not None)


def visible_entries(actor: Actor) -> QuerySet[SearchEntry]:
    """The entries of what the actor may see, as the stages' own queries decide (``may_see``)."""
    reflections, consultations = ~Q(reflection__state=Reflection.State.DRAFT), Q(consultation=None)
    consultations |= ~Q(consultation__state=Consultation.State.DRAFT)
    if isinstance(actor, Account) and actor.is_active:
        held = RoleGrant.objects.filter(account=actor, revoked_at=None)
        reflections |= Q(reflection__in=held.values("reflection"))
        managed = held.filter(role__in=[Role(role) for role in MANAGING_ROLES])
        consultations |= Q(reflection__in=managed.values("reflection"))
    return SearchEntry.objects.filter(reflections, consultations, *_published())


def _published() -> Iterator[Q]:
    """What has been taken back since the index was made is not shown, whoever asks."""
    yield Q(statement=None) | Q(statement__state=Statement.State.ACCEPTED)
    yield Q(contribution=None) | Q(contribution__state=Contribution.State.PUBLISHED)
    yield Q(call=None) | ~Q(call__state=Call.State.DRAFT)
    yield Q(series=None) | Q(series__state=Series.State.PUBLISHED)
    yield Q(dialogue=None) | (
        ~Q(dialogue__state=Dialogue.State.DRAFT)
        & ~Q(dialogue__house_rule=HouseRule.CLOSED)
        & Q(dialogue__series__state=Series.State.PUBLISHED)
    )
    yield Q(takeaway=None) | Q(takeaway__removed_at=None, takeaway__report__published_at__isnull=False)
    yield Q(finding=None) | Q(finding__state=Finding.State.PUBLISHED)
    yield Q(proposal=None) | ~Q(proposal__state__in=(Proposal.State.DRAFT, Proposal.State.WITHDRAWN))
    yield Q(clause=None) | Q(clause__removed_at=None)
    yield Q(commitment=None) | Q(commitment__published_at__isnull=False)


def body_of(entry: SearchEntry) -> str:
    """The wording of an entry; a figure in a finding, whose value its page shows, as three points."""
    body = entry.translation.body if entry.translation else entry.version.body
    if entry.kind != SearchEntry.Kind.FINDING:
        return body
    return "".join(piece if isinstance(piece, str) else "…" for piece in pieces_of(body))


def owner_of(entry: SearchEntry) -> Any:
    """What the text belongs to; None for a mandate or a priority, which belong to their reflection."""
    return next((owner for name in OWNERS if (owner := getattr(entry, name))), None)


def address_of(entry: SearchEntry) -> str:
    """The page on which the text stands."""
    if entry.clause and entry.proposal:
        return reverse("proposals:clause", args=[entry.proposal.reference, entry.clause.reference])
    for name in OWNERS:
        if owner := getattr(entry, name):
            return reverse(_PAGES[name], args=[owner.reference])
    name = "portal:mandate" if entry.kind == SearchEntry.Kind.MANDATE else "portal:reflection"
    return reverse(name, args=[entry.reflection.slug])


def _fused(*rankings: Sequence[int]) -> dict[int, float]:
    scores: Counter[int] = Counter()
    for ranking in rankings:
        for place, entry_id in enumerate(ranking):
            scores[entry_id] += 1 / (FUSION + place + 1)  # type: ignore[assignment]  # counts may be fractions
    return dict(scores)


def _by_text(
    entries: Mapping[int, SearchEntry],
    scores: Mapping[int, float],
    by_words: Mapping[int, float],
    language: str,
) -> list[Found]:
    """One result a text, at the place of its best wording; shown in the reader's language if that matched."""
    found: dict[int, Found] = {}
    for pk in sorted(entries, key=lambda pk: (-scores[pk], pk)):
        entry = entries[pk]
        kept = found.get(entry.version_id)
        is_readers = entry.language == language and pk in by_words
        if kept is None or (is_readers and kept.entry.language != language):
            found[entry.version_id] = Found(entry, pk in by_words, entry.written_at)
    return list(found.values())


def _contains(entry: SearchEntry, phrases: Iterable[str]) -> bool:
    body = fold(body_of(entry))
    return all(phrase in body for phrase in phrases)


def _narrowed(found: list[Found], question: Question, *, is_meaning_searched: bool) -> Results:
    """Filter, and count for each filter what the others leave."""
    values: dict[str, Callable[[Found], str]] = {
        "kind": lambda each: each.entry.kind,
        "content_language": lambda each: each.entry.version.text.language,
        "reflection": lambda each: each.entry.reflection.slug,
    }
    chosen = {name: getattr(question, name) for name in values}

    def remaining(left_out: str) -> list[Found]:
        active = {name: value for name, value in chosen.items() if value and name != left_out}
        return [each for each in found if all(values[name](each) == v for name, v in active.items())]

    facets = {name: _facets(map(values[name], remaining(name)), chosen[name]) for name in values}
    return Results(
        remaining(""),
        facets["kind"],
        facets["content_language"],
        facets["reflection"],
        is_meaning_searched,
    )


def _facets(values: Iterable[str], chosen: str) -> list[Facet]:
    counts: Counter[Any] = Counter(values)
    if chosen:
        counts.setdefault(chosen, 0)
    ordered: list[Hashable] = sorted(counts, key=lambda value: (-counts[value], value))
    return [Facet(str(value), counts[value], value == chosen) for value in ordered]

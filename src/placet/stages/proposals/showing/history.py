"""The versions of a clause, who wrote them and when, and what changed between any two, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404

from placet.stages.contributions.revisions import Passage, changes
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account
from placet.stages.proposals.agreed import agreed_documents
from placet.stages.proposals.models import Clause, ClauseSuccession
from placet.stages.proposals.permissions import is_drafter
from placet.stages.texts.models import TextVersion, Translation


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a clause. ``author`` is told to those who draft alone."""

    number: int
    made_at: datetime
    author: str
    bodies: dict[str, str]
    is_current: bool

    def body(self, language: str) -> str:
        """What it says in a language; empty where it was never put into it."""
        return self.bodies.get(language, "")


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Two versions of a clause in one language, as passages kept, removed and added."""

    older: int
    newer: int
    language: str
    passages: list[Passage]


@dataclass(frozen=True, slots=True)
class KinView:
    """A clause that another one was made of, or lives on in."""

    reference: str
    kind: str
    made_at: datetime
    is_standing: bool


@dataclass(frozen=True, slots=True)
class ClauseHistory:
    """What a clause said and what became of it."""

    reference: str
    versions: list[VersionView]
    languages: tuple[str, ...]
    earlier: list[KinView]
    later: list[KinView]
    removed_at: datetime | None


def clause_history(clause: Clause, actor: Actor) -> ClauseHistory:
    """The history of a clause: all of it to those who draft; to everybody from when it was published on."""
    proposal = clause.proposal
    is_inside = is_drafter(actor, proposal.priority.reflection)
    since = None if is_inside else proposal.published_at
    return ClauseHistory(
        reference=clause.reference,
        versions=_versions(clause, since, with_authors=is_inside),
        languages=tuple(proposal.priority.reflection.languages),
        earlier=_kin(clause, "earlier", since),
        later=_kin(clause, "later", since),
        removed_at=clause.removed_at,
    )


def comparison(history: ClauseHistory, older: int, newer: int, language: str) -> ComparisonView:
    """What changed from one version to another in a language.

    Raises
    ------
    Http404
        Where one of the versions does not exist, or may not be seen.
    """
    versions = {version.number: version for version in history.versions}
    first, last = sorted((older, newer))
    if first not in versions or last not in versions:
        raise Http404
    before, after = versions[first], versions[last]
    return ComparisonView(
        older=first,
        newer=last,
        language=language,
        passages=changes(before.body(language), after.body(language)),
    )


def _versions(clause: Clause, since: datetime | None, *, with_authors: bool) -> list[VersionView]:
    """The versions, newest first; of those before ``since``, the last one alone."""
    rows = list(TextVersion.objects.filter(text=clause.text_id).order_by("number"))
    if since is not None:
        before = [row for row in rows if row.created_at < since]
        rows = [*before[-1:], *(row for row in rows if row.created_at >= since)]
    bodies = _bodies(rows, clause.text.language)
    bodies[rows[-1].pk] = _agreed_bodies(clause) or bodies[rows[-1].pk]
    names = _names(rows) if with_authors else {}
    return [
        VersionView(
            number=row.number,
            made_at=row.created_at,
            author=names.get(row.author_id, ""),
            bodies=bodies[row.pk],
            is_current=row is rows[-1],
        )
        for row in reversed(rows)
    ]


def _bodies(versions: Sequence[TextVersion], original: str) -> dict[int, dict[str, str]]:
    """What each version says by language, each translation as it was last corrected."""
    found = {version.pk: {original: version.body} for version in versions}
    for row in Translation.objects.filter(version__in=list(found)).order_by("number"):
        found[row.version_id][row.language] = row.body
    return found


def _agreed_bodies(clause: Clause) -> dict[str, str]:
    """What a clause says where its proposal is put to the members or adopted; empty elsewhere."""
    document = agreed_documents([clause.proposal]).get(clause.proposal_id)
    clauses = document.clauses if document else ()
    return next((each.bodies for each in clauses if each.reference == clause.reference), {})


def _names(versions: Sequence[TextVersion]) -> dict[UUID | None, str]:
    ids = {version.author_id for version in versions if version.author_id}
    return {account.pk: str(account) for account in Account.objects.filter(pk__in=ids)}


def _kin(clause: Clause, side: str, since: datetime | None) -> list[KinView]:
    """The clauses before or after it, by split or merger; what was over before ``since`` is not told."""
    other = "later" if side == "earlier" else "earlier"
    rows = ClauseSuccession.objects.filter(**{other: clause}).select_related(side)
    return [
        KinView(
            reference=getattr(row, side).reference,
            kind=row.kind,
            made_at=row.made_at,
            is_standing=getattr(row, side).removed_at is None,
        )
        for row in rows.order_by(f"{side}__reference")
        if since is None or row.made_at >= since
    ]

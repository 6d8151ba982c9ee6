"""Contributions as those who run a reflection see them: by state, and as a table to take away."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.db.models import Count, QuerySet
from django.urls import reverse

from placet.stages.contributions.models import Contribution
from placet.stages.contributions.permissions import MODERATING_ROLES
from placet.stages.contributions.queries.listing import NAMED, name_ids, published, row_of
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.texts.queries import wordings

EXPORTED_AT_ONCE = 200
MANAGED_STATES = [state for state in Contribution.State if state != Contribution.State.DRAFT]
# A spreadsheet takes a cell that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "reference",
    "kind",
    "title",
    "summary",
    "body",
    "language",
    "signature",
    "organisation",
    "member",
    "constituency",
    "priority",
    "report",
    "number",
    "endorsements",
    "comments",
    "published",
    "address",
)


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many contributions stand in a state."""

    state: str
    label: str
    count: int


def managed(actor: Actor, reflection: Reflection, state: str) -> "QuerySet[Contribution]":
    """The contributions in a state, the latest first; drafts are their authors' alone.

    Raises
    ------
    PermissionDenied
        To all but moderators and the secretariat.
    """
    require_role(actor, reflection, *MODERATING_ROLES)
    found = Contribution.objects.filter(reflection=reflection, state=state)
    return found.select_related(*NAMED).order_by("-submitted_at", "id")


def state_counts(actor: Actor, reflection: Reflection) -> list[StateCount]:
    """How many stand in each state that moderators see; one query."""
    require_role(actor, reflection, *MODERATING_ROLES)
    counts = dict(
        Contribution.objects.filter(reflection=reflection, state__in=MANAGED_STATES)
        .values_list("state")
        .annotate(n=Count("pk"))
    )
    return [StateCount(state.value, str(state.label), counts.get(state.value, 0)) for state in MANAGED_STATES]


def exported_rows(actor: Actor, reflection: Reflection, language: str) -> Iterator[list[list[str]]]:
    """What is published, as rows of text in batches, the names of the columns first.

    What was written is in its original language; names of members and the like in the reader's.

    Raises
    ------
    PermissionDenied
        To all but the secretariat; before the first row.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    return _batches(reflection, language)


def _batches(reflection: Reflection, language: str) -> Iterator[list[list[str]]]:
    yield [list(COLUMNS)]
    keys = iter(list(published(reflection).values_list("pk", flat=True)))
    while batch := list(islice(keys, EXPORTED_AT_ONCE)):
        yield _rows(list(published(reflection).filter(pk__in=batch)), language)


def _rows(items: list[Contribution], language: str) -> list[list[str]]:
    said = [text for item in items for text in (item.title_id, item.summary_id, item.body_id)]
    words = wordings([*said, *(text for item in items for text in name_ids(item))], language)
    rows = []
    for item in items:
        row = row_of(item, words)
        body = words[item.body_id]  # type: ignore[index]
        cells = (
            row.reference,
            row.kind,
            row.title.original_body,
            row.summary.original_body if row.summary else "",
            body.original_body,
            row.title.original_language,
            row.signature,
            str(row.organisation or ""),
            row.member_code,
            str(row.constituency or ""),
            row.priority_number if row.priority_number is not None else "",
            str(row.collection or ""),
            row.number if row.number is not None else "",
            row.endorsement_count,
            row.comment_count,
            row.published_at.isoformat() if row.published_at else "",
            settings.PUBLIC_URL + reverse("contributions:contribution", args=[row.reference]),
        )
        rows.append([harmless(str(cell)) for cell in cells])
    return rows


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell

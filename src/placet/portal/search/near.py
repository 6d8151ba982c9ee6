"""What is there already, for who writes a contribution: what was said or written that comes near it.

Read from the vectors that the search keeps, so that what was published since its last update is not found
yet. A machine only ever points at them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from placet.portal.models import SearchEntry
from placet.portal.search.meaning import rank_by_meaning
from placet.portal.search.results import visible_entries
from placet.sense.text.extras import MissingExtraError
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.sensemaking.similar import NEAR_MARGIN, SHORTEST, closeness, likely_from
from placet.stages.sensemaking.vectors import text_embedder

Kind = SearchEntry.Kind
KINDS = (Kind.CONTRIBUTION, Kind.STATEMENT, Kind.TAKEAWAY)
SHOWN = 4


@dataclass(frozen=True, slots=True)
class NearText:
    """An entry of what comes near, the best one of its contribution, statement or takeaway."""

    entry: SearchEntry
    closeness: str


def near_texts(
    actor: Actor,
    reflection: Reflection,
    text: str,
    language: str,
    *,
    without: Collection[UUID] = (),
) -> list[NearText]:
    """The nearest that the actor may see in a reflection, nearest first.

    Parameters
    ----------
    text : str
        What was written so far: title and summary.
    language : str
        BCP 47 tag of the text.
    without : collection of UUID
        Contributions that do not count: the writer's own.

    Returns
    -------
    list of NearText
        At most four; none for a text of fewer than 15 characters, or where a text extra is missing.
    """
    if len(text.strip()) < SHORTEST:
        return []
    entries = visible_entries(actor).filter(reflection=reflection, kind__in=KINDS)
    entries = entries.exclude(contribution__in=list(without)) if without else entries
    try:
        embedder = text_embedder()
    except MissingExtraError:
        return []
    likely = likely_from(embedder)
    least = likely - NEAR_MARGIN
    near = [each for each in rank_by_meaning(entries, text, language) or () if each.similarity >= least]
    owners = ("contribution", "statement", "takeaway")
    found = entries.select_related("version__text", "reflection", *owners).in_bulk(
        [each.entry_id for each in near]
    )
    best: dict[UUID, NearText] = {}
    for each in near:
        entry = found[each.entry_id]
        words = closeness(each.similarity, is_likely=each.similarity >= likely)
        best.setdefault(_owner_id(entry), NearText(entry, words))
    return list(best.values())[:SHOWN]


def _owner_id(entry: SearchEntry) -> UUID:
    owner = entry.contribution_id or entry.statement_id or entry.takeaway_id
    if owner is None:
        raise ValueError(entry)
    return owner

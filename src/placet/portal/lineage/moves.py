"""How an idea moved, and when: the entries of its feed, and of the news to whoever wrote it.

Only what moves it up or ends its way is a move; that it changed themes is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from placet.portal.lineage.steps import Became, ClauseStep, FindingStep


@dataclass(frozen=True, slots=True)
class Move:
    """One step of an idea. ``quoted`` is the sentence that carries it, or the reason where it stopped."""

    kind: str
    reference: str
    at: datetime
    sentence: str
    quoted: str
    url: str


def moves_of(became: Became) -> list[Move]:
    """The moves of an idea, the earliest first; each step once, by whichever ways the idea came to it."""
    found: dict[tuple[str, str], Move] = {}
    for finding in became.findings:
        for move in _of_finding(finding):
            known = found.get((move.kind, move.reference))
            if known is None or move.at < known.at:
                found[move.kind, move.reference] = move
    return sorted(found.values(), key=lambda move: (move.at, move.reference))


def _of_finding(step: FindingStep) -> Iterator[Move]:
    said = {"reference": step.reference}
    title = step.title.body
    if step.is_against:
        sentence = _("Finding %(reference)s cites it, as a view against what it finds.") % said
    else:
        sentence = _("Finding %(reference)s cites it.") % said
    yield Move("cited", step.reference, step.since, sentence, title, step.url)
    reason = step.stop.reason.body if step.stop and step.stop.reason else ""
    if step.not_taken_up_at:
        sentence = _("Finding %(reference)s was not taken up.") % said
        yield Move("not-taken-up", step.reference, step.not_taken_up_at, sentence, reason, step.url)
    if step.withdrawn_at:
        sentence = _("Finding %(reference)s was withdrawn.") % said
        yield Move("withdrawn", step.reference, step.withdrawn_at, sentence, reason, step.url)
    for clause in step.clauses:
        yield from _of_clause(clause, step)


def _of_clause(step: ClauseStep, finding: FindingStep) -> Iterator[Move]:
    said = {"reference": step.reference, "proposal": step.proposal_reference}
    at = max(step.since, finding.since)
    sentence = _("Clause %(reference)s of proposal %(proposal)s rests on it.") % said
    yield Move("in-clause", step.reference, at, sentence, step.text.body, step.url)
    if step.stop and step.stop.at:
        yield Move(
            "stopped", step.reference, max(at, step.stop.at), step.stop.sentence, step.text.body, step.url
        )
    if step.decision is None:
        return
    adopted = step.decision
    sentence = _("The members adopted clause %(reference)s of proposal %(proposal)s.") % said
    yield Move("adopted", step.reference, max(at, adopted.recorded_at), sentence, step.text.body, adopted.url)
    for each in adopted.commitments:
        said = {"reference": each.reference}
        if each.since:
            sentence = _("Commitment %(reference)s came of it.") % said
            at_commitment = max(at, adopted.recorded_at, each.since)
            yield Move("commitment", each.reference, at_commitment, sentence, each.title.body, each.url)
        if each.fulfilled_at:
            sentence = _("Commitment %(reference)s is fulfilled.") % said
            yield Move(
                "fulfilled", each.reference, max(at, each.fulfilled_at), sentence, each.title.body, each.url
            )

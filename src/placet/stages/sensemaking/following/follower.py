"""Follows the open consultations: catches up with their ballots, and stores their live maps.

One cheap query says which consultations have moved. Sequences become visible in their order, so that asking
for what comes after the last one seen misses nothing that commits late. A map is stored where nobody stored
a newer one meanwhile: two followers do no harm.

A map that moved with each single ballot would tell what the person next to its reader just voted. It is
therefore drawn anew only together with others: once ten participants have voted since it was last drawn, or
while ten vote within ten seconds. The counts, which stand on other pages as well, move at once.
"""

import logging
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import votes_since
from placet.stages.sensemaking.documents import Document
from placet.stages.sensemaking.following.states import LiveState
from placet.stages.sensemaking.models import LiveMap
from placet.stages.sensemaking.snapshots import as_entry

LEAST_PARTICIPANTS = 15  # as many as it takes before the engine leaves out who voted little
LEAST_MOVED = 10  # participants who move together
TOGETHER_SECONDS = 10.0
FORGET_AFTER_SECONDS = 600.0
SHORT_SECONDS = 0.5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0

logger = logging.getLogger(__name__)


class Moved(NamedTuple):
    """How far a consultation is, and how far its stored map: what one query says of each."""

    consultation_id: UUID
    last_sequence: int
    statements_version: str
    live_sequence: int | None
    live_version: str | None
    drawn_sequence: int | None

    @property
    def is_new(self) -> bool:
        return (self.live_sequence or 0) < self.last_sequence or self.live_version != self.statements_version


@dataclass(slots=True)
class _Followed:
    """A consultation in memory: its state, when it moved last, and how it failed."""

    state: LiveState | None = None
    recent: deque[tuple[float, int]] = field(default_factory=deque)  # when the state was at which sequence
    moved_at: float = 0.0
    not_before: float = 0.0
    n_failures: int = 0


class Follower:
    """What one process follows.

    Parameters
    ----------
    clock : callable
        Seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._followed: dict[UUID, _Followed] = {}

    def tick(self, now: datetime | None = None) -> int:
        """Catch up with every consultation that moved; returns how many maps were stored."""
        n_stored = 0
        for moved in look_around(now or timezone.now()):
            if not moved.is_new:
                continue
            followed = self._followed.setdefault(moved.consultation_id, _Followed())
            if self._clock() >= followed.not_before:
                n_stored += self._catch_up_safely(moved, followed)
        self._forget()
        return n_stored

    @property
    def n_states(self) -> int:
        """How many consultations are held in memory."""
        return sum(each.state is not None for each in self._followed.values())

    def _catch_up_safely(self, moved: Moved, followed: _Followed) -> bool:
        """A fault in one consultation is noted and tried again later; the others go on."""
        began_at = followed.moved_at = self._clock()
        try:
            is_stored = self._catch_up(moved, followed)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            followed.state = None  # it may be half changed
            pause = min(FIRST_PAUSE_SECONDS * 2**followed.n_failures, LONGEST_PAUSE_SECONDS)
            followed.n_failures += 1
            followed.not_before = self._clock() + pause
            log_failure(f"following consultation {moved.consultation_id}", error)
            return False
        followed.n_failures = 0
        # A large consultation may not take all of the processor: what worked long rests about as long.
        ended_at = self._clock()
        followed.not_before = ended_at + max(ended_at - began_at - SHORT_SECONDS, 0.0)
        return is_stored

    def _catch_up(self, moved: Moved, followed: _Followed) -> bool:
        consultation = Consultation.objects.get(pk=moved.consultation_id)
        statements = list(
            Statement.objects.filter(~Q(state=Statement.State.SUBMITTED), consultation=consultation)
        )
        references = {statement.pk: statement.reference for statement in statements}
        state = followed.state
        if state is None or not state.fits(references) or state.sequence > moved.last_sequence:
            state = followed.state = LiveState(references)
            followed.recent.clear()
        state.references = references
        state.add(votes_since(consultation, state.sequence))
        is_drawn = self._is_to_be_drawn(moved, followed, state)
        eligible = {statement.reference for statement in statements if as_entry(statement).is_eligible}
        drawing = state.draw(eligible) if is_drawn else None
        return store(moved, state.sequence, state.counts(), drawing, is_drawn=is_drawn)

    def _is_to_be_drawn(self, moved: Moved, followed: _Followed, state: LiveState) -> bool:
        now = self._clock()
        recent = followed.recent
        recent.append((now, state.sequence))
        while recent[0][0] < now - TOGETHER_SECONDS:
            recent.popleft()
        if state.counts()["participants"] < LEAST_PARTICIPANTS:
            return False
        if moved.drawn_sequence is None or moved.live_version != moved.statements_version:
            return True
        return (
            state.count_voted_since(moved.drawn_sequence) >= LEAST_MOVED
            or state.count_voted_since(recent[0][1]) >= LEAST_MOVED
        )

    def _forget(self) -> None:
        """Let go of what has not moved for a while: it is read again when it moves."""
        horizon = self._clock() - FORGET_AFTER_SECONDS
        for key in [key for key, each in self._followed.items() if each.moved_at < horizon]:
            del self._followed[key]


def look_around(now: datetime) -> list[Moved]:
    """The consultations that are open, and those that closed before their map had caught up; one query."""
    live = LiveMap.objects.filter(consultation=OuterRef("pk"))
    found = (
        Consultation.objects.filter(last_sequence__gt=0)
        .annotate(
            live_sequence=Subquery(live.values("last_sequence")),
            live_version=Subquery(live.values("statements_version")),
            drawn_sequence=Subquery(live.values("drawn_sequence")),
        )
        .filter(
            Q(state=Consultation.State.OPEN, opens_at__lte=now)
            | Q(state=Consultation.State.CLOSED, live_sequence__lt=F("last_sequence"))
        )
        .annotate(
            n_accepted=Count("statements", filter=Q(statements__state=Statement.State.ACCEPTED)),
            n_waiting=Count("statements", filter=Q(statements__state=Statement.State.SUBMITTED)),
            n_statements=Count("statements"),
            n_meta=Count("statements", filter=Q(statements__is_meta=True)),
            moderated_at=Max("statements__moderated_at"),
        )
    )
    return [
        Moved(
            each.pk,
            each.last_sequence,
            f"{each.n_accepted} {each.n_statements - each.n_waiting} {each.n_meta} {each.moderated_at}",
            each.live_sequence,
            each.live_version,
            each.drawn_sequence,
        )
        for each in found
    ]


def store(
    moved: Moved, last_sequence: int, counts: Document, drawing: Document | None, *, is_drawn: bool
) -> bool:
    """Store a map unless somebody stored one since ``moved`` was read that is newer, or drawn anew.

    Returns
    -------
    bool
        False where it was not stored: the next look around says whether anything is left to do.
    """
    now = timezone.now()
    values = {
        "last_sequence": last_sequence,
        "statements_version": moved.statements_version,
        "computed_at": now,
        "counts": counts,
    }
    if is_drawn:
        values |= {"drawn_sequence": last_sequence, "drawn_at": now, "drawing": drawing}
    if moved.live_sequence is None:
        _row, is_new = LiveMap.objects.get_or_create(consultation_id=moved.consultation_id, defaults=values)
        return is_new
    known = LiveMap.objects.filter(
        consultation_id=moved.consultation_id,
        last_sequence__lte=last_sequence,
        drawn_sequence=moved.drawn_sequence,
    )
    return bool(known.update(**values))


def log_failure(what: str, error: Exception) -> None:
    """Where it failed, without the message: a database's carries the row it refused."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed: %s\n%s", what, type(error).__name__, frames)

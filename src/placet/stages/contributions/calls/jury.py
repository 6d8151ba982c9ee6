"""What a juror sees: the entries to judge, how far it is, and its own scores alone."""

from dataclasses import dataclass
from hashlib import sha256

from placet.stages.contributions.calls.judging import barred_entries
from placet.stages.contributions.calls.queries import (
    CallView,
    CriterionView,
    call_view,
    criterion_views,
    entry_rows,
)
from placet.stages.contributions.calls.results import ResultView, result_view
from placet.stages.contributions.calls.states import require_juror
from placet.stages.contributions.models import Call, Conflict, Contribution, Juror, Score
from placet.stages.contributions.queries.listing import ContributionRow
from placet.stages.mandates.permissions import Actor


@dataclass(frozen=True, slots=True)
class AssignedEntry:
    """An entry before a juror: scored, still to be scored, or left to the others."""

    entry: ContributionRow
    is_scored: bool
    is_barred: bool
    interest: str  # the reason it gave; empty where the interest follows from what it wrote or stands for


@dataclass(frozen=True, slots=True)
class JuryPage:
    call: CallView
    criteria: list[CriterionView]
    entries: list[AssignedEntry]
    result: ResultView | None

    @property
    def n_scored(self) -> int:
        return sum(each.is_scored for each in self.entries)

    @property
    def n_to_score(self) -> int:
        return sum(not each.is_barred for each in self.entries)

    @property
    def next_reference(self) -> str:
        """The first entry that waits for a score; empty where none does."""
        waiting = (each for each in self.entries if not each.is_barred and not each.is_scored)
        return next((each.entry.reference for each in waiting), "")


def jury_page(call: Call, actor: Actor, language: str) -> JuryPage:
    """The entries in this juror's own order, which stays the same however often it looks.

    Raises
    ------
    PermissionDenied
        To all but the jury.
    """
    juror = require_juror(actor, call)
    is_handed_over = call.state in (Call.State.JUDGING, Call.State.DECIDED)
    rows = entry_rows(call, language) if is_handed_over else []
    barred = barred_entries(juror)
    declared = dict(Conflict.objects.filter(juror=juror).values_list("contribution_id", "reason"))
    scored = set(Score.objects.filter(juror=juror).values_list("contribution_id", flat=True))
    return JuryPage(
        call=call_view(call, language),
        criteria=criterion_views(call, language),
        entries=[
            AssignedEntry(
                row, row.id in scored and row.id not in barred, row.id in barred, declared.get(row.id, "")
            )
            for row in sorted(rows, key=lambda row: _place(juror, row))
        ],
        result=result_view(call, rows, language) if call.judged_at else None,
    )


def own_scores(actor: Actor, call: Call, entry: Contribution) -> dict[int, int]:
    """What this juror gave an entry, by criterion; for its own pages only."""
    given = Score.objects.filter(juror=require_juror(actor, call), contribution=entry)
    return dict(given.values_list("criterion_id", "value"))


def is_barred(actor: Actor, call: Call, entry: Contribution) -> bool:
    """Whether this juror has an interest in an entry."""
    return entry.pk in barred_entries(require_juror(actor, call))


def _place(juror: Juror, row: ContributionRow) -> bytes:
    return sha256(f"{juror.pk}:{row.id}".encode()).digest()

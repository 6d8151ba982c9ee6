"""The tracker as a table for spreadsheets."""

from collections.abc import Iterable, Iterator

from placet.sense.votes.csvfiles import GUARD, is_like_formula
from placet.stages.followup.queries import CommitmentView

CSV_HEADER = (
    "reference",
    "title",
    "status",
    "since",
    "lead",
    "members",
    "priority",
    "decision",
    "clause",
    "decided",
    "due_by",
    "due_precision",
    "milestones",
    "milestones_reached",
    "reports",
    "last_report",
    "source",
    "simulated",
)


def tracker_rows(views: Iterable[CommitmentView]) -> Iterator[list[str]]:
    """Commitments as rows, the heads first; no cell is one that a spreadsheet takes for a formula."""
    yield list(CSV_HEADER)
    for view in views:
        yield [f"{GUARD}{cell}" if is_like_formula(cell) else cell for cell in _cells(view)]


def _cells(view: CommitmentView) -> list[str]:
    return [
        view.reference,
        view.title.body,
        view.status.value,
        view.status_since.isoformat(),
        view.lead.key if view.lead.kind == "member" else view.lead.name.body,
        " ".join(member.code for member in view.members),
        str(view.priority_number),
        view.decision_reference,
        view.clause_reference,
        view.decided_date.isoformat(),
        view.due.last_day.isoformat() if view.due else "",
        view.due.precision if view.due else "",
        str(len(view.milestones)),
        str(view.n_reached),
        str(len(view.reports)),
        view.last_report.of_date.isoformat() if view.last_report else "",
        view.source_url,
        "true" if view.is_simulated else "false",
    ]

"""What is new about commitments, for a feed: reports, and changes of status that no report brought."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from placet.stages.followup.dates import midnight_in
from placet.stages.followup.queries import CommitmentView, ReportView
from placet.stages.followup.status import StatusChange
from placet.stages.mandates.models import Reflection


@dataclass(frozen=True, slots=True)
class News:
    """One entry of the feed; its identifier stays the same whatever else happens."""

    id: UUID
    reference: str
    title: str
    text: str
    happened_at: datetime


def news_of(reflection: Reflection, views: Iterable[CommitmentView], *, limit: int) -> list[News]:
    """The newest of these commitments, the latest first."""
    found = [each for view in views for each in _of_one(reflection, view)]
    return sorted(found, key=lambda each: (each.happened_at, each.reference), reverse=True)[:limit]


def _of_one(reflection: Reflection, view: CommitmentView) -> Iterator[News]:
    for report in view.reports:
        yield _of_report(view, report)
    reported = {report.of_date for report in view.reports}
    for change in view.history[1:]:  # how it began came with the decision
        if change.since not in reported:
            yield _of_change(reflection, view, change)


def _of_report(view: CommitmentView, report: ReportView) -> News:
    said = {"title": view.title, "kind": report.kind_label}
    return News(
        id=report.id,
        reference=view.reference,
        title=_("%(title)s: %(kind)s") % said,
        text=report.text.body,
        happened_at=report.reported_at,
    )


def _of_change(reflection: Reflection, view: CommitmentView, change: StatusChange) -> News:
    said = {"title": view.title, "kind": change.status.label}
    return News(
        id=uuid5(view.id, f"{change.status.value} {change.since.isoformat()}"),
        reference=view.reference,
        title=_("%(title)s: %(kind)s") % said,
        text="",
        happened_at=midnight_in(reflection, change.since),
    )

"""Whose participants differ: members whose support lies wholly below that of all, from releases alone.

Nothing by member is read from anywhere but the published tables of a release, in which small cells are
withheld already.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from placet.sense.estimates import wilson_interval
from placet.stages.consultations.models import Statement
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.queries import member_views
from placet.stages.sensemaking.findings.sources import FigureView
from placet.stages.sensemaking.models import Release
from placet.stages.sensemaking.releases import MEMBER, NOT_STATED


@dataclass(frozen=True, slots=True)
class MemberShare:
    """How many of one member's participants agree, and how sure that is."""

    name: str
    language: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Differing:
    """A statement, and the members whose participants support it less than all do."""

    figure: FigureView
    statement: str
    consultation: str
    release_number: int
    n_heard: int
    members: tuple[MemberShare, ...]


def differing(reflection: Reflection, figures: Iterable[FigureView], language: str) -> list[Differing]:
    """For each figure of agreement whose statement is in a release, the members below it; four queries.

    Parameters
    ----------
    figures : iterable of FigureView
        Others than those of agreement are passed over.
    """
    asked = {
        figure.statement_reference: figure
        for figure in figures
        if figure.kind == "agree" and figure.statement_reference and figure.share is not None
    }
    statements = dict(
        Statement.objects.filter(reference__in=asked).values_list("reference", "consultation_id")
    )
    newest = Release.objects.filter(consultation=OuterRef("consultation")).order_by("-number")
    releases = {
        release.consultation_id: release
        for release in Release.objects.filter(
            consultation__in=set(statements.values()), pk=Subquery(newest.values("pk")[:1])
        )
        .select_related("consultation")
        .defer("memory", "consent")
    }
    names = {view.code: view.name for view in member_views(reflection, language)} if releases else {}
    found = []
    for reference, figure in asked.items():
        release = releases.get(statements[reference]) if reference in statements else None
        cells = release.tables.get(MEMBER, {}).get(reference, {}) if release else {}
        heard = {code: counts for code, counts in cells.items() if code != NOT_STATED and sum(counts)}
        if release is None or not heard:
            continue
        below = []
        for code, counts in heard.items():
            interval = wilson_interval(counts[0], sum(counts))
            if code in names and figure.share is not None and float(interval.high) < figure.share:
                below.append(
                    MemberShare(
                        names[code].body,
                        names[code].language,
                        counts[0] / sum(counts),
                        float(interval.low),
                        float(interval.high),
                    )
                )
        found.append(
            Differing(
                figure=figure,
                statement=reference,
                consultation=release.consultation.reference,
                release_number=release.number,
                n_heard=len(heard),
                members=tuple(sorted(below, key=lambda each: (each.share, each.name))),
            )
        )
    return found

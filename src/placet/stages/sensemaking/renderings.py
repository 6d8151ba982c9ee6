"""Drawings of finished runs, kept so that no page draws them again, and the reader's mark on the map."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from placet import __version__
from placet.sense.opinion import Placement
from placet.sense.reports import draw_opinion_map, draw_participation, render_report

# The engine's own frame: a test checks that the reader's mark stands where the engine would draw it.
from placet.sense.reports.figures.opinion_map import _frame
from placet.stages.sensemaking.documents import Document, document_of
from placet.stages.sensemaking.models import AnalysisRun, RunRendering

MAP, PARTICIPATION, REPORT = "map", "participation", "report"
FIGURES = {MAP: draw_opinion_map, PARTICIPATION: draw_participation}

MARK_MARGIN = 12


def draw(run: AnalysisRun, language: str) -> dict[str, SafeString]:
    """The figures of a finished run in one language: by name, drawn once for each version of the engine."""
    known = dict(
        RunRendering.objects.filter(
            run=run, language=language, version=__version__, kind__in=list(FIGURES)
        ).values_list("kind", "body")
    )
    for kind, figure in FIGURES.items():
        if kind not in known:
            known[kind] = figure(document_of(run.pk), language=language)
            keep(run, kind, language, __version__, known[kind])
    # Safe: the engine escapes every text that it puts into a figure.
    return {kind: mark_safe(body) for kind, body in known.items()}  # noqa: S308


def keep(run: AnalysisRun, kind: str, language: str, version: str, body: str) -> None:
    """Keep a drawing in place of an older one of its kind."""
    with transaction.atomic():
        RunRendering.objects.update_or_create(
            run=run, kind=kind, language=language, defaults={"version": version, "body": body}
        )


def draw_report(run: AnalysisRun, document: Document, language: str) -> str:
    """The report of a finished run as one HTML page, drawn anew when the texts it shows have changed.

    Parameters
    ----------
    document : dict
        The run's, with the texts to be shown.
    """
    command = command_for(run, language)
    version = texts_version(document, command)
    known = RunRendering.objects.filter(run=run, kind=REPORT, language=language, version=version)
    if (body := known.values_list("body", flat=True).first()) is not None:
        return body
    if run.consultation.is_simulated:
        marked = _("%(topic)s [simulated]") % {"topic": document["topic"]}
        document = document | {"topic": marked}
    body = render_report(document, language=language, command=command)
    keep(run, REPORT, language, version, body)
    return body


def command_for(run: AnalysisRun, language: str) -> str:
    """The command that computes the run again from its votes."""
    words = ["placet", "analyze", export_name(run), "--out", run.reference]
    return shlex.join([*words, "--seed", str(run.seed), "--language", language])


def export_name(run: AnalysisRun) -> str:
    """The name under which the votes of a run are downloaded."""
    return f"{run.reference}-votes.zip"


def texts_version(document: Document, command: str) -> str:
    """What distinguishes reports: the engine's version, the texts themselves, and the command they print."""
    texts = [command, document["topic"], *(statement["text"] for statement in document["statements"])]
    digest = sha256("\0".join(texts).encode()).hexdigest()[:32]
    return f"{__version__} {digest}"


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A place on the drawn map, in its own units."""

    x: float
    y: float
    width: float
    is_at_edge: bool


def point_on_map(document: Mapping[str, Any], placement: Placement) -> MapPoint:
    """Where the engine's map would show a placement; beyond the frame, the nearest point at its edge."""
    frame = _frame(document["opinion_space"]["base_clusters"], None)
    width, height = (frame.right - frame.left) / frame.unit, frame.height
    x, y = (placement.x - frame.left) / frame.unit, (frame.top - placement.y) / frame.unit
    within_x = min(max(x, MARK_MARGIN), width - MARK_MARGIN)
    within_y = min(max(y, MARK_MARGIN), height - MARK_MARGIN)
    return MapPoint(within_x, within_y, width, is_at_edge=(within_x, within_y) != (x, y))


def mark_on_map(svg: str, document: Mapping[str, Any], placement: Placement) -> SafeString:
    """The map with the reader's own place on it. Drawn here: the engine takes half a second for a map."""
    point = point_on_map(document, placement)
    above = point.y > 32
    label_y = point.y - 18 if above else point.y + 28
    label_x = min(max(point.x, 20), point.width - 20)
    mark = format_html(
        '<g><circle cx="{x}" cy="{y}" r="10" fill="var(--figure-surface, Canvas)" stroke="var(--figure-you)"'
        ' stroke-width="3"/><circle cx="{x}" cy="{y}" r="4.5" fill="var(--figure-you)"/>'
        '<text x="{tx}" y="{ty}" text-anchor="middle" font-size="14" font-weight="bold" paint-order="stroke"'
        ' fill="var(--figure-you)" stroke="var(--figure-surface, Canvas)" stroke-width="4">{you}</text></g>',
        x=f"{point.x:.1f}",
        y=f"{point.y:.1f}",
        tx=f"{label_x:.1f}",
        ty=f"{label_y:.1f}",
        you=_("You"),
    )
    body, _end, rest = svg.rpartition("</svg>")
    # Safe: the engine's figure, and a mark of numbers and an escaped word.
    return mark_safe(f"{body}{mark}</svg>{rest}")  # noqa: S308

"""Frozen results → documents, tables, figures and pages."""

from placet.sense.reports.analysis import Analysis, Progress, analyze
from placet.sense.reports.consent import publishable_consent
from placet.sense.reports.document import build_document, read_schema
from placet.sense.reports.figures import (
    draw_opinion_map,
    draw_participation,
    draw_vote_bars,
    group_letter,
)
from placet.sense.reports.files import OutputError, check_output, write_results
from placet.sense.reports.page import render_report
from placet.sense.reports.parameters import Parameters
from placet.sense.reports.refresh import refresh
from placet.sense.reports.tables import participants_table, statements_table

__all__ = [
    "Analysis",
    "OutputError",
    "Parameters",
    "Progress",
    "analyze",
    "build_document",
    "check_output",
    "draw_opinion_map",
    "draw_participation",
    "draw_vote_bars",
    "group_letter",
    "participants_table",
    "publishable_consent",
    "read_schema",
    "refresh",
    "render_report",
    "statements_table",
    "write_results",
]

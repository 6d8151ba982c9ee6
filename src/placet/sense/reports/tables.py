"""The analysis as CSV tables, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from placet.sense.reports.analysis import Analysis
from placet.sense.reports.document import Document
from placet.sense.reports.figures import group_letter
from placet.sense.votes import count_votes_of_participants

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def participants_table(analysis: Analysis) -> str:
    """Return ``participants.csv``: one row a participant, with their place and group.

    Columns: participant, n_votes, n_agree, n_disagree, n_pass, x, y, group (a letter, empty for
    those who are not placed in one).
    """
    votes = analysis.conversation.votes
    counts = count_votes_of_participants(votes)
    labels = analysis.groups.labels.tolist()
    rows = zip(
        votes.participant_ids.tolist(),
        counts.n_seen.tolist(),
        counts.n_agree.tolist(),
        counts.n_disagree.tolist(),
        counts.n_pass.tolist(),
        analysis.positions[:, 0].tolist(),
        analysis.positions[:, 1].tolist(),
        (group_letter(label) if label >= 0 else "" for label in labels),
        strict=True,
    )
    header = ("participant", "n_votes", "n_agree", "n_disagree", "n_pass", "x", "y", "group")
    return write_table(header, rows)


def statements_table(document: Document) -> str:
    """Return ``statements.csv``: one row a statement, with the votes of all and of each group.

    After the groups: the bridging intercept with its interval, and the support without participants
    who vote too much alike; empty where they were not computed.
    """
    plain = ("id", "text", "moderated", "meta", "seed", "n_agree", "n_disagree", "n_pass", "p_agree")
    scores = ("extremity", "priority", "group_informed_consensus")
    header = [*plain, "p_agree_low", "p_agree_high", *scores]
    for group in document["groups"]:
        letter = group_letter(group["id"]).lower()
        header += [f"group_{letter}_{name}" for name in ("n_agree", "n_disagree", "n_pass", "p_agree")]
    header += ["bridging", "bridging_low", "bridging_high", "p_agree_without_flagged"]
    rows = []
    for statement in document["statements"]:
        low, high = statement["p_agree_ci"] or (None, None)
        row = [*(statement[name] for name in plain), low, high, *(statement[name] for name in scores)]
        for tally in statement["by_group"]:
            row += [tally[name] for name in ("n_agree", "n_disagree", "n_pass", "p_agree")]
        bridging, without = statement["bridging"], statement["without_flagged"]
        row += [bridging["intercept"], *bridging["intercept_ci"]] if bridging else [None] * 3
        row.append(without["p_agree"] if without else None)
        rows.append(row)
    return write_table(header, rows)


def write_table(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return the text of a CSV file, no cell of which a spreadsheet takes for a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return stream.getvalue()


def _cell(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value

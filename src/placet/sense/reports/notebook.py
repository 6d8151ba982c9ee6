"""How an analysis shows itself in a notebook: a few sentences, the map, and what stands out."""

from __future__ import annotations

from html import escape

from placet.sense.reports.analysis import Analysis
from placet.sense.reports.document import build_document
from placet.sense.reports.figures import draw_opinion_map, group_letter
from placet.sense.reports.figures.notebook import CARD, Figure

N_LISTED = 3
MAX_TEXT = 160


def show_analysis(analysis: Analysis) -> str:
    """Return an analysis as HTML; every text of the conversation in it is escaped."""
    drawn = Figure.of(draw_opinion_map(build_document(analysis), language="en"))
    title = analysis.conversation.topic or "Analysis"
    parts = [
        f"<h3>{escape(title)}</h3>",
        *(f"<p>{escape(line)}</p>" for line in describe(analysis)),
        drawn.svg,
    ]
    for heading, entries in list_findings(analysis):
        items = "".join(f"<li>{escape(entry)}</li>" for entry in entries) or "<li>None found.</li>"
        parts.append(f"<h4>{escape(heading)}</h4><ol>{items}</ol>")
    return f'<div style="{CARD}">{"".join(parts)}</div>'


def describe(analysis: Analysis) -> list[str]:
    """Return what there is and how sure the groups are, a sentence or two a line."""
    votes, groups = analysis.conversation.votes, analysis.groups
    lines = [
        f"{votes.n_participants:,} participants cast {votes.n_votes:,} votes"
        f" on {len(analysis.conversation.statements):,} statements."
    ]
    if not groups.n_groups:
        return [*lines, "Nobody is placed in a group."]
    sizes = ", ".join(f"{group_letter(g)} {size:,}" for g, size in enumerate(groups.sizes().tolist()))
    variance = analysis.space.explained_variance_ratio
    if variance[0] == variance[0]:
        lines.append(f"The map holds {variance.sum():.0%} of how the votes differ.")
    if groups.n_groups == 1:
        return [*lines, f"One group: {sizes}."]
    line = f"{groups.n_groups} opinion groups: {sizes}. Silhouette {groups.silhouettes[groups.n_groups]:.2f}"
    stability = analysis.stability.get(groups.n_groups)
    if stability:
        line += f", stability {stability.mean:.2f} ({stability.low:.2f} to {stability.high:.2f})"
    lines.append(line + ".")
    if analysis.integrity is not None and analysis.integrity.lookalikes.is_flagged.any():
        n_flagged = int(analysis.integrity.lookalikes.is_flagged.sum())
        lines.append(
            f"{n_flagged:,} participants answer too much alike to be independent; figures here include them."
        )
    return lines


def list_findings(analysis: Analysis) -> list[tuple[str, list[str]]]:
    """Return the first findings of each kind, with control of false discoveries."""
    statements = analysis.conversation.statements
    names = [_shorten(statement.text or f"Statement {statement.id}") for statement in statements]
    voted = {identifier: j for j, identifier in enumerate(analysis.conversation.votes.statement_ids)}
    agreed = [found for found in analysis.discoveries.consensus.found if found.direction == "agree"]
    lists = [
        (
            "Most agree",
            [
                f"{names[found.position]} ({found.share:.0%} of {found.n_seen:,};"
                f" {found.share_ci[0]:.0%} to {found.share_ci[1]:.0%})"
                for found in agreed[:N_LISTED]
            ],
        ),
        (
            "Groups oppose each other",
            [
                f"{names[found.position]} ({group_letter(found.group_for)} {found.share_for:.0%},"
                f" {group_letter(found.group_against)} {found.share_against:.0%})"
                for found in analysis.discoveries.divisive.found[:N_LISTED]
            ],
        ),
    ]
    if analysis.bridges is not None:
        named = {voted[s.id]: name for s, name in zip(statements, names, strict=True) if s.id in voted}
        bridging = analysis.bridges.found.found[:N_LISTED]
        entries = [
            f"{named[found.position]} ({_of(found.n_agree_below, found.n_seen_below)} on one side,"
            f" {_of(found.n_agree_above, found.n_seen_above)} on the other)"
            for found in bridging
        ]
        lists.append(("Both sides agree", entries))
    return lists


def _of(n_agree: int, n_seen: int) -> str:
    return f"{n_agree / n_seen:.0%}"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "\u2026"

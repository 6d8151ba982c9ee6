"""What was found and proposed in the demonstration: findings with their evidence, proposals in clauses.

Both reflections have them: NATO 2030 in files of their own, the invented league in its one file. What a
finding or a clause names is checked here, so that a slip shows before anything is loaded. It knows nothing
of Django.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from placet.demonstration.shapes import Bilingual
from placet.demonstration.tables import ContentError, Table, check_known, check_unique, read_rows

FIGURE = re.compile(r"\{(\w+) ([a-z0-9-]+)\}")


@dataclass(frozen=True)
class FindingContent:
    """A finding; its text holds figures as ``{agree key}``, with the key of a statement that it cites."""

    key: str
    priority: str
    title: Bilingual
    text: Bilingual
    statements: tuple[str, ...]
    against: tuple[str, ...]
    contributions: tuple[str, ...]
    takeaways: tuple[str, ...]
    takeaways_against: tuple[str, ...]
    not_taken_up: Bilingual | None


@dataclass(frozen=True)
class ClauseContent:
    text: Bilingual
    findings: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class ProposalContent:
    key: str
    priority: str
    title: Bilingual
    summary: Bilingual
    clauses: tuple[ClauseContent, ...]


def read_finding(row: Table) -> FindingContent:
    """One finding of a list."""
    return FindingContent(
        key=row.string("key"),
        priority=row.string("priority"),
        title=row.bilingual("title"),
        text=row.bilingual("text"),
        statements=row.strings("statements"),
        against=row.texts("against"),
        contributions=row.texts("contributions"),
        takeaways=row.texts("takeaways"),
        takeaways_against=row.texts("takeaways_against") if "takeaways_against" in row else (),
        not_taken_up=row.bilingual("not_taken_up") if "not_taken_up" in row else None,
    )


def read_proposal(row: Table) -> ProposalContent:
    """One proposal of a list, with its clauses."""
    return ProposalContent(
        key=row.string("key"),
        priority=row.string("priority"),
        title=row.bilingual("title"),
        summary=row.bilingual("summary"),
        clauses=read_rows(row, "clauses", _clause),
    )


def _clause(row: Table) -> ClauseContent:
    return ClauseContent(row.bilingual("text"), row.texts("findings"), row.texts("against"))


def check_findings(
    place: str,
    findings: Iterable[FindingContent],
    *,
    statements: Collection[str],
    priorities: Collection[str],
) -> None:
    """Whether findings cite what exists, and every figure in their texts stands for a statement cited."""
    check_unique(place, "finding", [each.key for each in findings])
    for each in findings:
        here = f"{place}, {each.key}"
        check_known(here, "priority", [each.priority], priorities)
        check_known(here, "statement", [*each.statements, *each.against], statements)
        asked = set(FIGURE.findall(each.text.en))
        check_known(here, "figure", {key for _, key in asked}, [*each.statements, *each.against])
        if asked != set(FIGURE.findall(each.text.fr)):
            raise ContentError(f"{here}: the figures differ between English and French")
        for text in (each.text.en, each.text.fr):
            if set("{}") & set(FIGURE.sub("", text)):
                raise ContentError(f"{here}: a brace belongs to no figure")


def check_proposals(
    place: str,
    proposals: Iterable[ProposalContent],
    findings: Iterable[FindingContent],
    priorities: Collection[str],
) -> None:
    """Whether clauses cite what exists, and each finding is either taken up or says why not."""
    check_unique(place, "proposal", [each.key for each in proposals])
    keys = {each.key for each in findings}
    cited: set[str] = set()
    for each in proposals:
        here = f"{place}, {each.key}"
        check_known(here, "priority", [each.priority], priorities)
        for clause in each.clauses:
            check_unique(here, "finding", [*clause.findings, *clause.against])
            cited.update(clause.findings, clause.against)
    check_known(place, "finding", cited, keys)
    left = {each.key for each in findings if each.not_taken_up}
    if cited & left or cited | left != keys:
        wrong = ", ".join(sorted((cited & left) | (keys - cited - left)))
        raise ContentError(f"{place}: cited and not taken up, or neither: {wrong}")

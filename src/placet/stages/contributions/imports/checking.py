"""What is wrong with rows, and which of them are there already; nothing is written here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from placet.stages.contributions.imports.rows import Fault, Finding, Row, Values
from placet.stages.contributions.models import (
    BODY_MAX_LENGTH,
    SUMMARY_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    Collection,
    Contribution,
    ContributionImport,
)
from placet.stages.texts.queries import originals

FOREIGN_ID_MAX_LENGTH = 60
LIMITS = {"title": TITLE_MAX_LENGTH, "summary": SUMMARY_MAX_LENGTH, "body": BODY_MAX_LENGTH}
EXAMPLES_MAX = 100
TOLD_EVERY = 500  # rows


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows of a file beside those of a collection."""

    new: tuple[Row, ...]
    known: tuple[Row, ...]
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...]


def check(
    rows: tuple[Row, ...],
    collection: Collection,
    found: ContributionImport.Format,
    tell: Callable[[int], None] = lambda _done: None,
) -> Checked:
    """Look at every row; three queries, however many there are.

    Parameters
    ----------
    tell : callable
        Told now and then how many rows have been looked at.
    """
    there = known_rows(collection)
    numbers = {number: foreign_id for foreign_id, (number, _title, _body) in there.items() if number}
    seen: dict[str, int] = {}
    seen_numbers: dict[int, int] = {}
    faults: list[Fault] = []
    for done, row in enumerate(rows, start=1):
        where = row.title.get(row.language, "")[:60] if found == ContributionImport.Format.REPORT else ""
        faults += _faults_of(row, where)
        if (first := seen.setdefault(row.foreign_id, row.place)) != row.place:
            values: Values = {"id": row.foreign_id[:FOREIGN_ID_MAX_LENGTH], "place": first}
            code = "text-twice" if row.foreign_id.startswith("text-") else "id-twice"
            faults.append(Fault(row.place, where or "id", code, values))
        elif row.number is not None:
            if (first := seen_numbers.setdefault(row.number, row.place)) != row.place:
                values = {"id": str(row.number), "place": first}
                faults.append(Fault(row.place, where or "number", "id-twice", values))
            elif numbers.get(row.number, row.foreign_id) != row.foreign_id:
                faults.append(Fault(row.place, where or "number", "number-taken", {"id": str(row.number)}))
        if done % TOLD_EVERY == 0:
            tell(done)
    known = tuple(row for row in rows if row.foreign_id in there)
    new = tuple(row for row in rows if row.foreign_id not in there)
    changed = _changed(known, there)
    findings = [Finding("changed", {"count": len(changed)}, changed[:EXAMPLES_MAX])] if changed else []
    return Checked(new, known, tuple(faults), tuple(findings))


Known = Mapping[str, tuple[int | None, UUID, UUID]]


def known_rows(collection: Collection) -> Known:
    """What a collection holds of earlier imports, by identifier: number, title and text."""
    imported = Contribution.objects.filter(collection=collection).exclude(foreign_id="")
    return {
        foreign_id: (number, title, body)
        for foreign_id, number, title, body in imported.values_list(
            "foreign_id", "number", "title_id", "body_id"
        )
    }


def _faults_of(row: Row, where: str) -> Iterable[Fault]:
    if len(row.foreign_id) > FOREIGN_ID_MAX_LENGTH:
        yield Fault(row.place, where or "id", "id-too-long", {"limit": FOREIGN_ID_MAX_LENGTH})
    if not row.body.get(row.language):
        yield Fault(row.place, where or f"body/{row.language}", "empty-text")
    for kind, texts in (("title", row.title), ("summary", row.summary), ("body", row.body)):
        for language, text in texts.items():
            if len(text) > LIMITS[kind]:
                values = {"limit": LIMITS[kind], "length": len(text)}
                yield Fault(row.place, where or f"{kind}/{language}", f"{kind}-too-long", values)


def _changed(known: tuple[Row, ...], there: Known) -> tuple[str, ...]:
    """Those that say something else now than what is kept here."""
    if not known:
        return ()
    wanted = [text_id for row in known for text_id in there[row.foreign_id][1:]]
    kept = originals(wanted)
    found = []
    for row in known:
        _number, title, body = there[row.foreign_id]
        was = (kept[title].body, kept[body].body)
        language = kept[title].language
        if (row.title.get(language, was[0]), row.body.get(language, was[1])) != was:
            found.append(f"{row.foreign_id}: {row.title.get(row.language, '')}")
    return tuple(found)

"""What a file adds to a collection: contributions with their texts, all of them or none."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.contributions.imports.checking import known_rows
from placet.stages.contributions.imports.rows import Row
from placet.stages.contributions.models import Collection, Contribution, ContributionImport, Revision
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import require_role
from placet.stages.mandates.references import CONTRIBUTION, take_references
from placet.stages.people.models import Account
from placet.stages.record.actions import record
from placet.stages.texts.actions import NewText, create_texts
from placet.stages.texts.models import Text, TextVersion

State = ContributionImport.State
WRITTEN_AT_ONCE = 500
TEXTS_OF_A_ROW = ("title", "body", "summary")


@transaction.atomic
def write_import(
    contribution_import: ContributionImport,
    rows: Sequence[Row],
    digest: str,
    tell: Callable[[int], None] = lambda _done: None,
) -> None:
    """Put the rows there that are new, in their order.

    Parameters
    ----------
    digest : str
        SHA-256 of the file.
    tell : callable
        Told now and then how many rows have been written; nobody else sees them before all are.

    Raises
    ------
    PermissionDenied
        Where whoever asked for the import has lost the secretariat since then.
    ValidationError
        Where the reflection was closed meanwhile.
    """
    current = ContributionImport.objects.select_for_update().get(pk=contribution_import.pk)
    if current.state != State.RUNNING:
        return  # it was stopped, or another worker was first
    collection = (
        Collection.objects.select_for_update(of=("self",))
        .select_related("reflection")
        .get(pk=current.collection_id)
    )
    require_role(current.requested_by, collection.reflection, Role.SECRETARIAT)
    require_open(collection.reflection)
    there = known_rows(collection)
    new = [row for row in rows if row.foreign_id not in there]
    references = _add(current, collection, new, tell)
    if current.source_url and not collection.source_url:
        collection.source_url = current.source_url
        collection.save(update_fields=["source_url"])
    current.state = State.DONE
    current.finished_at = current.progressed_at = timezone.now()
    current.done_count = current.new_count = len(new)
    current.known_count = len(rows) - len(new)
    name = str(current.file.name)
    current.file = ""
    current.save()
    record_import(
        "finish_import",
        current,
        None,
        n_new=len(new),
        n_known=len(rows) - len(new),
        references=[references[0], references[-1]] if references else [],
        digest=f"sha256:{digest}",
    )
    transaction.on_commit(lambda: default_storage.delete(name))


def require_open(reflection: Reflection) -> None:
    """Refuse what would add to a reflection whose record is final."""
    if reflection.state == Reflection.State.CLOSED:
        raise ValidationError(_("The reflection is closed: its record is final."))


def _add(
    current: ContributionImport,
    collection: Collection,
    rows: Sequence[Row],
    tell: Callable[[int], None],
) -> list[str]:
    """The contributions of rows; returns their references."""
    if not rows:
        return []
    references = list(take_references(collection.reflection, CONTRIBUTION, len(rows)))
    now = timezone.now()
    for start in range(0, len(rows), WRITTEN_AT_ONCE):
        some = rows[start : start + WRITTEN_AT_ONCE]
        texts = _texts(some)
        contributions = Contribution.objects.bulk_create(
            [
                _contribution(current, collection, row, reference, own, _moment(now, start + offset))
                for offset, (row, reference, own) in enumerate(
                    zip(some, references[start:], texts, strict=False)
                )
            ]
        )
        _add_revisions(contributions, now)
        tell(start + len(some))
    return references


def _moment(now: datetime, position: int) -> datetime:
    """A microsecond earlier each: lists that show the latest first keep the order of the file."""
    return now - timedelta(microseconds=position)


def _texts(rows: Sequence[Row]) -> list[dict[str, Text]]:
    """The texts of rows by their part, without those that are empty."""
    wanted: list[tuple[int, str, NewText]] = []
    for position, row in enumerate(rows):
        for part in TEXTS_OF_A_ROW:
            bodies = {language: body for language, body in getattr(row, part).items() if body}
            if bodies:  # a summary may be there in another language than the text
                original = row.language if row.language in bodies else next(iter(bodies))
                new = NewText(bodies, original, by_machine=row.by_machine, written_at=row.written_at)
                wanted.append((position, part, new))
    found: list[dict[str, Text]] = [{} for _row in rows]
    made = create_texts([new for _position, _part, new in wanted])
    for (position, part, _new), text in zip(wanted, made, strict=True):
        found[position][part] = text
    return found


def _contribution(
    contribution_import: ContributionImport,
    collection: Collection,
    row: Row,
    reference: str,
    texts: dict[str, Text],
    moment: datetime,
) -> Contribution:
    return Contribution(
        reflection_id=collection.reflection_id,
        reference=reference,
        kind=contribution_import.kind,
        title=texts["title"],
        summary=texts.get("summary"),
        body=texts["body"],
        priority_id=contribution_import.priority_id,
        collection=collection,
        number=row.number,
        foreign_id=row.foreign_id,
        state=Contribution.State.PUBLISHED,
        revision_count=1,
        is_simulated=collection.is_simulated,
        submitted_at=row.written_at or moment,
        published_at=moment,
    )


def _add_revisions(contributions: Sequence[Contribution], now: datetime) -> None:
    """The first revision of each: the versions that were just written."""
    text_ids = {id_ for each in contributions for id_ in (each.title_id, each.summary_id, each.body_id)}
    found = TextVersion.objects.filter(text__in=text_ids - {None}).values_list("text_id", "pk")
    versions: dict[UUID | None, int] = dict(found)
    Revision.objects.bulk_create(
        [
            Revision(
                contribution=each,
                number=1,
                title_id=versions[each.title_id],
                summary_id=versions.get(each.summary_id),
                body_id=versions[each.body_id],
                made_at=each.published_at or now,
            )
            for each in contributions
        ]
    )


def record_import(
    verb: str,
    contribution_import: ContributionImport,
    account: Account | None,
    **detail: str | int | bool | list[str] | None,
) -> None:
    """Write the audit entry of an account's deed, or (None) of what a worker did of itself."""
    collection = contribution_import.collection
    record(
        f"contributions.{verb}",
        target=str(collection.pk),
        actor_id=account.id if account else None,
        scope_id=collection.reflection_id,
        contribution_import=str(contribution_import.pk),
        **detail,
    )

"""The inputs of a reflection as lineage shows them: statements, contributions, takeaways.

One that is cited stays in the lineage whatever becomes of it: where its text may not be shown any more, its
reference still is.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from placet.portal.lineage.items import INPUTS, NAMES, Kind, address_of, kind_of
from placet.portal.lineage.sight import Sight
from placet.stages.consultations.lineage import Merges, target_of
from placet.stages.consultations.models import Statement
from placet.stages.consultations.queries import SHOWN_STATES
from placet.stages.contributions.models import Contribution
from placet.stages.contributions.permissions import is_seen_by_everybody
from placet.stages.dialogues.models import Takeaway
from placet.stages.mandates.models import Participant, Reflection
from placet.stages.mandates.permissions import Actor, may_see
from placet.stages.sensemaking.finding_models import Evidence
from placet.stages.texts.queries import Wording

Input = Statement | Contribution | Takeaway
WhoAsks = Callable[[Reflection], Participant | None]  # under which pseudonym, once the reflection is known
FIELDS: Mapping[type[Input], str] = {
    Statement: "statement",
    Contribution: "contribution",
    Takeaway: "takeaway",
}
KINDS: Mapping[type[Input], Kind] = {
    Statement: Kind.STATEMENT,
    Contribution: Kind.CONTRIBUTION,
    Takeaway: Kind.TAKEAWAY,
}


@dataclass(frozen=True, slots=True)
class InputView:
    """An input as a reader sees it; ``wording`` is None where its text is not shown."""

    pk: UUID
    kind: Kind
    reference: str
    wording: Wording | None
    state_label: str
    is_simulated: bool

    @property
    def label(self) -> str:
        return str(NAMES[self.kind])

    @property
    def url(self) -> str:
        return address_of(self.kind, self.reference) if self.wording else ""


@dataclass(frozen=True, slots=True)
class Found:
    """An input, who asks for it, and whether that reader may read its text."""

    item: Input
    sight: Sight
    is_readable: bool


def find_input(reference: str, actor: Actor, own: WhoAsks | None = None) -> Found:
    """The input of that reference, where the reader may know of it.

    Raises
    ------
    Http404
        Where there is none, or the reader may not know that there is: the two look the same from outside.
    """
    kind = kind_of(reference)
    found = _row(kind, reference) if kind in INPUTS else None
    if found is None or not may_see(actor, reflection_of(found)):
        raise Http404
    sight = Sight(actor, reflection_of(found))
    participant = own(sight.reflection) if own else None
    is_readable = _is_readable(found, sight, participant)
    if not is_readable and not _is_cited(found, sight):
        raise Http404
    return Found(found, sight, is_readable)


def reflection_of(item: Input) -> Reflection:
    """The reflection that an input was given in."""
    if isinstance(item, Statement):
        return item.consultation.priority.reflection
    return item.reflection if isinstance(item, Contribution) else item.report.dialogue.series.reflection


def text_of(item: Input) -> UUID | None:
    """The text by which an input is known: its own, or its title."""
    return item.title_id if isinstance(item, Contribution) else item.text_id


def input_view(item: Input, words: Mapping[UUID, Wording], *, is_readable: bool) -> InputView:
    """An input with its text, where that may be shown."""
    text_id = text_of(item)
    return InputView(
        pk=item.pk,
        kind=KINDS[type(item)],
        reference=item.reference,
        wording=words.get(text_id) if is_readable and text_id else None,
        state_label="" if isinstance(item, Takeaway) else item.get_state_display(),
        is_simulated=item.is_simulated,
    )


def is_shown(item: Input) -> bool:
    """Whether everybody reads an input of a consultation or dialogue that everybody may see."""
    if isinstance(item, Statement):
        return item.state in SHOWN_STATES
    return is_seen_by_everybody(item) if isinstance(item, Contribution) else item.removed_at is None


def clusters(statement_ids: Collection[UUID], merges: Merges) -> dict[UUID, set[UUID]]:
    """By statement, all that stand together with it: those that gave way to the same one, and that one."""
    targets = {pk: target_of(pk, merges) for pk in statement_ids}
    together: dict[UUID, set[UUID]] = {target: {target} for target in targets.values()}
    for source in merges:
        target = target_of(source, merges)
        if target in together:
            together[target].add(source)
    return {pk: together[target] for pk, target in targets.items()}


def evidence_on(items: Iterable[Input]) -> Q:
    """Evidence that cites one of the inputs itself."""
    wanted: dict[str, list[UUID]] = {name: [] for name in FIELDS.values()}
    for item in items:
        wanted[FIELDS[type(item)]].append(item.pk)
    asked = Q(pk__in=[])
    for name, pks in wanted.items():
        asked |= Q(**{f"{name}__in": pks})
    return asked


def _row(kind: Kind | None, reference: str) -> Input | None:
    if kind == Kind.STATEMENT:
        statements = Statement.objects.select_related("consultation__priority__reflection")
        return statements.filter(reference=reference).first()
    if kind == Kind.CONTRIBUTION:
        contributions = Contribution.objects.select_related("reflection")
        return contributions.exclude(state=Contribution.State.DRAFT).filter(reference=reference).first()
    takeaways = Takeaway.objects.select_related("report__dialogue__series__reflection")
    return takeaways.filter(reference=reference).first()


def _is_readable(item: Input, sight: Sight, participant: Participant | None) -> bool:
    if isinstance(item, Takeaway):
        return sight.takeaways.filter(pk=item.pk).exists()
    is_own = participant is not None and item.author_id == participant.pk
    if isinstance(item, Statement) and not sight.sees(item.consultation):
        return False
    return is_shown(item) or is_own or sight.moderates


def _is_cited(item: Input, sight: Sight) -> bool:
    """Whether a finding that the reader sees cites it: then he or she knows of it already."""
    if isinstance(item, Takeaway) and not sight.reported.filter(pk=item.pk).exists():
        return False
    if isinstance(item, Statement) and not sight.sees(item.consultation):
        return False
    cited = Evidence.objects.filter(evidence_on([item]), taken_back_at=None)
    return cited.filter(finding__in=sight.findings.order_by().values("pk")).exists()
